// The actions on tags, quotas, events and source regions on the wire.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_rules.h"
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {

ServiceResult<void> serve_add_tags(RdsCall& call) {
  const std::string arn = TRY(call.parameters.required("ResourceName"));
  const bool has_tags = call.parameters.has("Tags");
  const TagList tags = read_tags(call.parameters);
  TRY(call.parameters.refuse_unread());
  if (!has_tags) {
    return refuse(400, "MissingParameter", "The request must contain the parameter Tags.");
  }
  return call.world.rds.add_tags(call.caller, arn, tags);
}

ServiceResult<void> serve_remove_tags(RdsCall& call) {
  const std::string arn = TRY(call.parameters.required("ResourceName"));
  const bool has_keys = call.parameters.has("TagKeys");
  const std::vector<std::string> keys = call.parameters.texts("TagKeys");
  TRY(call.parameters.refuse_unread());
  if (!has_keys) {
    return refuse(400, "MissingParameter", "The request must contain the parameter TagKeys.");
  }
  return call.world.rds.remove_tags(call.caller, arn, keys);
}

ServiceResult<void> serve_list_tags(RdsCall& call) {
  const std::string arn = TRY(call.parameters.required("ResourceName"));
  TRY(call.parameters.refuse_unread());
  write_tag_list(call.xml, TRY(call.world.rds.list_tags(call.caller, arn)));
  return {};
}

ServiceResult<void> serve_describe_account_attributes(RdsCall& call) {
  TRY(call.parameters.refuse_unread());
  call.xml.open("AccountQuotas");
  for (const AccountQuota& quota : TRY(call.world.rds.describe_account_attributes(call.caller))) {
    call.xml.open("AccountQuota").element("AccountQuotaName", quota.name);
    call.xml.element("Used", quota.used).element("Max", quota.max).close();
  }
  call.xml.close();
  return {};
}

ServiceResult<void> serve_describe_events(RdsCall& call) {
  QueryParameters& parameters = call.parameters;
  DescribeEventsInput input;
  input.source_id = read_text(parameters, "SourceIdentifier");
  input.source_type = read_text(parameters, "SourceType");
  input.start_time = TRY(parameters.timestamp("StartTime"));
  input.end_time = TRY(parameters.timestamp("EndTime"));
  input.duration_minutes = TRY(read_int(parameters, "Duration"));
  input.categories = parameters.texts("EventCategories", "EventCategory");
  input.paging = TRY(read_paging(parameters));
  TRY(parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_events(call.caller, input));
  XmlWriter& xml = call.xml;
  xml.element_if("Marker", page.marker);
  xml.open("Events");
  for (const RdsEvent& event : page.items) {
    xml.open("Event").element("SourceIdentifier", event.source_id);
    xml.element("SourceType", event.source_type).element("Message", event.message);
    xml.open("EventCategories").element("EventCategory", event.category).close();
    xml.element("Date", event.date).element("SourceArn", event.source_arn).close();
  }
  xml.close();
  return {};
}

ServiceResult<void> serve_describe_source_regions(RdsCall& call) {
  const std::string name = read_text(call.parameters, "RegionName");
  const RdsPaging paging = TRY(read_paging(call.parameters));
  TRY(call.parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_source_regions(call.caller, name, paging));
  call.xml.element_if("Marker", page.marker);
  call.xml.open("SourceRegions");
  for (const SourceRegion& region : page.items) {
    call.xml.open("SourceRegion").element("RegionName", region.name);
    call.xml.element("Endpoint", region.endpoint).element("Status", "available");
    call.xml.element("SupportsDBInstanceAutomatedBackupsReplication", true).close();
  }
  call.xml.close();
  return {};
}

}  // namespace snapferry::emulator
