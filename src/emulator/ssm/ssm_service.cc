// SPDX-License-Identifier: Apache-2.0
#include "emulator/ssm/ssm_service.h"

#include <algorithm>
#include <array>
#include <regex>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/digests.h"
#include "emulator/iam/access.h"
#include "emulator/json_input.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using Output = ServiceResult<json::object>;

// Source: botocore 1.43 ssm service-2.json, PutParameter, 2026-11: 4 KB, 8 KB when Advanced.
constexpr size_t kStandardMax = size_t{4} * 1024;
constexpr size_t kAdvancedMax = size_t{8} * 1024;
constexpr size_t kNameMax = 1011;
constexpr long kLevelsMax = 15;
// Source: botocore 1.43 ssm service-2.json, GetParameters: ParameterNameList, 2026-11.
constexpr size_t kNamesMax = 10;

struct Call {
  ServiceCall& call;
  SsmModel& ssm;
  JsonInput input;
};

// Source: botocore 1.43 ssm service-2.json, PutParameterRequest$Name, 2026-11.
ServiceResult<void> check_name(const std::string& name) {
  const bool is_plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == '/';
  });
  if (!is_plain || name.ends_with('/')) {
    return refuse(400, "ValidationException",
                  "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as "
                  "a path, it can consist of sub-paths divided by slash symbol; each sub-path can "
                  "be formed as a mix of letters, numbers and the following 3 symbols .-_");
  }
  const bool is_path = name.find('/') != std::string::npos;
  if (is_path && !name.starts_with('/')) {
    return refuse(400, "ValidationException", "Parameter name must be a fully qualified name.");
  }
  std::string first = name.substr(is_path ? 1 : 0);
  for (char& c : first) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (first.starts_with("aws") || first.starts_with("ssm")) {
    return refuse(400, "ValidationException",
                  "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  }
  if (name.size() > kNameMax) {
    return refuse(400, "ValidationException",
                  fmt::format("Parameter name exceeds maximum length of {}.", kNameMax));
  }
  if (std::ranges::count(name, '/') > kLevelsMax) {
    return refuse(400, "HierarchyLevelLimitExceededException",
                  fmt::format("A hierarchy can have a maximum of {} levels.", kLevelsMax));
  }
  return {};
}

ServiceResult<void> check_value(const SsmParameter& parameter) {
  const size_t most = parameter.tier == "Advanced" ? kAdvancedMax : kStandardMax;
  if (parameter.value.empty()) {
    return refuse(400, "ValidationException",
                  "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
                  "Member must have length greater than or equal to 1.");
  }
  if (parameter.value.size() > most) {
    return refuse(400, "ValidationException",
                  fmt::format("{} tier parameters support a maximum parameter value of {} "
                              "characters.",
                              parameter.tier, most));
  }
  if (parameter.allowed_pattern.empty()) return {};
  try {
    if (!std::regex_search(parameter.value, std::regex(parameter.allowed_pattern))) {
      return refuse(400, "ParameterPatternMismatchException",
                    fmt::format("Parameter value, cannot be validated against allowedPattern: {}",
                                parameter.allowed_pattern));
    }
  } catch (const std::regex_error&) {
    return refuse(400, "InvalidAllowedPatternException",
                  "The request doesn't meet the regular expression requirement.");
  }
  return {};
}

json::object show(const SsmParameter& parameter, bool is_decrypted) {
  // What is not decrypted is unreadable; base64 of it stands for the ciphertext.
  const bool is_secret = parameter.type == "SecureString" && !is_decrypted;
  return {{"Name", parameter.name},
          {"Type", parameter.type},
          {"Value", is_secret ? base64_encode("encrypted:" + parameter.value) : parameter.value},
          {"Version", parameter.version},
          {"LastModifiedDate",
           static_cast<double>(parameter.modified.time_since_epoch().count()) / 1000.0},
          {"ARN", parameter.arn},
          {"DataType", parameter.data_type}};
}

std::unexpected<ServiceError> not_found() {
  return refuse(400, "ParameterNotFound", "");
}

// "name", an ARN, or either with ":version".
ServiceResult<SsmParameter*> need_parameter(Call& call, std::string name) {
  std::string version;
  const auto colon = name.rfind(':');
  const bool has_selector =
      colon != std::string::npos && (!name.starts_with("arn:") || colon > name.rfind("parameter/"));
  if (has_selector) {
    version = name.substr(colon + 1);
    name.resize(colon);
  }
  SsmParameter* parameter = call.ssm.find(call.call.caller, name);
  if (parameter == nullptr) return not_found();
  if (!version.empty() && version != std::to_string(parameter->version)) {
    return refuse(400, "ParameterVersionNotFound",
                  fmt::format("Systems Manager could not find version {} of {}. Verify the version "
                              "and try again.",
                              version, name));
  }
  return parameter;
}

// Whether the caller's account has that key and lets the caller use it through SSM. The policy of
// the AWS-managed key lets everybody in the account who may call SSM.
// Source: AWS Systems Manager User Guide, "AWS KMS encryption for Parameter Store SecureString",
// 2024.
ServiceResult<void> check_key(Call& call, const SsmParameter& parameter, std::string_view action) {
  KmsModel& kms = call.call.world.kms;
  if (parameter.key_id == "alias/aws/ssm") {
    kms.managed_key(call.call.caller, "ssm", call.call.now);
    return {};
  }
  const KmsKey* key = kms.find(call.call.caller, parameter.key_id);
  if (key == nullptr) {
    return refuse(400, "InvalidKeyId", fmt::format("Invalid keyId {}", parameter.key_id));
  }
  if (key->state != "Enabled") {
    return refuse(400, "InvalidKeyId", fmt::format("{} is {}.", key->arn, key->state));
  }
  const std::string via = fmt::format("ssm.{}.amazonaws.com", call.call.caller.region.str());
  return authorize(call.call.world, call.call.caller,
                   {.action = std::string(action),
                    .resource = key->arn,
                    .context = {{"kms:ViaService", {via}}}});
}

ServiceResult<SsmParameter> read_parameter(Call& call) {
  const JsonInput& input = call.input;
  SsmParameter parameter;
  parameter.name = TRY(input.required("Name"));
  parameter.value = TRY(input.required("Value"));
  parameter.type = TRY(input.text("Type"));
  parameter.description = TRY(input.text("Description"));
  parameter.key_id = TRY(input.text("KeyId"));
  parameter.allowed_pattern = TRY(input.text("AllowedPattern"));
  parameter.tags = TRY(input.tags("Tags"));
  if (std::string tier = TRY(input.text("Tier")); !tier.empty()) parameter.tier = std::move(tier);
  if (std::string type = TRY(input.text("DataType")); !type.empty()) parameter.data_type = type;
  return parameter;
}

Output put_parameter(Call& call) {
  SsmParameter parameter = TRY(read_parameter(call));
  const bool is_overwritten = TRY(call.input.boolean("Overwrite")).value_or(false);
  TRY(call.input.only({"Name", "Value", "Type", "Description", "KeyId", "AllowedPattern", "Tags",
                       "Tier", "DataType", "Overwrite"}));
  TRY(check_name(parameter.name));
  SsmParameter* old = call.ssm.find(call.call.caller, parameter.name);
  if (old != nullptr && !is_overwritten) {
    return refuse(400, "ParameterAlreadyExists",
                  "The parameter already exists. To overwrite this value, set the overwrite option "
                  "in the request to true.");
  }
  if (is_overwritten && !parameter.tags.empty()) {
    return refuse(400, "ValidationException",
                  "Invalid request: tags and overwrite can't be used together. To create a "
                  "parameter with tags, please remove overwrite flag. To update tags for an "
                  "existing parameter, please use AddTagsToResource or RemoveTagsFromResource.");
  }
  if (parameter.type.empty()) {
    if (old == nullptr) {
      return refuse(400, "ValidationException",
                    "A parameter type is required when you create a parameter.");
    }
    parameter.type = old->type;
  }
  constexpr std::array<std::string_view, 3> kTypes = {"String", "StringList", "SecureString"};
  if (std::ranges::find(kTypes, parameter.type) == kTypes.end()) {
    return refuse(400, "UnsupportedParameterType",
                  fmt::format("{} is not a supported parameter type.", parameter.type));
  }
  if (parameter.tier != "Standard" && parameter.tier != "Advanced" &&
      parameter.tier != "Intelligent-Tiering") {
    return refuse(400, "ValidationException", fmt::format("{} is no tier", parameter.tier));
  }
  if (parameter.data_type != "text") {
    return refuse(
        400, "ValidationException",
        fmt::format("The emulator keeps the data type text, not {}", parameter.data_type));
  }
  if (parameter.tier == "Intelligent-Tiering") {
    parameter.tier = parameter.value.size() > kStandardMax ? "Advanced" : "Standard";
  }
  const bool is_secure = parameter.type == "SecureString";
  if (!is_secure && !parameter.key_id.empty()) {
    return refuse(400, "ValidationException",
                  "KeyId is required for SecureString type parameter only.");
  }
  if (is_secure && parameter.key_id.empty()) parameter.key_id = "alias/aws/ssm";
  TRY(check_value(parameter));
  if (is_secure) TRY(check_key(call, parameter, "kms:Encrypt"));
  if (old != nullptr) {
    if (old->tier == "Advanced" && parameter.tier == "Standard") {
      return refuse(400, "ValidationException",
                    "This parameter uses the advanced-parameter tier. You can't downgrade a "
                    "parameter from the advanced-parameter tier to the standard-parameter tier.");
    }
    parameter.version = old->version + 1;
    parameter.tags = old->tags;
    if (parameter.description.empty()) parameter.description = old->description;
  }
  parameter.arn = ssm_parameter_arn(call.call.caller, parameter.name);
  parameter.modified = call.call.now;
  parameter.modified_by = call.call.caller.principal_arn;
  SsmParameter& kept = call.ssm.parameters[parameter.arn];
  kept = std::move(parameter);
  return json::object{{"Version", kept.version}, {"Tier", kept.tier}};
}

Output get_parameter(Call& call) {
  const std::string name = TRY(call.input.required("Name"));
  const bool is_decrypted = TRY(call.input.boolean("WithDecryption")).value_or(false);
  TRY(call.input.only({"Name", "WithDecryption"}));
  const SsmParameter* parameter = TRY(need_parameter(call, name));
  if (is_decrypted && parameter->type == "SecureString")
    TRY(check_key(call, *parameter, "kms:Decrypt"));
  return json::object{{"Parameter", show(*parameter, is_decrypted)}};
}

ServiceResult<std::vector<std::string>> required_names(Call& call) {
  std::vector<std::string> names = TRY(call.input.texts("Names"));
  if (names.empty() || names.size() > kNamesMax) {
    return refuse(400, "ValidationException",
                  fmt::format("1 validation error detected: Value at 'names' failed to satisfy "
                              "constraint: Member must have length 1 to {}",
                              kNamesMax));
  }
  return names;
}

Output get_parameters(Call& call) {
  const auto names = TRY(required_names(call));
  const bool is_decrypted = TRY(call.input.boolean("WithDecryption")).value_or(false);
  TRY(call.input.only({"Names", "WithDecryption"}));
  json::array found;
  json::array invalid;
  for (const std::string& name : names) {
    const auto parameter = need_parameter(call, name);
    if (parameter) {
      if (is_decrypted && (*parameter)->type == "SecureString") {
        TRY(check_key(call, **parameter, "kms:Decrypt"));
      }
      found.push_back(show(**parameter, is_decrypted));
    } else {
      invalid.emplace_back(name);
    }
  }
  return json::object{{"Parameters", std::move(found)}, {"InvalidParameters", std::move(invalid)}};
}

Output get_parameters_by_path(Call& call) {
  std::string path = TRY(call.input.required("Path"));
  const bool is_recursive = TRY(call.input.boolean("Recursive")).value_or(false);
  const bool is_decrypted = TRY(call.input.boolean("WithDecryption")).value_or(false);
  TRY(call.input.integer("MaxResults", 1, 10));  // all are shown on one page
  TRY(call.input.only({"Path", "Recursive", "WithDecryption", "MaxResults"}));
  if (!path.starts_with('/')) {
    return refuse(400, "ValidationException",
                  "The parameter doesn't meet the parameter name "
                  "requirements. The parameter name must begin with a "
                  "forward slash \"/\".");
  }
  if (!path.ends_with('/')) path += '/';
  const std::string own = ssm_parameter_arn(call.call.caller, "/");
  json::array found;
  for (const auto& [arn, parameter] : call.ssm.parameters) {
    const bool is_below =
        arn.starts_with(own) && parameter.name.starts_with(path) &&
        (is_recursive || parameter.name.find('/', path.size()) == std::string::npos);
    if (is_below) found.push_back(show(parameter, is_decrypted));
  }
  return json::object{{"Parameters", std::move(found)}};
}

Output delete_parameter(Call& call) {
  const std::string name = TRY(call.input.required("Name"));
  TRY(call.input.only({"Name"}));
  const SsmParameter* parameter = call.ssm.find(call.call.caller, name);
  if (parameter == nullptr) return not_found();
  call.ssm.parameters.erase(std::string(parameter->arn));
  return json::object();
}

Output delete_parameters(Call& call) {
  const auto names = TRY(required_names(call));
  TRY(call.input.only({"Names"}));
  json::array deleted;
  json::array invalid;
  for (const std::string& name : names) {
    const SsmParameter* parameter = call.ssm.find(call.call.caller, name);
    if (parameter == nullptr) {
      invalid.emplace_back(name);
      continue;
    }
    deleted.emplace_back(name);
    call.ssm.parameters.erase(std::string(parameter->arn));
  }
  return json::object{{"DeletedParameters", std::move(deleted)},
                      {"InvalidParameters", std::move(invalid)}};
}

Output describe_parameters(Call& call) {
  TRY(call.input.integer("MaxResults", 1, 50));  // all are shown on one page
  TRY(call.input.only({"MaxResults"}));
  const std::string own = ssm_parameter_arn(call.call.caller, "/");
  json::array shown;
  for (const auto& [arn, parameter] : call.ssm.parameters) {
    if (!arn.starts_with(own)) continue;
    json::object item = show(parameter, true);
    item.erase("Value");
    item["LastModifiedUser"] = parameter.modified_by;
    item["Tier"] = parameter.tier;
    item["Policies"] = json::array();
    if (!parameter.key_id.empty()) item["KeyId"] = parameter.key_id;
    if (!parameter.description.empty()) item["Description"] = parameter.description;
    if (!parameter.allowed_pattern.empty()) item["AllowedPattern"] = parameter.allowed_pattern;
    shown.push_back(std::move(item));
  }
  return json::object{{"Parameters", std::move(shown)}};
}

ServiceResult<SsmParameter*> tagged_parameter(Call& call) {
  const std::string type = TRY(call.input.required("ResourceType"));
  const std::string id = TRY(call.input.required("ResourceId"));
  if (type != "Parameter") {
    return refuse(400, "InvalidResourceType",
                  fmt::format("{} is not a valid resource type.", type));
  }
  SsmParameter* parameter = call.ssm.find(call.call.caller, id);
  if (parameter == nullptr) {
    return refuse(400, "InvalidResourceId", fmt::format("{} is not a valid resource ID.", id));
  }
  return parameter;
}

Output add_tags(Call& call) {
  SsmParameter* parameter = TRY(tagged_parameter(call));
  const auto tags = TRY(call.input.tags("Tags"));
  TRY(call.input.only({"ResourceType", "ResourceId", "Tags"}));
  for (const auto& [key, value] : tags) parameter->tags[key] = value;
  return json::object();
}

Output remove_tags(Call& call) {
  SsmParameter* parameter = TRY(tagged_parameter(call));
  const auto keys = TRY(call.input.texts("TagKeys"));
  TRY(call.input.only({"ResourceType", "ResourceId", "TagKeys"}));
  for (const std::string& key : keys) parameter->tags.erase(key);
  return json::object();
}

Output list_tags(Call& call) {
  const SsmParameter* parameter = TRY(tagged_parameter(call));
  TRY(call.input.only({"ResourceType", "ResourceId"}));
  json::array tags;
  for (const auto& [key, value] : parameter->tags) {
    tags.push_back(json::object{{"Key", key}, {"Value", value}});
  }
  return json::object{{"TagList", std::move(tags)}};
}

struct Operation {
  std::string_view name;
  Output (*serve)(Call&);
};

// Source: botocore 1.43 ssm service-2.json, 2026-11.
constexpr std::array kOperations = {
    Operation{"PutParameter", put_parameter},
    Operation{"GetParameter", get_parameter},
    Operation{"GetParameters", get_parameters},
    Operation{"GetParametersByPath", get_parameters_by_path},
    Operation{"DeleteParameter", delete_parameter},
    Operation{"DeleteParameters", delete_parameters},
    Operation{"DescribeParameters", describe_parameters},
    Operation{"AddTagsToResource", add_tags},
    Operation{"RemoveTagsFromResource", remove_tags},
    Operation{"ListTagsForResource", list_tags},
};

}  // namespace

Output serve_ssm(ServiceCall& call) {
  const auto* operation = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (operation == kOperations.end()) return refuse(400, "UnknownOperationException", "");
  Call inner{
      .call = call, .ssm = call.world.ssm, .input = JsonInput(call.input, "ValidationException")};
  return operation->serve(inner);
}

}  // namespace snapferry::emulator
