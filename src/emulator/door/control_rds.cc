// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/control_rds.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/time.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// Whose snapshots they are: the account of labs.
constexpr const char* kLabAccount = "123456789012";

std::unexpected<core::Error> not_so(std::string message) {
  return core::fail(core::ErrorKind::invalid, std::move(message));
}

core::Result<std::string> text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return not_so(fmt::format("\"{}\" must be a string", name));
  return std::string(value->get_string());
}

core::Result<void> check_members(const json::object& object,
                                 std::span<const std::string_view> known) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return not_so(fmt::format("there is no member \"{}\"", std::string_view(member.key())));
    }
  }
  return {};
}

core::Result<Caller> lab_caller(const json::object& object) {
  core::Region region(TRY(text_in(object, "region")));
  const auto partition = core::partition_of(region);
  if (!partition) return not_so(fmt::format("\"region\": \"{}\" is none", region.str()));
  return Caller{core::AccountId(kLabAccount), std::move(region), std::string(*partition),
                fmt::format("arn:{}:iam::{}:root", *partition, kLabAccount)};
}

core::Result<TagList> tags_in(const json::object& object) {
  TagList tags;
  const json::value* value = object.if_contains("tags");
  if (value == nullptr) return tags;
  if (!value->is_object()) return not_so("\"tags\" must be an object");
  for (const auto& tag : value->get_object()) {
    if (!tag.value().is_string()) return not_so("the values of \"tags\" must be strings");
    tags.emplace_back(tag.key(), tag.value().get_string());
  }
  return tags;
}

core::Result<AddSnapshotInput> ordered_snapshot(const json::object& object) {
  static constexpr auto kMembers = std::to_array<std::string_view>(
      {"region", "kind", "type", "id", "database", "source", "kms_key", "time", "tags"});
  TRY(check_members(object, kMembers));
  AddSnapshotInput input;
  const std::string kind = TRY(text_in(object, "kind"));
  if (kind == "cluster") {
    input.kind = core::DatabaseKind::cluster;
  } else if (!kind.empty() && kind != "instance") {
    return not_so("\"kind\" must be \"instance\" or \"cluster\"");
  }
  if (object.contains("type")) input.type = TRY(text_in(object, "type"));
  input.id = TRY(text_in(object, "id"));
  input.database = TRY(text_in(object, "database"));
  input.source_arn = TRY(text_in(object, "source"));
  input.kms_key = TRY(text_in(object, "kms_key"));
  if (input.database.empty() == input.source_arn.empty()) {
    return not_so("either \"database\" or \"source\" must be given");
  }
  if (object.contains("time")) {
    const std::string time = TRY(text_in(object, "time"));
    input.time = core::parse_instant(time);
    if (!input.time) return not_so(fmt::format("\"time\": \"{}\" is none", time));
  }
  input.tags = TRY(tags_in(object));
  return input;
}

struct QuotaName {
  std::string_view name;
  long RdsQuotas::* quota;
};

constexpr auto kQuotaNames = std::to_array<QuotaName>({
    {"manual_snapshots", &RdsQuotas::manual_snapshots},
    {"manual_cluster_snapshots", &RdsQuotas::manual_cluster_snapshots},
    {"copies_in_flight", &RdsQuotas::copies_in_flight},
    {"cluster_copies_in_flight", &RdsQuotas::cluster_copies_in_flight},
    {"instances", &RdsQuotas::instances},
    {"clusters", &RdsQuotas::clusters},
});

}  // namespace

core::Result<json::value> add_ordered_snapshots(World& world, const json::value& list) {
  const json::array* entries = list.if_array();
  if (entries == nullptr) return not_so("the body must be a list of snapshots");
  const auto add = [&](const json::value& entry) -> core::Result<void> {
    const json::object* object = entry.if_object();
    if (object == nullptr) return not_so("must be an object");
    const AddSnapshotInput input = TRY(ordered_snapshot(*object));
    const Caller caller = TRY(lab_caller(*object));
    const auto added = world.rds.add_snapshot(caller, input);
    if (added) return {};
    return not_so(fmt::format("{}: {}", added.error().code, added.error().message));
  };
  for (size_t i = 0; i < entries->size(); ++i) {
    if (auto added = add((*entries)[i]); !added) {
      return not_so(fmt::format("[{}]: {}", i, added.error().message));
    }
  }
  return json::value(json::object{{"added", entries->size()}});
}

core::Result<json::value> set_ordered_quotas(World& world, const json::value& order) {
  const json::object* object = order.if_object();
  if (object == nullptr) return not_so("the body must be an object");
  const Caller caller = TRY(lab_caller(*object));
  RdsQuotas quotas = world.rds.quotas(caller.region);
  for (const auto& member : *object) {
    if (member.key() == "region") continue;
    const auto* const known =
        std::ranges::find(kQuotaNames, std::string_view(member.key()), &QuotaName::name);
    if (known == kQuotaNames.end()) {
      return not_so(fmt::format("there is no quota \"{}\"", std::string_view(member.key())));
    }
    const bool is_count = member.value().is_int64() && member.value().get_int64() >= 0;
    if (!is_count) return not_so(fmt::format("\"{}\" must be an integer from 0", known->name));
    quotas.*(known->quota) = member.value().get_int64();
  }
  world.rds.quotas(caller.region) = quotas;
  json::object all;
  for (const QuotaName& one : kQuotaNames) all[one.name] = quotas.*(one.quota);
  return json::value(std::move(all));
}

}  // namespace snapferry::emulator
