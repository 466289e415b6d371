// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template.h"
#include "emulator/cloudformation/type_check.h"

namespace snapferry::emulator::cloudformation {
namespace {

ServiceResult<Template> read_checked(const std::string& text) {
  Template document = TRY(read_template(text));
  TRY(check_references(document));
  TRY(check_types(document));
  return document;
}

void write_capabilities(XmlWriter& xml, const Template& document) {
  const NeededCapabilities needed = capabilities_of(document);
  xml.open("Capabilities");
  for (const std::string& capability : needed.capabilities) xml.element("member", capability);
  xml.close();
  if (needed.capabilities.empty()) return;
  xml.element("CapabilitiesReason",
              fmt::format("The following resource(s) require capabilities: [{}]",
                          fmt::join(needed.resource_types, ", ")));
}

}  // namespace

Inner validate_template(Call& call) {
  const std::string text = TRY(read_template_source(call));
  TRY(call.parameters.refuse_unread());
  if (text.empty()) return invalid("Either Template URL or Template Body must be specified.");
  const Template document = TRY(read_checked(text));
  XmlWriter xml;
  xml.open("Parameters");
  for (const ParameterDeclaration& parameter : document.parameters) {
    xml.open("member").element("ParameterKey", parameter.name);
    if (parameter.default_value) xml.element("DefaultValue", *parameter.default_value);
    xml.element("NoEcho", parameter.is_no_echo);
    xml.element_if("Description", parameter.description).close();
  }
  xml.close().element_if("Description", document.description);
  write_capabilities(xml, document);
  return xml.text();
}

Inner get_template(Call& call) {
  const auto name = call.parameters.text("StackName");
  const auto change_set_name = call.parameters.text("ChangeSetName");
  (void)call.parameters.text("TemplateStage");  // without macros both stages are one
  TRY(call.parameters.refuse_unread());
  std::string text;
  if (change_set_name) {
    const ChangeSet* change_set =
        call.model.find_change_set(call.caller, *change_set_name, name.value_or(""));
    if (change_set == nullptr) {
      return refuse("ChangeSetNotFound",
                    fmt::format("ChangeSet [{}] does not exist", *change_set_name), 404);
    }
    text = change_set->intent.template_text;
  } else {
    const Stack* stack = call.model.find_stack(call.caller, name.value_or(""));
    if (stack == nullptr) {
      return invalid(fmt::format("Stack with id {} does not exist", name.value_or("")));
    }
    text = stack->intent.template_text;
  }
  XmlWriter xml;
  xml.element("TemplateBody", text).open("StagesAvailable").element("member", "Original");
  xml.element("member", "Processed").close();
  return xml.text();
}

Inner get_template_summary(Call& call) {
  std::string text = TRY(read_template_source(call));
  const auto name = call.parameters.text("StackName");
  TRY(call.parameters.refuse_unread());
  if (name) {
    const Stack* stack = call.model.find_stack(call.caller, *name);
    if (stack == nullptr) return invalid(fmt::format("Stack with id {} does not exist", *name));
    text = stack->intent.template_text;
  }
  if (text.empty()) return invalid("Either Template URL or Template Body must be specified.");
  const Template document = TRY(read_checked(text));
  XmlWriter xml;
  xml.open("Parameters");
  for (const ParameterDeclaration& parameter : document.parameters) {
    xml.open("member").element("ParameterKey", parameter.name);
    if (parameter.default_value) xml.element("DefaultValue", *parameter.default_value);
    xml.element("ParameterType", parameter.type).element("NoEcho", parameter.is_no_echo);
    xml.element_if("Description", parameter.description).open("ParameterConstraints");
    xml.open("AllowedValues");
    for (const std::string& value : parameter.allowed_values) xml.element("member", value);
    xml.close().close().close();
  }
  xml.close().element_if("Description", document.description);
  write_capabilities(xml, document);
  xml.open("ResourceTypes");
  std::set<std::string> types;
  for (const ResourceDeclaration& resource : document.resources) types.insert(resource.type);
  for (const std::string& type : types) xml.element("member", type);
  xml.close().element("Version", "2010-09-09");
  if (!document.metadata.is_null()) {
    xml.element("Metadata", boost::json::serialize(document.metadata));
  }
  return xml.text();
}

}  // namespace snapferry::emulator::cloudformation
