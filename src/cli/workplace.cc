// SPDX-License-Identifier: Apache-2.0
#include "cli/workplace.h"

#include <fmt/format.h>

#include "aws/endpoints.h"
#include "cli/exit_codes.h"
#include "cli/policy_from_flags.h"

namespace snapferry::cli {
namespace {

class ReadingEvents final : public engine::EventSink {
 public:
  ReadingEvents(Console& console, const OutputFlags& flags) : console_(console), flags_(flags) {}

  void on_call(const engine::Call& call, core::Milliseconds took,
               const core::Error* error) override {
    if (!flags_.is_verbose) return;
    console_.story(console_.on_stderr(
        Tone::faint,
        fmt::format("{} in {}, {} ms{}{}", call.operation, call.region.str(), took.count(),
                    error ? ": " : "", error ? core::describe(*error) : "")));
  }
  void on_retry(const engine::Call& call, int attempt, core::Milliseconds pause,
                const core::Error& error) override {
    if (flags_.is_quiet) return;
    console_.story(console_.on_stderr(
        Tone::faint,
        fmt::format("{} in {} failed (attempt {}), again in {} ms: {}", call.operation,
                    call.region.str(), attempt, pause.count(), core::describe(error))));
  }
  void on_trouble(const core::Error& error) override {
    if (flags_.is_quiet) return;
    console_.story(console_.on_stderr(Tone::waiting, "warning: " + core::describe(error)));
  }

 private:
  Console& console_;
  OutputFlags flags_;
};

}  // namespace

std::expected<Workplace, Failure> prepare(Command& command, const PolicyFlags& policy,
                                          const OutputFlags& output) {
  auto settings = aws::load_settings(command.environment, output.profile);
  if (!settings) return std::unexpected(Failure{kExitUsage, std::move(settings).error()});
  auto read = policy_from_flags(policy, settings->region);
  if (!read) return std::unexpected(Failure{kExitUsage, std::move(read).error()});
  // A wrong endpoint or switch is the user's to mend, before anything is asked of anybody.
  for (const core::Region& region : {read->source_region, read->targets.front().region}) {
    for (const char* service : {"rds", "kms"}) {
      if (auto endpoint = aws::resolve_endpoint(*settings, service, region); !endpoint) {
        return std::unexpected(Failure{kExitUsage, std::move(endpoint).error()});
      }
    }
  }
  return Workplace{.settings = std::move(*settings), .policy = std::move(*read)};
}

std::expected<std::unique_ptr<Session>, Failure> connect(Command& command,
                                                         const Workplace& workplace,
                                                         engine::EventSink& events) {
  auto session = Session::open(workplace.settings, command.clock, events);
  if (!session) return std::unexpected(Failure{kExitUsage, std::move(session).error()});
  return std::move(*session);
}

std::unexpected<Failure> failed(core::Error error) {
  return std::unexpected(Failure{kExitFailed, std::move(error)});
}

std::unique_ptr<engine::EventSink> make_reading_events(Command& command,
                                                       const OutputFlags& output) {
  return std::make_unique<ReadingEvents>(command.console, output);
}

}  // namespace snapferry::cli
