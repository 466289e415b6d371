// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include <boost/json/serialize.hpp>

#include "cli/progress.h"
#include "cli/snapshot_watch.h"
#include "session/json_documents.h"

namespace snapferry::cli {
namespace {

namespace json = boost::json;

class JsonProgress final : public engine::EventSink {
 public:
  JsonProgress(Console& console, core::Clock& clock, const core::Policy* policy,
               const OutputFlags& flags)
      : console_(console), clock_(clock), policy_(policy), flags_(flags) {}

  void on_plan(const core::Inventory& inventory, const core::Plan& plan) override {
    if (is_first_ && policy_ != nullptr) print(session::plan_json(*policy_, plan));
    for (const core::Step& step : plan.steps) {
      const bool needs_a_person = step.kind == core::StepKind::blocked || !step.reason.hint.empty();
      const std::string key =
          step.region.str() + "/" + step.snapshot.str() + "/" + step.reason.text;
      if (!needs_a_person || !told_.insert(key).second || is_first_) continue;
      print({{"type", "step"}, {"step", session::step_json(step)}});
    }
    is_first_ = false;
    for (const Watched& snapshot : watch_.look(inventory, plan)) {
      if (!snapshot.is_new_status && !snapshot.is_new_progress) continue;
      print({{"type", "snapshot"},
             {"now", core::format_instant(plan.now)},
             {"region", snapshot.region.str()},
             {"snapshot", snapshot.id.str()},
             {"status", snapshot.status},
             {"progress_percent", snapshot.progress_percent}});
    }
  }

  void on_outcome(const engine::Outcome& outcome) override {
    print(session::outcome_json(outcome));
  }

  void on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                const core::Error& error) override {
    print({{"type", "retry"},
           {"operation", call.operation},
           {"region", call.region.str()},
           {"attempt", attempt},
           {"pause_ms", pause.count()},
           {"message", core::describe(error)}});
  }

  void on_call(const engine::Call& call, core::Milliseconds took,
               const core::Error* error) override {
    if (!flags_.is_verbose) return;
    print({{"type", "call"},
           {"now", core::format_instant(clock_.now())},
           {"operation", call.operation},
           {"region", call.region.str()},
           {"took_ms", took.count()},
           {"message", error ? core::describe(*error) : ""}});
  }

  void on_trouble(const core::Error& error) override {
    print({{"type", "trouble"},
           {"kind", core::to_string(error.kind)},
           {"message", core::describe(error)},
           {"hint", core::next_act(error)}});
  }

 private:
  void print(const json::object& object) { console_.answer(json::serialize(object)); }

  Console& console_;
  core::Clock& clock_;
  const core::Policy* policy_;
  OutputFlags flags_;
  SnapshotWatch watch_;
  std::set<std::string> told_;
  bool is_first_ = true;
};

}  // namespace

std::unique_ptr<engine::EventSink> make_json_progress(Console& console, core::Clock& clock,
                                                      const core::Policy* policy,
                                                      const OutputFlags& flags) {
  return std::make_unique<JsonProgress>(console, clock, policy, flags);
}

}  // namespace snapferry::cli
