// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/control.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/door/control_rds.h"
#include "emulator/time/conductor.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using core::ErrorKind;
using core::fail;
using core::Result;

constexpr std::string_view kPrefix = "/_emulator/";

WireResponse answer(int status, const json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(body) + "\n"};
}

WireResponse answer_error(int status, std::string_view message) {
  return answer(status, json::object{{"error", message}});
}

Result<json::value> parse_body(const std::string& body) {
  json::stream_parser parser;
  json::error_code error;
  const size_t used = parser.write_some(body, error);
  if (!error && used == body.size()) parser.finish(error);
  if (!error && used < body.size()) error = json::make_error_code(json::error::extra_data);
  if (error) {
    return fail(ErrorKind::invalid,
                fmt::format("the body is not JSON at offset {}: {}", used, error.message()));
  }
  return parser.release();
}

Result<std::string> text_of(std::string_view name, const json::value& value) {
  if (!value.is_string()) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" must be a string", name));
  }
  return std::string(value.get_string());
}

Result<core::Milliseconds> duration_of(std::string_view name, const json::value& value) {
  const std::string text = TRY(text_of(name, value));
  auto duration = core::parse_duration(text);
  if (!duration) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\": {}", name, duration.error().message));
  }
  return *duration;
}

Result<Fault> fault_of(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorKind::invalid, "a fault must be an object");
  Fault fault;
  bool has_kind = false;
  for (const auto& member : *object) {
    const std::string_view name = member.key();
    if (name == "kind") {
      const std::string text = TRY(text_of(name, member.value()));
      const auto kind = parse_fault_kind(text);
      if (!kind) {
        return fail(ErrorKind::invalid,
                    fmt::format("\"{}\" is no kind of fault; known are throttle, server_error, "
                                "lost_reply, slow, garbage, fail_copy, list_lag",
                                text));
      }
      fault.kind = *kind;
      has_kind = true;
    } else if (name == "operation") {
      fault.operation = TRY(text_of(name, member.value()));
    } else if (name == "region") {
      fault.region = TRY(text_of(name, member.value()));
    } else if (name == "snapshot") {
      fault.snapshot = TRY(text_of(name, member.value()));
    } else if (name == "delay") {
      fault.delay = TRY(duration_of(name, member.value()));
    } else if (name == "times") {
      // 0 is refused with the rest: a fault that never strikes is a slip of whoever orders it.
      const bool is_count = member.value().is_int64() && member.value().get_int64() >= -1 &&
                            member.value().get_int64() <= 1'000'000 &&
                            member.value().get_int64() != 0;
      if (!is_count) {
        return fail(ErrorKind::invalid,
                    "\"times\" must be an integer from 1 to 1000000, or -1 (always)");
      }
      fault.times = static_cast<int>(member.value().get_int64());
    } else {
      return fail(ErrorKind::invalid, fmt::format("a fault has no member \"{}\"", name));
    }
  }
  if (!has_kind) return fail(ErrorKind::invalid, "a fault needs a \"kind\"");
  const bool needs_delay = fault.kind == FaultKind::slow || fault.kind == FaultKind::list_lag;
  if (needs_delay && fault.delay.count() == 0) {
    return fail(ErrorKind::invalid,
                fmt::format("a fault of kind {} needs a \"delay\"", to_string(fault.kind)));
  }
  return fault;
}

json::array show_faults(const Faults& faults) {
  json::array shown;
  for (const Fault& fault : faults.all()) {
    shown.push_back(json::object{{"kind", to_string(fault.kind)},
                                 {"operation", fault.operation},
                                 {"region", fault.region},
                                 {"snapshot", fault.snapshot},
                                 {"delay_ms", fault.delay.count()},
                                 {"times", fault.times}});
  }
  return shown;
}

WireResponse get_health(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  return answer(200,
                json::object{{"status", "ok"}, {"now", core::format_instant(world.clock.now())}});
}

WireResponse post_advance(World& world, CallLog& /*calls*/, const std::string& body) {
  const auto by = [&]() -> Result<core::Milliseconds> {
    const json::value value = TRY(parse_body(body));
    const json::object* object = value.if_object();
    const json::value* text = object == nullptr ? nullptr : object->if_contains("by");
    if (text == nullptr || object->size() != 1) {
      return fail(ErrorKind::invalid, "the body must be {\"by\": \"<length of time>\"}");
    }
    return duration_of("by", *text);
  }();
  if (!by) return answer_error(400, by.error().message);
  if (const auto played = advance_world(world, *by); !played) {
    return answer_error(500, core::describe(played.error()));
  }
  return answer(200, json::object{{"now", core::format_instant(world.clock.now())}});
}

WireResponse post_faults(World& world, CallLog& /*calls*/, const std::string& body) {
  auto value = parse_body(body);
  if (!value) return answer_error(400, value.error().message);
  const json::array one = {*value};
  const json::array& items = value->is_array() ? value->get_array() : one;
  std::vector<Fault> faults;
  for (const json::value& item : items) {
    auto fault = fault_of(item);
    // All or nothing: a list with one mistake orders no fault.
    if (!fault) return answer_error(400, fault.error().message);
    faults.push_back(std::move(*fault));
  }
  for (Fault& fault : faults) world.faults.add(std::move(fault));
  return answer(200, show_faults(world.faults));
}

