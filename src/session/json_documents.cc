// SPDX-License-Identifier: Apache-2.0
#include "session/json_documents.h"

#include <boost/json/array.hpp>

namespace snapferry::session {

namespace json = boost::json;

json::object error_json(const core::Error& error) {
  return {{"kind", core::to_string(error.kind)},
          {"message", core::describe(error)},
          {"hint", core::next_act(error)},
          {"aws_code", error.aws_code},
          {"request_id", error.request_id}};
}

namespace {

json::value optional_time(const std::optional<core::Instant>& time) {
  if (!time) return nullptr;
  return json::value(core::format_instant(*time));
}

json::value optional_days(const core::Retention& keep) {
  if (!keep.days) return nullptr;
  return json::value(*keep.days);
}

json::object tags_json(const core::Tags& tags) {
  json::object object;
  for (const auto& [key, value] : tags) object[key] = value;
  return object;
}

json::object snapshot_json(const core::Snapshot& snapshot) {
  return {{"id", snapshot.id.str()},
          {"arn", snapshot.arn.str()},
          {"status", snapshot.status},
          {"is_encrypted", snapshot.is_encrypted},
          {"kms_key", snapshot.kms_key_arn},
          {"size_gib", snapshot.allocated_storage_gib},
          {"original_create_time", optional_time(snapshot.original_create_time)},
          {"database_time", optional_time(snapshot.database_time)}};
}

json::object place_json(const core::PlaceReport& place) {
  json::object object{{"region", place.region.str()},
                      {"role", place.is_target ? "target" : "source"},
                      {"good_count", place.good_count},
                      {"in_progress_count", place.in_progress_count},
                      {"failed_count", place.failed_count},
                      {"newest", nullptr},
                      {"age_seconds", nullptr},
                      {"is_rpo_met", place.is_rpo_met},
                      {"quota_used", nullptr},
                      {"quota_max", nullptr},
                      {"error", nullptr}};
  if (place.newest) object["newest"] = snapshot_json(*place.newest);
  if (place.age) object["age_seconds"] = std::chrono::floor<core::Seconds>(*place.age).count();
  if (place.quota) {
    object["quota_used"] = place.quota->used;
    object["quota_max"] = place.quota->max;
  }
  if (place.error) object["error"] = error_json(*place.error);
  return object;
}

}  // namespace

json::object step_json(const core::Step& step) {
  json::object object{
      {"kind", core::to_string(step.kind)},
      {"database", step.database.str()},
      {"database_kind", core::to_string(step.database.kind())},
      {"region", step.region.str()},
      {"snapshot", step.snapshot.str()},
      {"slot", core::format_instant(step.slot)},
      {"reason", json::object{{"code", core::to_string(step.reason.code)},
                              {"text", step.reason.text},
                              {"hint", step.reason.hint}}},
      {"status", step.status},
      {"progress_percent", step.progress_percent},
      {"tags", tags_json(step.tags)},
      {"tags_dropped", json::array(step.tags_dropped.begin(), step.tags_dropped.end())},
      {"copy", nullptr}};
  if (step.copy) {
    object["copy"] = json::object{{"source", step.copy->source.str()},
                                  {"kms_key", step.copy->kms_key},
                                  {"option_group", step.copy->option_group},
                                  {"is_incremental", step.copy->lineage.is_incremental},
                                  {"lineage", step.copy->lineage.why},
                                  {"size_gib", step.copy->size_gib}};
  }
  return object;
}

json::object plan_json(const core::Policy& policy, const core::Plan& plan) {
  json::array steps;
  for (const core::Step& step : plan.steps) steps.push_back(step_json(step));
  json::array kept;
  for (const core::Kept& one : plan.kept) {
    kept.push_back(json::object{{"region", one.region.str()},
                                {"snapshot", one.snapshot.str()},
                                {"slot", core::format_instant(one.slot)},
                                {"rule", core::to_string(one.rule)},
                                {"text", one.text}});
  }
  return {{"type", "plan"},
          {"now", core::format_instant(plan.now)},
          {"policy", policy.name},
          {"database", policy.database.str()},
          {"database_kind", core::to_string(policy.database.kind())},
          {"source_region", policy.source_region.str()},
          {"is_orphan", policy.orphans.has_value()},
          {"slot", core::format_instant(plan.slot)},
          {"next_slot", core::format_instant(plan.next_slot)},
          {"steps", std::move(steps)},
          {"keep_days", optional_days(policy.keep)},
          {"copy_keep_days", optional_days(policy.targets.front().keep)},
          {"kept", std::move(kept)}};
}

json::object outcome_json(const engine::Outcome& outcome) {
  json::object object{{"type", "outcome"},
                      {"outcome", engine::to_string(outcome.kind)},
                      {"step", step_json(outcome.step)},
                      {"error", nullptr}};
  if (outcome.error) object["error"] = error_json(*outcome.error);
  return object;
}

json::object status_json(const core::Policy& policy, const core::StatusReport& report) {
  json::array places;
  for (const core::PlaceReport& place : report.places) places.push_back(place_json(place));
  return {{"type", "status"},
          {"now", core::format_instant(report.now)},
          {"policy", policy.name},
          {"database", policy.database.str()},
          {"database_kind", core::to_string(policy.database.kind())},
          {"rpo_seconds", std::chrono::floor<core::Seconds>(policy.rpo).count()},
          {"is_met", report.is_met()},
          {"is_database_found", report.is_database_found},
          {"is_orphan", report.is_orphan},
          {"next_slot", core::format_instant(report.next_slot)},
          {"places", std::move(places)}};
}

json::object exit_error_json(int exit_code, const core::Error& error) {
  json::object object{{"type", "exit_error"}, {"code", exit_code}};
  for (auto& [key, value] : error_json(error)) object[key] = value;
  return object;
}

}  // namespace snapferry::session
