// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <mutex>
#include <set>
#include <string>

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/snapshot_watch.h"
#include "cli/step_text.h"

namespace snapferry::cli {
namespace {

constexpr int kBarWidth = 24;  // Ours: fits beside a name of 40 characters on a screen of 120.

std::string bar(int percent) {
  const int filled = percent * kBarWidth / 100;
  return "[" + std::string(size_t(filled), '#') + std::string(size_t(kBarWidth - filled), '.') +
         "]";
}

std::string_view outcome_word(const engine::Outcome& outcome) {
  switch (outcome.kind) {
    case engine::OutcomeKind::started:
      return outcome.step.kind == core::StepKind::delete_ ? "deleted" : "started";
    case engine::OutcomeKind::adopted:
      return "stands already";
    case engine::OutcomeKind::deferred:
      return "put off";
    case engine::OutcomeKind::unknown:
      return "answer lost";
    case engine::OutcomeKind::failed:
      return "failed";
  }
  return "";
}

Tone tone_of(engine::OutcomeKind kind) {
  switch (kind) {
    case engine::OutcomeKind::started:
    case engine::OutcomeKind::adopted:
      return Tone::good;
    case engine::OutcomeKind::deferred:
    case engine::OutcomeKind::unknown:
      return Tone::waiting;
    case engine::OutcomeKind::failed:
      return Tone::bad;
  }
  return Tone::plain;
}

class TextProgress final : public engine::EventSink {
 public:
  TextProgress(Console& console, core::Clock& clock, const OutputFlags& flags)
      : console_(console), clock_(clock), flags_(flags) {}

  void on_plan(const core::Inventory& inventory, const core::Plan& plan) override {
    for (const core::Step& step : plan.steps) {
      if (step.kind == core::StepKind::blocked) {
        say_reason("blocked", step);
      } else if (step.kind == core::StepKind::wait && !step.reason.hint.empty()) {
        say_reason("waiting", step);
      } else if (step.kind == core::StepKind::wait && step.status.empty()) {
        std::string text = step.reason.text;
        if (step.copy) text += "; " + lineage_text(*step.copy);
        say_once(Tone::waiting, "wait", step.region, step.snapshot, text);
      }
    }
    Table table;
    for (const Watched& snapshot : watch_.look(inventory, plan)) {
      const bool is_running = snapshot.state == core::SnapshotState::in_progress;
      if (snapshot.is_new_status) {
        const Tone tone = is_running                                         ? Tone::waiting
                          : snapshot.state == core::SnapshotState::available ? Tone::good
                                                                             : Tone::bad;
        say(tone, snapshot.status, snapshot.region, snapshot.id,
            is_running ? "" : "after " + core::format_duration(plan.now - snapshot.since));
      }
      if (is_running) add_live(table, snapshot, plan.now);
    }
    if (!flags_.is_quiet) console_.live(table.lines());
  }

  void on_outcome(const engine::Outcome& outcome) override {
    std::string detail = outcome.error ? core::describe(*outcome.error) : outcome.step.reason.text;
    if (!outcome.error && outcome.step.copy) detail += ", " + lineage_text(*outcome.step.copy);
    const Tone tone = tone_of(outcome.kind);
    const std::string word =
        fmt::format("{} {}", core::to_string(outcome.step.kind), outcome_word(outcome));
    if (outcome.kind == engine::OutcomeKind::failed) {
      complain(word, *outcome.error);
    } else {
      say_once(tone, word, outcome.step.region, outcome.step.snapshot, detail);
    }
  }

  void on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                const core::Error& error) override {
    if (flags_.is_quiet) return;
    console_.story(console_.on_stderr(
        Tone::faint,
        fmt::format("{} in {} failed (attempt {}), again in {} ms: {}", call.operation,
                    call.region.str(), attempt, pause.count(), core::describe(error))));
  }

  void on_call(const engine::Call& call, core::Milliseconds took,
               const core::Error* error) override {
    if (!flags_.is_verbose) return;
    console_.story(console_.on_stderr(
        Tone::faint, fmt::format("{} {} in {}, {} ms{}{}", core::format_instant(clock_.now()),
                                 call.operation, call.region.str(), took.count(), error ? ": " : "",
                                 error ? core::describe(*error) : "")));
  }

  void on_trouble(const core::Error& error) override {
    if (flags_.is_quiet) return;
    console_.story(console_.on_stderr(Tone::waiting, "warning: " + core::describe(error)));
  }

 private:
  void say(Tone tone, std::string_view word, const core::Region& region,
           const core::SnapshotId& snapshot, std::string_view detail) {
    if (flags_.is_quiet) return;
    std::string line = fmt::format("{}  {}  {:<14}  {}", core::format_instant(now_s()),
                                   console_.on_stdout(tone, fmt::format("{:<14}", word)),
                                   region.str(), snapshot.str());
    if (!detail.empty()) line += fmt::format("  ({})", detail);
    console_.answer(line);
  }

  // Says a thing that comes again with every tick only when it changes.
  void say_once(Tone tone, std::string_view word, const core::Region& region,
                const core::SnapshotId& snapshot, const std::string& detail) {
    {
      const std::lock_guard lock(mutex_);
      auto& last = said_[region.str() + "/" + snapshot.str()];
      std::string text = fmt::format("{} {}", word, detail);
      if (last == text) return;
      last = std::move(text);
    }
    say(tone, word, region, snapshot, detail);
  }

  // What a person may have to act on: the reason and the way out.
  void say_reason(std::string_view word, const core::Step& step) {
    core::Error error;
    error.message = step.reason.text;
    error.hint = step.reason.hint;
    complain(word, error);
  }

  // What needs a person is said even with --quiet, and once.
  void complain(std::string_view word, const core::Error& error) {
    const std::string text = core::describe(error);
    {
      const std::lock_guard lock(mutex_);
      if (!complaints_.insert(text).second) return;
    }
    console_.story(
        fmt::format("{} {}", console_.on_stderr(Tone::bad, fmt::format("{}:", word)), text));
    console_.story("hint: " + core::next_act(error));
  }

  void add_live(Table& table, const Watched& snapshot, core::Instant now) const {
    const core::Milliseconds elapsed = now - snapshot.since;
    std::string left;
    // A guess from the pace so far; before a twentieth is done it would only mislead.
    if (snapshot.progress_percent >= 5 && snapshot.progress_percent < 100) {
      const auto total = elapsed * 100 / snapshot.progress_percent;
      left = "about " + core::format_duration(total - elapsed) + " left";
    }
    table.add({"  " + snapshot.region.str(), snapshot.id.str(),
               console_.on_stderr(Tone::waiting, snapshot.status), bar(snapshot.progress_percent),
               fmt::format("{} %", snapshot.progress_percent), core::format_duration(elapsed),
               left});
  }

  core::Instant now_s() { return std::chrono::floor<core::Seconds>(clock_.now()); }

  Console& console_;
  core::Clock& clock_;
  OutputFlags flags_;
  SnapshotWatch watch_;
  std::mutex mutex_;
  std::map<std::string, std::string> said_;
  std::set<std::string> complaints_;
};

}  // namespace

std::unique_ptr<engine::EventSink> make_text_progress(Console& console, core::Clock& clock,
                                                      const OutputFlags& flags) {
  return std::make_unique<TextProgress>(console, clock, flags);
}

}  // namespace snapferry::cli
