// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/operations.h"
#include "emulator/cloudformation/template/refusals.h"
#include "emulator/cloudformation/template/template_text.h"
#include "emulator/cloudformation/type_check.h"
#include "emulator/door/auth.h"

namespace snapferry::emulator::cloudformation {
namespace {

// Source: CloudFormation quotas, 2025.
constexpr size_t kTemplateBodyMax = 51'200;
constexpr size_t kTemplateObjectMax = size_t{1024} * 1024;

struct ObjectPlace {
  std::string bucket;
  std::string key;
};

// Path style (https://s3.eu-west-1.amazonaws.com/bucket/key, and an endpoint's own host) and
// virtual-hosted style (https://bucket.s3.eu-west-1.amazonaws.com/key).
ServiceResult<ObjectPlace> parse_object_url(const std::string& url) {
  const auto bad = [&] {
    return invalid(fmt::format("TemplateURL must be a supported URL. {}", url));
  };
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return bad();
  const auto slash = url.find('/', scheme + 3);
  if (slash == std::string::npos) return bad();
  const std::string host = url.substr(scheme + 3, slash - scheme - 3);
  auto target = parse_target(url.substr(slash));
  if (!target) return bad();
  const std::string path = target->path.substr(1);
  const auto dot = host.find(".s3");
  if (dot != std::string::npos && host.find(".amazonaws.com") != std::string::npos) {
    return ObjectPlace{.bucket = host.substr(0, dot), .key = path};
  }
  const auto end = path.find('/');
  if (end == std::string::npos || end == 0 || end + 1 == path.size()) return bad();
  return ObjectPlace{.bucket = path.substr(0, end), .key = path.substr(end + 1)};
}

ServiceResult<std::vector<GivenParameter>> read_parameters(Call& call) {
  std::vector<GivenParameter> given;
  for (const std::string& item : call.parameters.items("Parameters")) {
    GivenParameter parameter;
    parameter.key = call.parameters.text(item + ".ParameterKey").value_or("");
    const auto value = call.parameters.text(item + ".ParameterValue");
    parameter.is_previous_wanted =
        TRY(call.parameters.boolean(item + ".UsePreviousValue")).value_or(false);
    if (value && parameter.is_previous_wanted) {
      return invalid(fmt::format(
          "Invalid input for parameter key {}. Cannot specify usePreviousValue as true and "
          "non empty value for a parameter",
          parameter.key));
    }
    if (!value && !parameter.is_previous_wanted) {
      return invalid(fmt::format(
          "Invalid input for parameter key {}. Need to specify either usePreviousValue as true or "
          "a value for a parameter",
          parameter.key));
    }
    parameter.value = value.value_or("");
    if (std::ranges::find(given, parameter.key, &GivenParameter::key) != given.end()) {
      return invalid(fmt::format("Parameter key {} is given twice", parameter.key));
    }
    given.push_back(std::move(parameter));
  }
  return given;
}

ServiceResult<boost::json::object> read_tags(Call& call) {
  boost::json::object tags;
  for (const auto& [key, value] : call.parameters.pairs("Tags", "member")) {
    if (key.starts_with("aws:")) {
      return invalid("aws: prefixed tag key names are not allowed for external use.");
    }
    tags[key] = value;
  }
  // Source: CloudFormation API, CreateStack, "Tags", 2025.
  if (tags.size() > 50) return invalid("A maximum number of 50 tags can be specified");
  return tags;
}

}  // namespace

ServiceResult<std::string> read_template_source(Call& call) {
  auto body = call.parameters.text("TemplateBody");
  const auto url = call.parameters.text("TemplateURL");
  if (body && url) {
    return invalid("You cannot specify both Template Body and Template URL");
  }
  if (body) {
    if (body->empty() || body->size() > kTemplateBodyMax) {
      return invalid(
          fmt::format("1 validation error detected: Value '<template>' at 'templateBody' failed to "
                      "satisfy constraint: Member must have length less than or equal to {} and "
                      "greater than 0",
                      kTemplateBodyMax));
    }
    return *body;
  }
  if (!url) return std::string();
  const ObjectPlace place = TRY(parse_object_url(*url));
  const std::string* object = call.world.s3.find_object(place.bucket, place.key);
  if (object == nullptr) {
    return invalid(fmt::format("S3 error: The specified key does not exist. ({}/{})", place.bucket,
                               place.key));
  }
  if (object->size() > kTemplateObjectMax) {
    return invalid(fmt::format("Template may not exceed {} bytes in size.", kTemplateObjectMax));
  }
  return *object;
}

ServiceResult<StackIntent> read_intent(Call& call, const Stack* stack) {
  StackIntent intent;
  intent.template_text = TRY(read_template_source(call));
  const bool is_previous_wanted =
      TRY(call.parameters.boolean("UsePreviousTemplate")).value_or(false);
  if (is_previous_wanted && stack != nullptr && intent.template_text.empty()) {
    intent.template_text = stack->intent.template_text;
  }
  if (intent.template_text.empty()) {
    return invalid("Either Template URL or Template Body must be specified.");
  }
  const auto given = TRY(read_parameters(call));
  const bool has_tags = call.parameters.has("Tags");
  intent.tags = TRY(read_tags(call));
  if (!has_tags && stack != nullptr) intent.tags = stack->intent.tags;
  intent.capabilities = call.parameters.texts("Capabilities");
  intent.notification_arns = call.parameters.texts("NotificationARNs");
  intent.role_arn =
      call.parameters.text("RoleARN").value_or(stack == nullptr ? "" : stack->intent.role_arn);
  // Nothing here has sub-resources of resource types to restrict, or alarms to watch.
  (void)call.parameters.text("Description");
  TRY(call.parameters.refuse_unread());
  const Template document = TRY(read_template(intent.template_text));
  TRY(check_references(document));
  TRY(check_types(document));
  TRY(check_capabilities(document, intent.capabilities));
  intent.parameters = TRY(resolve_parameters(
      document, given, stack == nullptr ? ParameterValues() : stack->intent.parameters));
  return intent;
}

ServiceResult<void> check_stack_name(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_name = !name.empty() && name.size() <= 128 && is_letter(name[0]) &&
                       std::ranges::all_of(name, [&](char c) {
                         return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
                       });
  if (is_name) return {};
  return invalid(fmt::format(
      "1 validation error detected: Value '{}' at 'stackName' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
      name));
}

Stack& add_stack(Call& call, const std::string& name) {
  Stack stack{.id = fmt::format("arn:{}:cloudformation:{}:{}:stack/{}/{}", call.caller.partition,
                                call.caller.region.str(), call.caller.account.str(), name,
                                call.model.ids.uuid()),
              .name = name,
              .account = call.caller.account,
              .region = call.caller.region,
              .partition = call.caller.partition};
  stack.created_at = call.service.now;
  Stack& added = call.model.stacks[stack.id];
  added = std::move(stack);
  return added;
}

void write_intent(XmlWriter& xml, const StackIntent& intent) {
  const auto document = read_template(intent.template_text);
  xml.open("Parameters");
  for (const auto& [key, value] : intent.parameters) {
    const auto* declared = document ? document->find_parameter(key) : nullptr;
    const bool is_hidden = declared != nullptr && declared->is_no_echo;
    xml.open("member")
        .element("ParameterKey", key)
        .element("ParameterValue", is_hidden ? "****" : value)
        .close();
  }
  xml.close().open("Tags");
  for (const auto& [key, value] : intent.tags) {
    xml.open("member")
        .element("Key", std::string_view(key))
        .element("Value", to_text(value))
        .close();
  }
  xml.close().open("Capabilities");
  for (const std::string& capability : intent.capabilities) xml.element("member", capability);
  xml.close().open("NotificationARNs");
  for (const std::string& arn : intent.notification_arns) xml.element("member", arn);
  xml.close();
}

}  // namespace snapferry::emulator::cloudformation
