// Dashboards: kept and given back. Nothing draws them; what AWS checks of a body is checked.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/metrics/metrics_calls.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Dashboards are global: their ARN has no region. Source: the API's DashboardArn, 2025.
std::string arn_of(const MetricsCall& call, const std::string& name) {
  return fmt::format("arn:{}:cloudwatch::{}:dashboard/{}", call.caller.partition,
                     call.caller.account.str(), name);
}

std::unexpected<ServiceError> refuse_body(const std::string& path, const std::string& message) {
  return refuse(400, "InvalidParameterInput",
                fmt::format("The dashboard body is invalid, there are 1 validation errors: "
                            "[{{\"dataPath\":\"{}\",\"message\":\"{}\"}}]",
                            path, message));
}

// Source: CloudWatch API, "Dashboard body structure and syntax": 500 widgets; type and properties;
// the grid is 24 wide, 2025.
ServiceResult<void> check_body(const std::string& body) {
  json::error_code error;
  const json::value parsed = json::parse(body, error);
  if (error || !parsed.is_object()) {
    return refuse(400, "InvalidParameterInput",
                  "The field DashboardBody must be a valid JSON object");
  }
  const json::value* widgets = parsed.get_object().if_contains("widgets");
  if (widgets == nullptr || !widgets->is_array()) {
    return refuse_body("", "Should have required property 'widgets'");
  }
  if (widgets->get_array().size() > 500) {
    return refuse_body("/widgets", "Should NOT have more than 500 items");
  }
  for (size_t i = 0; i < widgets->get_array().size(); ++i) {
    const std::string place = fmt::format("/widgets/{}", i);
    const json::object* widget = widgets->get_array()[i].if_object();
    if (widget == nullptr) return refuse_body(place, "Should be object");
    for (const char* member : {"type", "properties"}) {
      if (!widget->contains(member)) {
        return refuse_body(place, fmt::format("Should have required property '{}'", member));
      }
    }
    for (const char* member : {"x", "y", "width", "height"}) {
      const json::value* value = widget->if_contains(member);
      if (value != nullptr && !value->is_int64()) {
        return refuse_body(fmt::format("{}/{}", place, member), "Should be integer");
      }
    }
    const json::value* width = widget->if_contains("width");
    if (width != nullptr && (width->get_int64() < 1 || width->get_int64() > 24)) {
      return refuse_body(place + "/width", "Should be from 1 to 24");
    }
  }
  return {};
}

}  // namespace

MetricsOutput put_dashboard(const MetricsCall& call) {
  TRY(call.input.only({"DashboardName", "DashboardBody", "Tags"}));
  const std::string name = TRY(call.input.required("DashboardName", 255));
  const std::string body = TRY(call.input.required("DashboardBody", 1'048'576));
  const auto tags = TRY(call.input.tags("Tags"));
  const bool is_name = std::ranges::all_of(
      name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  if (!is_name) {
    return refuse(400, "InvalidParameterInput",
                  fmt::format("The value {} for field DashboardName contains invalid "
                              "characters. It can only contain alphanumerics, dash (-) and "
                              "underscore (_).",
                              name));
  }
  TRY(check_body(body));
  Dashboard& dashboard = call.metrics.dashboards[arn_of(call, name)];
  if (dashboard.arn.empty()) dashboard.tags = tags;
  dashboard.name = name;
  dashboard.arn = arn_of(call, name);
  dashboard.body = body;
  dashboard.modified = call.now;
  return json::object{{"DashboardValidationMessages", json::array()}};
}

MetricsOutput get_dashboard(const MetricsCall& call) {
  TRY(call.input.only({"DashboardName"}));
  const std::string name = TRY(call.input.required("DashboardName", 255));
  const auto found = call.metrics.dashboards.find(arn_of(call, name));
  if (found == call.metrics.dashboards.end()) {
    return std::unexpected(
        ServiceError{404, "ResourceNotFound", fmt::format("Dashboard {} does not exist", name)});
  }
  return json::object{{"DashboardArn", found->first},
                      {"DashboardBody", found->second.body},
                      {"DashboardName", name}};
}

MetricsOutput list_dashboards(const MetricsCall& call) {
  TRY(call.input.only({"DashboardNamePrefix", "NextToken"}));
  const std::string prefix = TRY(call.input.text("DashboardNamePrefix"));
  const std::string token = TRY(call.input.text("NextToken"));
  std::vector<json::object> items;
  for (const auto& [arn, dashboard] : call.metrics.dashboards) {
    if (!arn.starts_with(arn_of(call, prefix))) continue;
    items.push_back({{"DashboardName", dashboard.name},
                     {"DashboardArn", arn},
                     {"LastModified", to_epoch_seconds(dashboard.modified)},
                     {"Size", dashboard.body.size()}});
  }
  return page_of("DashboardEntries", std::move(items), 1'000, token);
}

MetricsOutput delete_dashboards(const MetricsCall& call) {
  TRY(call.input.only({"DashboardNames"}));
  const auto names = TRY(call.input.texts("DashboardNames"));
  for (const std::string& name : names) {
    if (call.metrics.dashboards.contains(arn_of(call, name))) continue;
    return std::unexpected(
        ServiceError{404, "ResourceNotFound", fmt::format("Dashboard {} does not exist", name)});
  }
  for (const std::string& name : names) call.metrics.dashboards.erase(arn_of(call, name));
  return json::object();
}

}  // namespace snapferry::emulator
