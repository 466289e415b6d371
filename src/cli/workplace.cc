// SPDX-License-Identifier: Apache-2.0
#include "cli/workplace.h"

#include <limits>

#include "aws/endpoints.h"
#include "cli/exit_codes.h"
#include "cli/policy_from_flags.h"

namespace snapferry::cli {
std::expected<Workplace, Failure> prepare(Command& command, const PolicyFlags& policy,
                                          const OutputFlags& output, const Extras& extras) {
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
  read->deletes_max = extras.deletes.deletes_max;
  if (extras.deletes.is_yes) read->deletes_max = std::numeric_limits<int>::max();
  std::optional<core::Arn> topic;
  if (!extras.alert_topic.empty()) {
    auto parsed = core::parse_topic(extras.alert_topic, "--alert");
    if (!parsed) return std::unexpected(Failure{kExitUsage, std::move(parsed).error()});
    topic = std::move(*parsed);
  }
  return Workplace{.settings = std::move(*settings),
                   .policy = std::move(*read),
                   .alert_topic = std::move(topic)};
}

void alert(const Workplace& place, core::Clouds& clouds, const core::AlertInput& input,
           engine::EventSink& events) {
  if (!place.alert_topic) return;
  const auto message = core::make_alert(input);
  if (!message) return;
  auto told = clouds.in(place.alert_topic->region).publish(*place.alert_topic, *message);
  if (told) return;
  events.on_trouble(core::with_context(std::move(told).error(), "the alert was not sent"));
}

std::expected<std::unique_ptr<session::Session>, Failure> connect(Command& command,
                                                                  const Workplace& workplace,
                                                                  engine::EventSink& events) {
  auto session = session::Session::open(workplace.settings, command.clock, command.clock, events);
  if (!session) return std::unexpected(Failure{kExitUsage, std::move(session).error()});
  return std::move(*session);
}

int unsettled_count(const engine::Receipt& receipt) {
  int count = 0;
  for (const engine::Outcome& outcome : receipt.outcomes) {
    count += outcome.kind == engine::OutcomeKind::unknown;
  }
  for (const core::Step& step : receipt.plan.steps) {
    const bool is_unreadable = step.reason.code == core::ReasonCode::region_unreadable ||
                               step.reason.code == core::ReasonCode::key_unreadable;
    count += step.kind == core::StepKind::wait && is_unreadable;
  }
  return count;
}

std::unexpected<Failure> failed(core::Error error) {
  return std::unexpected(Failure{kExitFailed, std::move(error)});
}

}  // namespace snapferry::cli
