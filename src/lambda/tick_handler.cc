// SPDX-License-Identifier: Apache-2.0
#include "lambda/tick_handler.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/alert.h"
#include "core/planner.h"
#include "lambda/metrics.h"
#include "lambda/tick_answers.h"
#include "session/json_documents.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;

}  // namespace

TickHandler::TickHandler(TickWorld world, PolicySource source, std::optional<core::Arn> alert_topic)
    : world_(std::move(world)), source_(std::move(source)), alert_topic_(std::move(alert_topic)) {}

engine::World TickHandler::world() {
  // The budget counts on the host's clock, the tick on the platform's.
  engine::Budget budget = world_.budget.budget();
  if (budget.deadline != core::Instant::max()) budget.deadline += world_.clock.offset();
  return {
      .clouds = world_.clouds, .clock = world_.clock, .events = world_.events, .budget = budget};
}

Reply TickHandler::handle(const Invocation& invocation) {
  world_.clock.on_invocation(invocation.deadline);
  world_.budget.begin({.deadline = invocation.deadline - world_.clock.offset()});
  auto event = parse_event(invocation.event);
  if (!event) {
    world_.log.log(Level::error, "nothing done: " + core::describe(event.error()));
    return std::unexpected(Failure{kBadEvent, "nothing done: " + with_hint(event.error())});
  }
  world_.log.log(Level::info, "woken",
                 {{"origin", event->origin},
                  {"clock_offset_ms", world_.clock.offset().count()},
                  {"alert", event->is_alert_wanted}});
  if (world_.read_source) {
    // Never on with what was read before: a person may have changed it to stop something.
    auto source = world_.read_source();
    if (!source) {
      world_.log.log(Level::error, "nothing done: " + core::describe(source.error()));
      return std::unexpected(Failure{kTickFailed, "nothing done: " + with_hint(source.error())});
    }
    source_ = std::move(*source);
  }
  const bool is_apply = event->action == Action::apply;
  Reply reply;
  if (const auto* fleet = std::get_if<Fleet>(&source_)) {
    reply = is_apply ? apply(*fleet, *event) : look(*fleet, *event);
  } else {
    const auto& policy = std::get<core::Policy>(source_);
    reply = is_apply ? apply(policy, *event) : look(policy, *event);
  }
  if (!reply) world_.log.log(Level::error, reply.error().message);
  return reply;
}

Reply TickHandler::look(const core::Policy& policy, const Event& event) {
  engine::World world = this->world();
  auto inventory = engine::observe(world, policy);
  if (!inventory) return std::unexpected(Failure{kTickFailed, with_hint(inventory.error())});
  const core::Instant now = world_.clock.now();
  if (event.action == Action::plan) {
    return answer_of(session::plan_json(policy, core::make_plan(policy, *inventory, now)));
  }
  return answer_of(session::status_json(policy, core::make_status(policy, *inventory, now)));
}

void TickHandler::alert(const std::optional<core::Message>& message) {
  if (!message || !alert_topic_) return;
  const auto sent = world_.clouds.in(alert_topic_->region).publish(*alert_topic_, *message);
  if (sent) {
    world_.log.log(Level::info, "alert published", {{"topic", alert_topic_->str()}});
  } else {
    world_.log.log(Level::error, "alert not published: " + with_hint(sent.error()));
  }
}

Reply TickHandler::apply(const core::Policy& policy, const Event& event) {
  engine::World world = this->world();
  const core::Instant start = world_.clock.now();
  auto receipt = engine::run_tick(world, policy);
  const core::Instant now = world_.clock.now();
  std::vector<core::Trouble> troubles;
  std::optional<core::StatusReport> status;
  core::AlertInput alert_input{.policy = policy};
  if (receipt) {
    troubles = engine::troubles_of(*receipt);
    status = core::make_status(policy, receipt->inventory, now);
    alert_input.status = &*status;
    alert_input.troubles = troubles;
  } else {
    alert_input.error = receipt.error();
  }
  for (json::object& document : metric_documents({.policy = policy,
                                                  .now = now,
                                                  .status = status ? &*status : nullptr,
                                                  .receipt = receipt ? &*receipt : nullptr,
                                                  .troubles = troubles,
                                                  .is_failed = !receipt})) {
    world_.log.metrics(std::move(document));
  }
  if (event.is_alert_wanted) alert(core::make_alert(alert_input));
  if (!receipt) return std::unexpected(Failure{kTickFailed, with_hint(receipt.error())});
  for (const core::Trouble& trouble : troubles) world_.log.log(Level::error, describe(trouble));
  if (!troubles.empty()) return std::unexpected(Failure{kTickFailed, describe(troubles)});

  json::object document = session::status_json(policy, *status);
  document["type"] = "summary";
  document["exit_code"] = 0;
  document["acted_count"] = acted_count(*receipt);
  document["trouble_count"] = 0;
  document["is_pending"] = receipt->is_pending();
  document["took_ms"] = (now - start).count();
  document["plan"] = session::plan_json(policy, receipt->plan);
  json::array outcomes;
  for (const engine::Outcome& outcome : receipt->outcomes) {
    outcomes.push_back(session::outcome_json(outcome));
  }
  document["outcomes"] = std::move(outcomes);
  world_.log.log(Level::info, "tick done",
                 {{"acted_count", document["acted_count"]},
                  {"is_pending", document["is_pending"]},
                  {"is_met", document["is_met"]}});
  return answer_of(document);
}

}  // namespace snapferry::lambda