WireResponse get_faults(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  return answer(200, show_faults(world.faults));
}

WireResponse delete_faults(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  world.faults.clear();
  return answer(200, json::array());
}

WireResponse get_outbox(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  json::array shown;
  for (const SnsMessage& message : world.sns.outbox) {
    json::array deliveries;
    for (const SnsDelivery& delivery : message.deliveries) {
      json::object item = {{"protocol", delivery.protocol}, {"endpoint", delivery.endpoint}};
      if (!delivery.refused_with.empty()) item["refused_with"] = delivery.refused_with;
      deliveries.push_back(std::move(item));
    }
    shown.push_back(json::object{{"message_id", message.message_id},
                                 {"topic_arn", message.topic_arn},
                                 {"subject", message.subject},
                                 {"message", message.message},
                                 {"attributes", json::value_from(message.attributes)},
                                 {"time", core::format_instant(message.time)},
                                 {"deliveries", std::move(deliveries)}});
  }
  return answer(200, shown);
}

WireResponse get_emf_errors(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  json::array shown;
  for (const EmfError& error : world.logs.emf_errors) {
    shown.push_back(json::object{{"time", core::format_instant(error.time)},
                                 {"log_group", error.group},
                                 {"log_stream", error.stream},
                                 {"reason", error.reason},
                                 {"line", error.line}});
  }
  return answer(200, shown);
}

WireResponse get_lineage(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  world.rds.settle();
  return answer(200, world.rds.lineage());
}

WireResponse obey(World& world, const std::string& body,
                  Result<json::value> (*order)(World& world, const json::value& value)) {
  const auto done = [&]() -> Result<json::value> { return order(world, TRY(parse_body(body))); }();
  return done ? answer(200, *done) : answer_error(400, done.error().message);
}

WireResponse post_snapshots(World& world, CallLog& /*calls*/, const std::string& body) {
  return obey(world, body, add_ordered_snapshots);
}

WireResponse post_quotas(World& world, CallLog& /*calls*/, const std::string& body) {
  return obey(world, body, set_ordered_quotas);
}

WireResponse get_calls(World& /*world*/, CallLog& calls, const std::string& /*body*/) {
  json::array shown;
  for (const LoggedCall& call : calls.all()) {
    shown.push_back(json::object{{"time", core::format_instant(call.time)},
                                 {"service", call.service},
                                 {"operation", call.operation},
                                 {"region", call.region},
                                 {"account", call.account},
                                 {"status", call.status},
                                 {"code", call.code},
                                 {"request_id", call.request_id}});
  }
  return answer(200, shown);
}

WireResponse delete_calls(World& /*world*/, CallLog& calls, const std::string& /*body*/) {
  calls.clear();
  return answer(200, json::array());
}

WireResponse get_access(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  json::array shown;
  for (const AccessDecision& decision : world.iam.log.all()) {
    const PolicyRequest& asked = decision.asked;
    shown.push_back(json::object{{"principal", asked.principal.arn},
                                 {"role", asked.principal.role_arn},
                                 {"action", asked.action},
                                 {"resource", asked.resource},
                                 {"context", json::value_from(asked.context)},
                                 {"is_allowed", decision.is_allowed}});
  }
  return answer(200, shown);
}

WireResponse delete_access(World& world, CallLog& /*calls*/, const std::string& /*body*/) {
  world.iam.log.clear();
  return answer(200, json::array());
}

struct Endpoint {
  std::string_view method;
  std::string_view name;
  WireResponse (*serve)(World&, CallLog&, const std::string& body);
};

constexpr std::array kEndpoints = {
    Endpoint{"GET", "health", get_health},       Endpoint{"POST", "advance", post_advance},
    Endpoint{"POST", "faults", post_faults},     Endpoint{"GET", "faults", get_faults},
    Endpoint{"DELETE", "faults", delete_faults}, Endpoint{"GET", "outbox", get_outbox},
    Endpoint{"GET", "lineage", get_lineage},     Endpoint{"GET", "calls", get_calls},
    Endpoint{"DELETE", "calls", delete_calls},   Endpoint{"GET", "emf-errors", get_emf_errors},
    Endpoint{"GET", "access", get_access},       Endpoint{"DELETE", "access", delete_access},
    Endpoint{"POST", "quotas", post_quotas},     Endpoint{"POST", "snapshots", post_snapshots},
};

}  // namespace

bool is_control(std::string_view path) {
  return path.starts_with(kPrefix);
}

WireResponse answer_control(World& world, CallLog& calls, const WireRequest& request,
                            const std::string& path) {
  if (!request.is_from_loopback) {
    return answer_error(403, "the control endpoints answer clients on loopback only");
  }
  const std::string_view name = std::string_view(path).substr(kPrefix.size());
  bool is_known = false;
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.name != name) continue;
    is_known = true;
    if (endpoint.method != request.method) continue;
    // An advance takes the lock for each of its moments: functions that run call the door
    // meanwhile.
    std::unique_lock lock(world.mutex, std::defer_lock);
    if (endpoint.serve != post_advance) lock.lock();
    return endpoint.serve(world, calls, request.body);
  }
  if (is_known) {
    return answer_error(405, fmt::format("{} does not take {}", path, request.method));
  }
  return answer_error(404, fmt::format("there is no {}", path));
}

}  // namespace snapferry::emulator
