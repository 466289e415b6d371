// What people are told when something is wrong: one message a run, and none when all is well.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cloud.h"
#include "core/plan.h"
#include "core/policy.h"
#include "core/rules/recovery_point.h"

namespace snapferry::core {

/// Units: characters. Source: SNS API, Publish, Subject ("less than 100 characters long"); botocore
/// 1.43 sns service-2.json, 2026-11.
inline constexpr size_t kSubjectLengthMax = 99;

/// What went wrong with one step: it is blocked, or its call failed.
struct Trouble {
  StepKind kind{};
  Region region;
  SnapshotId snapshot;  ///< may be empty
  std::string text;     ///< what happened, on one line
  std::string hint;     ///< the way out
};

/// What an alert is made of.
struct AlertInput {
  const Policy& policy;
  const StatusReport* status = nullptr;  ///< null: nothing could be observed
  std::vector<Trouble> troubles;
  std::optional<Error> error;  ///< the run could not go on
};

/// Returns the message a person can act on: what is wrong and the way out of each, then how the
/// places stand. Its attributes, for filters of subscriptions: `policy`, `database`, `kind`
/// ("failure", or "rpo_missed" when nothing failed), `rpo` ("met", "missed" or "unknown").
/// Returns: nothing when nothing failed and no recovery point is too old.
std::optional<Message> make_alert(const AlertInput& input);

/// Returns one message for all databases of a fleet: what make_alert says of each that has
/// something to say, the first of them in full, and what kept a region or a database from being
/// planned. `name` is what the subject calls the fleet. Attributes: `policy` (the name),
/// `databases` (how many have trouble), `kind` and `rpo` as make_alert.
std::optional<Message> make_fleet_alert(std::string_view name, std::span<const AlertInput> inputs,
                                        std::span<const Error> problems);

/// Reads the ARN of an SNS topic. `name` is what a message calls the text ("--alert").
/// Errors:   invalid: no ARN of a standard topic.
Result<Arn> parse_topic(std::string_view text, std::string_view name);

}  // namespace snapferry::core
