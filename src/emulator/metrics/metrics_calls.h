// What the operations of CloudWatch share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/json_input.h"
#include "emulator/metrics/metrics_model.h"

namespace snapferry::emulator {

struct MetricsCall {
  World& world;
  MetricsModel& metrics;
  const Caller& caller;
  core::Instant now;
  const JsonInput& input;

  [[nodiscard]] std::string alarm_arn(const std::string& name) const;
  [[nodiscard]] ServiceResult<Alarm*> alarm(const std::string& name) const;
  /// Returns the alarms of this account and region that AlarmNames names; unknown ones are left
  /// out.
  [[nodiscard]] ServiceResult<std::vector<Alarm*>> named_alarms() const;
  [[nodiscard]] bool is_here(const core::AccountId& account, const core::Region& region) const {
    return account == caller.account && region == caller.region;
  }
};

/// Reads Namespace, MetricName and Dimensions of `input`.
ServiceResult<MetricKey> read_metric(const Caller& caller, const JsonInput& input);
boost::json::array to_dimension_list(const MetricKey& key);
boost::json::object page_of(const char* name, std::vector<boost::json::object> items, size_t most,
                            const std::string& token);

using MetricsOutput = ServiceResult<boost::json::object>;

MetricsOutput put_metric_alarm(const MetricsCall& call);
MetricsOutput describe_alarms(const MetricsCall& call);
MetricsOutput describe_alarms_for_metric(const MetricsCall& call);
MetricsOutput describe_alarm_history(const MetricsCall& call);
MetricsOutput delete_alarms(const MetricsCall& call);
MetricsOutput set_alarm_state_by_hand(const MetricsCall& call);
MetricsOutput enable_alarm_actions(const MetricsCall& call);
MetricsOutput disable_alarm_actions(const MetricsCall& call);

MetricsOutput put_dashboard(const MetricsCall& call);
MetricsOutput get_dashboard(const MetricsCall& call);
MetricsOutput list_dashboards(const MetricsCall& call);
MetricsOutput delete_dashboards(const MetricsCall& call);

}  // namespace snapferry::emulator
