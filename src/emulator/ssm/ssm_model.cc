// SPDX-License-Identifier: Apache-2.0
#include "emulator/ssm/ssm_model.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {

namespace json = boost::json;

SsmModel::SsmModel(unsigned long) {}

std::string ssm_parameter_arn(const Caller& caller, const std::string& name) {
  return fmt::format("arn:{}:ssm:{}:{}:parameter{}{}", caller.partition, caller.region.str(),
                     caller.account.str(), name.starts_with('/') ? "" : "/", name);
}

SsmParameter* SsmModel::find(const Caller& caller, const std::string& name_or_arn) {
  const std::string arn =
      name_or_arn.starts_with("arn:") ? name_or_arn : ssm_parameter_arn(caller, name_or_arn);
  const auto found = parameters.find(arn);
  const auto own = ssm_parameter_arn(caller, "/");
  return found == parameters.end() || !arn.starts_with(own) ? nullptr : &found->second;
}

json::value SsmModel::save() const {
  json::array saved;
  for (const auto& [arn, parameter] : parameters) {
    saved.push_back(json::object{{"name", parameter.name},
                                 {"arn", arn},
                                 {"type", parameter.type},
                                 {"value", parameter.value},
                                 {"description", parameter.description},
                                 {"key_id", parameter.key_id},
                                 {"allowed_pattern", parameter.allowed_pattern},
                                 {"tier", parameter.tier},
                                 {"data_type", parameter.data_type},
                                 {"modified_by", parameter.modified_by},
                                 {"version", parameter.version},
                                 {"modified_ms", parameter.modified.time_since_epoch().count()},
                                 {"tags", json::value_from(parameter.tags)}});
  }
  return json::object{{"parameters", std::move(saved)}};
}

void SsmModel::load(const json::value& saved) {
  parameters.clear();
  for (const json::value& item : saved.at("parameters").as_array()) {
    const auto text = [&](std::string_view name) { return std::string(item.at(name).as_string()); };
    parameters[text("arn")] = {
        .name = text("name"),
        .arn = text("arn"),
        .type = text("type"),
        .value = text("value"),
        .description = text("description"),
        .key_id = text("key_id"),
        .allowed_pattern = text("allowed_pattern"),
        .tier = text("tier"),
        .data_type = text("data_type"),
        .modified_by = text("modified_by"),
        .version = item.at("version").as_int64(),
        .modified = core::Instant(core::Milliseconds(item.at("modified_ms").as_int64())),
        .tags = json::value_to<std::map<std::string, std::string>>(item.at("tags"))};
  }
}

}  // namespace snapferry::emulator
