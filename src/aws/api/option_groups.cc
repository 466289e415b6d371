// SPDX-License-Identifier: Apache-2.0
#include "aws/api/option_groups.h"

#include "aws/xml_reader.h"

namespace snapferry::aws {

QueryForm describe_option_groups_form(long page_size, std::string_view marker) {
  QueryForm form("DescribeOptionGroups", "2014-10-31");
  form.add("MaxRecords", page_size);
  form.add_if("Marker", marker);
  return form;
}

core::Result<core::Page<core::OptionGroup>> parse_describe_option_groups(std::string_view body) {
  XmlDocument document = TRY(XmlDocument::parse(body));
  XmlNode result = document.root().child("DescribeOptionGroupsResult");
  if (!result.exists()) {
    return core::fail(core::ErrorKind::invalid,
                      "answer to DescribeOptionGroups has no DescribeOptionGroupsResult");
  }
  core::Page<core::OptionGroup> page;
  page.next = result.text("Marker");
  for (XmlNode node : result.child("OptionGroupsList").children("OptionGroup")) {
    core::OptionGroup& group = page.items.emplace_back();
    group.name = node.text("OptionGroupName");
    group.engine = node.text("EngineName");
    group.engine_version = node.text("MajorEngineVersion");
    for (XmlNode option : node.child("Options").children("Option")) {
      if (option.text("Persistent") == "true" || option.text("Permanent") == "true") {
        group.lasting_options.push_back(option.text("OptionName"));
      }
    }
  }
  return page;
}

}  // namespace snapferry::aws
