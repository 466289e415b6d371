// Option groups, as RdsModel's part: made, described, deleted, and asked for by what is to be in
// one. Default groups need no record: each engine's major version has its own.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kDefaultPrefix = "default:";
constexpr size_t kOptionGroupNameMax = 255;

// Source: botocore 1.43, CreateOptionGroup, EngineName, 2026-08.
constexpr auto kOptionGroupEngines = std::to_array<std::string_view>(
    {"db2-ae", "db2-se", "mariadb", "mysql", "oracle-ee", "oracle-ee-cdb", "oracle-se2",
     "oracle-se2-cdb", "postgres", "sqlserver-ee", "sqlserver-se", "sqlserver-ex",
     "sqlserver-web"});

std::unexpected<ServiceError> no_such_group(std::string_view name) {
  return refuse(404, "OptionGroupNotFoundFault",
                fmt::format("Specified OptionGroupName: {} not found.", name));
}

// The longest engine that the name begins with: "oracle-ee-cdb" before "oracle-ee".
std::optional<OptionGroup> default_group(std::string_view name) {
  if (!name.starts_with(kDefaultPrefix)) return std::nullopt;
  const std::string_view rest = name.substr(kDefaultPrefix.size());
  OptionGroup group;
  for (std::string_view engine : kOptionGroupEngines) {
    if (rest.starts_with(fmt::format("{}-", engine)) && engine.size() > group.engine.size()) {
      group.engine = engine;
    }
  }
  if (group.engine.empty()) return std::nullopt;
  group.name = name;
  group.major_version = rest.substr(group.engine.size() + 1);
  std::ranges::replace(group.major_version, '-', '.');
  if (group.major_version.find_first_not_of("0123456789.") != std::string::npos) {
    return std::nullopt;
  }
  group.description =
      fmt::format("Default option group for {} {}", group.engine, group.major_version);
  return group;
}

}  // namespace

ServiceResult<OptionGroup> RdsModel::need_option_group(const Caller& caller,
                                                       const DatabaseFacts& facts,
                                                       const std::string& name) {
  const std::string kept_name = lower_case(name);
  if (kept_name == default_option_group(facts)) return OptionGroup{.name = kept_name};
  const auto group = option_groups.find(rds_arn(caller, "og", kept_name));
  if (group == option_groups.end()) return no_such_group(name);
  const OptionGroup& found = group->second;
  if (found.engine != facts.engine || found.major_version != major_version(facts)) {
    return refuse_combination(fmt::format("The option group {} is of {} {}, not of {} {}.", name,
                                          found.engine, found.major_version, facts.engine,
                                          major_version(facts)));
  }
  return found;
}

ServiceResult<OptionGroup> RdsModel::create_option_group(const Caller& caller,
                                                         const CreateOptionGroupInput& input) {
  settle();
  OptionGroup group;
  group.name = TRY(check_identifier("OptionGroupName", input.name, kOptionGroupNameMax));
  group.tags = TRY(check_tags(input.tags));
  if (std::ranges::find(kOptionGroupEngines, input.engine) == kOptionGroupEngines.end()) {
    return refuse_value(fmt::format("Invalid DB engine: {}", input.engine));
  }
  if (input.major_version.empty() || input.description.empty()) {
    return refuse(400, "MissingParameter",
                  "The request must contain MajorEngineVersion and OptionGroupDescription.");
  }
  const std::string own = rds_arn(caller, "og", "");
  if (option_groups.contains(own + group.name)) {
    return refuse(400, "OptionGroupAlreadyExistsFault",
                  fmt::format("An option group named {} already exists.", group.name));
  }
  const auto used = std::ranges::count_if(
      option_groups, [&](const auto& entry) { return entry.first.starts_with(own); });
  if (used >= kOptionGroupsMax) {
    return refuse(
        400, "OptionGroupQuotaExceededFault",
        fmt::format("You have reached the maximum of {} option groups.", kOptionGroupsMax));
  }
  group.engine = input.engine;
  group.major_version = input.major_version;
  group.description = input.description;
  group.arn = own + group.name;
  return option_groups.emplace(group.arn, group).first->second;
}

ServiceResult<void> RdsModel::delete_option_group(const Caller& caller, const std::string& name) {
  settle();
  const std::string kept_name = lower_case(name);
  const auto in_wrong_state = [&](std::string_view reason) {
    return refuse(400, "InvalidOptionGroupStateFault",
                  fmt::format("The option group {} {}", name, reason));
  };
  if (kept_name.starts_with(kDefaultPrefix)) return in_wrong_state("is a default one.");
  const auto group = option_groups.find(rds_arn(caller, "og", kept_name));
  if (group == option_groups.end()) return no_such_group(name);
  // Source: RDS User Guide, "Deleting an option group": not while an instance or a manual or
  // automated snapshot has it, 2026.
  const auto has_it = [&](const auto& entry) {
    return entry.second.account == caller.account && entry.second.region == caller.region &&
           entry.second.facts.option_group == kept_name;
  };
  if (std::ranges::any_of(instances, has_it) || std::ranges::any_of(snapshots, has_it)) {
    return in_wrong_state("is in use by a DB instance or a DB snapshot.");
  }
  option_groups.erase(group);
  return {};
}

ServiceResult<RdsPage<OptionGroup>> RdsModel::describe_option_groups(
    const Caller& caller, const DescribeOptionGroupsInput& input) {
  settle();
  TRY(check_paging(input.paging));
  if (!input.filters.empty()) return refuse_value("Filters are not supported for option groups.");
  if (!input.name.empty() && (!input.engine.empty() || !input.major_version.empty())) {
    return refuse_combination(
        "OptionGroupName can't be supplied together with EngineName or MajorEngineVersion.");
  }
  if (input.engine.empty() && !input.major_version.empty()) {
    return refuse_combination("MajorEngineVersion needs EngineName.");
  }
  const std::string own = rds_arn(caller, "og", "");
  const std::string name = lower_case(input.name);
  std::map<std::string, OptionGroup> found;
  for (const auto& [arn, group] : option_groups) {
    if (arn.starts_with(own)) found.emplace(arn, group);
  }
  // RDS makes a default group when an engine is first used in a region; here those in use show, and
  // any that is asked for by name.
  const auto add_default = [&](const std::string& wanted) {
    if (auto group = default_group(wanted)) {
      group->arn = own + wanted;
      found.emplace(group->arn, *group);
    }
  };
  if (!name.empty()) add_default(name);
  for (auto it = instances.lower_bound(rds_arn(caller, "db", ""));
       name.empty() && it != instances.end() && it->second.region == caller.region &&
       it->second.account == caller.account;
       ++it) {
    add_default(it->second.facts.option_group);
  }
  const auto choose = [&](const OptionGroup& group) {
    return (name.empty() || group.name == name) &&
           (input.engine.empty() || group.engine == input.engine) &&
           (input.major_version.empty() || group.major_version == input.major_version);
  };
  const RdsPage<const OptionGroup*> chosen =
      TRY(scan_page<OptionGroup>(found, own, input.paging, choose));
  if (!name.empty() && chosen.items.empty()) return no_such_group(input.name);
  RdsPage<OptionGroup> page{.items = {}, .marker = chosen.marker};
  for (const OptionGroup* group : chosen.items) page.items.push_back(*group);
  return page;
}

}  // namespace snapferry::emulator
