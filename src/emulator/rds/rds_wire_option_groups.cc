// The option group actions on the wire.
// Source of the members: botocore 1.43.67, rds 2014-10-31, 2026-08.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_wire_actions.h"

namespace snapferry::emulator {
namespace {

void write_option_group(XmlWriter& xml, const OptionGroup& group) {
  xml.open("OptionGroup");
  xml.element("OptionGroupName", group.name);
  xml.element("OptionGroupDescription", group.description);
  xml.element("EngineName", group.engine);
  xml.element("MajorEngineVersion", group.major_version);
  xml.open("Options");
  for (const std::string& option : group.persistent_options) {
    xml.open("Option").element("OptionName", option).element("Persistent", true);
    xml.element("Permanent", false).open("OptionSettings").close();
    xml.open("DBSecurityGroupMemberships").close();
    xml.open("VpcSecurityGroupMemberships").close().close();
  }
  xml.close();
  xml.element("AllowsVpcAndNonVpcInstanceMemberships", true);
  xml.element("OptionGroupArn", group.arn);
  xml.close();
}

}  // namespace

ServiceResult<void> serve_create_option_group(RdsCall& call) {
  CreateOptionGroupInput input;
  input.name = TRY(call.parameters.required("OptionGroupName"));
  input.engine = TRY(call.parameters.required("EngineName"));
  input.major_version = TRY(call.parameters.required("MajorEngineVersion"));
  input.description = TRY(call.parameters.required("OptionGroupDescription"));
  input.tags = read_tags(call.parameters);
  TRY(call.parameters.refuse_unread());
  write_option_group(call.xml, TRY(call.world.rds.create_option_group(call.caller, input)));
  return {};
}

ServiceResult<void> serve_delete_option_group(RdsCall& call) {
  const std::string name = TRY(call.parameters.required("OptionGroupName"));
  TRY(call.parameters.refuse_unread());
  return call.world.rds.delete_option_group(call.caller, name);
}

ServiceResult<void> serve_describe_option_groups(RdsCall& call) {
  DescribeOptionGroupsInput input;
  input.name = read_text(call.parameters, "OptionGroupName");
  input.engine = read_text(call.parameters, "EngineName");
  input.major_version = read_text(call.parameters, "MajorEngineVersion");
  input.filters = read_rds_filters(call.parameters);
  input.paging = TRY(read_paging(call.parameters));
  TRY(call.parameters.refuse_unread());
  const auto page = TRY(call.world.rds.describe_option_groups(call.caller, input));
  call.xml.open("OptionGroupsList");
  for (const OptionGroup& group : page.items) write_option_group(call.xml, group);
  call.xml.close();
  call.xml.element_if("Marker", page.marker);
  return {};
}

}  // namespace snapferry::emulator
