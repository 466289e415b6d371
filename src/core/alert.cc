// SPDX-License-Identifier: Apache-2.0
#include "core/alert.h"

#include <algorithm>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

// Ours: a message names this many troubles in full; mail with hundreds is read by nobody, and the
// whole stays far below the 256 KiB that SNS takes.
constexpr size_t kTroublesMax = 20;
// Ours: as many databases of a fleet, for the same reasons.
constexpr size_t kDatabasesMax = 20;

// One line of ASCII that fits: SNS refuses control characters, and mail clients all else.
std::string subject_line(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (text.size() > kSubjectLengthMax) text = text.substr(0, kSubjectLengthMax - 3) + "...";
  return text;
}

std::string place_line(const PlaceReport& place) {
  const std::string role = place.is_target ? "target" : "source";
  if (place.error) {
    return fmt::format("  {} ({}): could not be read: {}\n", place.region.str(), role,
                       describe(*place.error));
  }
  if (!place.newest || !place.age) {
    return fmt::format("  {} ({}): no good snapshot, {} in progress\n", place.region.str(), role,
                       place.in_progress_count);
  }
  return fmt::format("  {} ({}): {}, its data {} old{}\n", place.region.str(), role,
                     place.newest->id.str(), format_duration(*place.age),
                     !place.is_target   ? ""
                     : place.is_rpo_met ? ", RPO met"
                                        : ", RPO NOT MET");
}

std::string trouble_lines(const Trouble& trouble) {
  std::string what = std::string(to_string(trouble.kind)) + " in " + trouble.region.str();
  if (!trouble.snapshot.empty()) what += " of " + trouble.snapshot.str();
  std::string lines = fmt::format("- {}: {}\n", what, trouble.text);
  if (!trouble.hint.empty()) lines += fmt::format("  What to do: {}\n", trouble.hint);
  return lines;
}

std::string text_of(const AlertInput& input, bool is_missed) {
  const Policy& policy = input.policy;
  std::string text = fmt::format("Database {} in {}, policy {}.\n\n", describe(policy.database),
                                 policy.source_region.str(), policy.name);
  if (input.error) {
    text += fmt::format("The run could not go on: {}\nWhat to do: {}\n\n", describe(*input.error),
                        next_act(*input.error));
  }
  if (is_missed) {
    text += fmt::format("The newest good copy is older than {}, or there is none.\n\n",
                        format_duration(policy.rpo));
  }
  for (size_t i = 0; i < std::min(input.troubles.size(), kTroublesMax); ++i) {
    text += trouble_lines(input.troubles[i]);
  }
  if (input.troubles.size() > kTroublesMax) {
    text += fmt::format("- and {} more\n", input.troubles.size() - kTroublesMax);
  }
  if (!input.troubles.empty()) text += "\n";
  if (input.status == nullptr) return text;
  text += fmt::format("Recovery points at {}:\n",
                      format_instant(std::chrono::floor<Seconds>(input.status->now)));
  for (const PlaceReport& place : input.status->places) text += place_line(place);
  text += fmt::format("Next snapshot due {}.\n", format_instant(input.status->next_slot));
  return text;
}

}  // namespace

std::optional<Message> make_alert(const AlertInput& input) {
  const bool is_missed = input.status != nullptr && is_rpo_missed(input.policy, *input.status);
  const size_t failures = input.troubles.size() + (input.error ? 1 : 0);
  if (failures == 0 && !is_missed) return std::nullopt;
  const std::string database = describe(input.policy.database);
  std::string subject = "snapferry: " + database + ": ";
  if (failures > 0) subject += failures == 1 ? "1 failure" : fmt::format("{} failures", failures);
  if (is_missed) subject += failures > 0 ? ", RPO missed" : "RPO missed";
  Message message;
  message.subject = subject_line(std::move(subject));
  message.text = text_of(input, is_missed);
  message.attributes = {{"policy", input.policy.name},
                        {"database", database},
                        {"kind", failures > 0 ? "failure" : "rpo_missed"},
                        {"rpo", input.status == nullptr ? "unknown"
                                : is_missed             ? "missed"
                                                        : "met"}};
  return message;
}

std::optional<Message> make_fleet_alert(std::string_view name, std::span<const AlertInput> inputs,
                                        std::span<const Error> problems) {
  std::vector<Message> messages;
  bool has_failure = !problems.empty();
  bool is_missed = false;
  for (const AlertInput& input : inputs) {
    auto message = make_alert(input);
    if (!message) continue;
    has_failure = has_failure || message->attributes.at("kind") == "failure";
    is_missed = is_missed || message->attributes.at("rpo") == "missed";
    messages.push_back(std::move(*message));
  }
  if (messages.empty() && problems.empty()) return std::nullopt;
  Message all;
  all.subject =
      subject_line(fmt::format("snapferry: {}: {} of {} databases in trouble{}", name,
                               messages.size(), inputs.size(), is_missed ? ", RPO missed" : ""));
  for (const Error& problem : problems) {
    all.text += fmt::format("- {}\n  What to do: {}\n", describe(problem), next_act(problem));
  }
  for (size_t i = 0; i < std::min(messages.size(), kDatabasesMax); ++i) {
    all.text += (all.text.empty() ? "" : "\n") + messages[i].text;
  }
  if (messages.size() > kDatabasesMax) all.text += "\nAlso in trouble:\n";
  for (size_t i = kDatabasesMax; i < messages.size(); ++i) {
    all.text += fmt::format("- {}\n", messages[i].attributes.at("database"));
  }
  all.attributes = {{"policy", std::string(name)},
                    {"databases", fmt::format("{}", messages.size())},
                    {"kind", has_failure ? "failure" : "rpo_missed"},
                    {"rpo", is_missed          ? "missed"
                            : problems.empty() ? "met"
                                               : "unknown"}};
  return all;
}

Result<Arn> parse_topic(std::string_view text, std::string_view name) {
  auto topic = parse_arn(text);
  const bool is_topic = topic && topic->service == "sns" && !topic->region.empty() &&
                        topic->resource.find(':') == std::string::npos;
  if (!is_topic) {
    return fail(ErrorKind::invalid, fmt::format("{} \"{}\" is no ARN of an SNS topic", name, text),
                "Write it as arn:aws:sns:REGION:ACCOUNT:TOPIC.");
  }
  // Source: SNS API, Publish: a FIFO topic needs a group id, and mail cannot subscribe to one.
  if (topic->resource.ends_with(".fifo")) {
    return fail(ErrorKind::invalid, fmt::format("{} {} is a FIFO topic", name, text),
                "Alerts go to a standard topic.");
  }
  return *topic;
}

}  // namespace snapferry::core
