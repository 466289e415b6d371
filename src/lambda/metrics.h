// What a tick is measured by, as documents in CloudWatch's embedded metric format: lines of the log
// that become metrics. docs/metrics.md tells what each one means.
// Source: CloudWatch User Guide, "Embedded metric format specification", 2023; rds-facts 7.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/alert.h"
#include "core/policy.h"
#include "core/rules/recovery_point.h"
#include "engine/receipt.h"

namespace snapferry::lambda {

inline constexpr const char* kNamespace = "Snapferry";

/// What one tick knows at its end.
struct TickNumbers {
  const core::Policy& policy;
  core::Instant now;                           ///< on the platform's clock
  const core::StatusReport* status = nullptr;  ///< null: nothing could be observed
  const engine::Receipt* receipt = nullptr;    ///< null: as above
  const std::vector<core::Trouble>& troubles;
  bool is_failed = false;  ///< the tick could not go on
};

/// Returns one document for each target (dimensions Policy, Database, Target) and one of totals
/// (dimension Policy). A number that is not known is left out, for a missing one is an alarm and a
/// wrong one is none.
std::vector<boost::json::object> metric_documents(const TickNumbers& numbers);

/// The same for the databases of a policy file: one document for each target of each, and one of
/// totals under the dimension Policy = `name`. `problems` is how many regions and databases could
/// not be planned; with any, neither the age of the whole nor how many recovery points are missed
/// is known.
std::vector<boost::json::object> fleet_metric_documents(std::string_view name,
                                                        std::span<const TickNumbers> databases,
                                                        long problems, core::Instant now);

}  // namespace snapferry::lambda
