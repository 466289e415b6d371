// SPDX-License-Identifier: Apache-2.0
#include "emulator/rds/rds_rules.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

constexpr size_t kTagKeyMax = 128;
constexpr size_t kTagValueMax = 256;
constexpr size_t kTagsMax = 50;
constexpr int kMaxRecordsMin = 20;
constexpr int kMaxRecordsMax = 100;

// Source: rds-facts 1.3 and 5: AWS's limits on what an engine stores, 2026-08; gp2's smallest
// volume is recalled AWS knowledge.
constexpr int kStorageMinGib = 5;
constexpr int kStorageMaxGib = 65536;
constexpr int kRetentionMaxDays = 35;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string result;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const int more = first < 0x80   ? 0
                     : first < 0xC2 ? -1
                     : first < 0xE0 ? 1
                     : first < 0xF0 ? 2
                     : first < 0xF5 ? 3
                                    : -1;
    if (more < 0 || i + more >= text.size()) return std::nullopt;
    char32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (int k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return std::nullopt;
      point = (point << 6) | (next & 0x3FU);
    }
    result += point;
    i += more + 1;
  }
  return result;
}

// The classes L, Z and N of Unicode by ranges: whole tables would be larger than the emulator. What
// is refused beyond ASCII are Latin-1 signs, general punctuation, arrows, drawings and emoji, which
// is where people's tags go wrong.
bool is_tag_character(char32_t point) {
  if (point < 0x80) {
    const auto c = static_cast<char>(point);
    return is_letter(c) || is_digit(c) ||
           std::string_view(" _.:/=+-@").find(c) != std::string::npos;
  }
  const bool is_latin_sign = point < 0xC0 && point != 0xA0 && point != 0xAA && point != 0xB2 &&
                             point != 0xB3 && point != 0xB5 && point != 0xB9 && point != 0xBA &&
                             (point < 0xBC || point > 0xBE);
  const bool is_symbol =
      (point >= 0x200B && point <= 0x2027) || (point >= 0x2030 && point <= 0x205E) ||
      (point >= 0x20A0 && point <= 0x20FF) || (point >= 0x2190 && point <= 0x245F) ||
      (point >= 0x2500 && point <= 0x2BFF) || point >= 0x1F000;
  return !is_latin_sign && !is_symbol;
}

ServiceResult<void> check_tag_text(std::string_view what, std::string_view text,
                                   size_t length_max) {
  const auto points = decode_utf8(text);
  if (!points || !std::ranges::all_of(*points, is_tag_character)) {
    return refuse_value(fmt::format(
        "Tag {}s may contain only Unicode letters, digits, white space and _.:/=+-@: {}", what,
        text));
  }
  if (points->size() > length_max) {
    return refuse_value(
        fmt::format("Tag {}s can have at most {} characters: {}", what, length_max, text));
  }
  return {};
}

std::string to_hex(std::string_view text) {
  std::string result;
  for (unsigned char c : text) result += fmt::format("{:02x}", c);
  return result;
}

std::optional<std::string> from_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() % 2 != 0) return std::nullopt;
  std::string result;
  for (size_t i = 0; i < text.size(); i += 2) {
    const auto high = kDigits.find(text[i]);
    const auto low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
  }
  return result;
}

}  // namespace

std::unexpected<ServiceError> refuse_value(std::string message) {
  return refuse(400, "InvalidParameterValue", std::move(message));
}

std::unexpected<ServiceError> refuse_combination(std::string message) {
  return refuse(400, "InvalidParameterCombination", std::move(message));
}

const SnapshotWords& words_of(core::DatabaseKind kind) {
  static constexpr SnapshotWords kOfInstances = {.noun = "snapshot",
                                                 .parameter = "DBSnapshotIdentifier",
                                                 .of_database = "DBInstanceIdentifier",
                                                 .target = "TargetDBSnapshotIdentifier",
                                                 .shape = "DBSnapshot",
                                                 .not_found = "DBSnapshotNotFound",
                                                 .exists = "DBSnapshotAlreadyExists",
                                                 .wrong_state = "InvalidDBSnapshotState",
                                                 .event_source = "db-snapshot",
                                                 .create_operation = "CreateDBSnapshot",
                                                 .copy_operation = "CopyDBSnapshot",
                                                 .name_max = 255};
  static constexpr SnapshotWords kOfClusters = {.noun = "cluster-snapshot",
                                                .parameter = "DBClusterSnapshotIdentifier",
                                                .of_database = "DBClusterIdentifier",
                                                .target = "TargetDBClusterSnapshotIdentifier",
                                                .shape = "DBClusterSnapshot",
                                                .not_found = "DBClusterSnapshotNotFoundFault",
                                                .exists = "DBClusterSnapshotAlreadyExistsFault",
                                                .wrong_state = "InvalidDBClusterSnapshotStateFault",
                                                .event_source = "db-cluster-snapshot",
                                                .create_operation = "CreateDBClusterSnapshot",
                                                .copy_operation = "CopyDBClusterSnapshot",
                                                .name_max = 63};
  return kind == core::DatabaseKind::cluster ? kOfClusters : kOfInstances;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

ServiceResult<std::string> check_identifier(std::string_view parameter, std::string_view value,
                                            size_t length_max) {
  if (value.empty()) {
    return refuse(400, "MissingParameter",
                  fmt::format("The request must contain the parameter {}.", parameter));
  }
  const bool has_good_characters =
      std::ranges::all_of(value, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
  if (!is_letter(value.front()) || !has_good_characters || value.back() == '-' ||
      value.find("--") != std::string_view::npos) {
    return refuse_value(fmt::format(
        "The parameter {} is not a valid identifier. Identifiers must begin with a letter; must "
        "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or "
        "contain "
        "two consecutive hyphens.",
        parameter));
  }
  if (value.size() > length_max) {
    return refuse_value(fmt::format("The parameter {} must be from 1 to {} characters long.",
                                    parameter, length_max));
  }
  return lower_case(value);
}

ServiceResult<TagMap> check_tags(const TagList& tags) {
  TagMap result;
  for (const auto& [key, value] : tags) {
    if (key.empty()) return refuse_value("Tag keys must have at least 1 character.");
    for (std::string_view prefix : {"aws:", "rds:"}) {
      if (lower_case(key).starts_with(prefix)) {
        return refuse_value(
            fmt::format("Tag keys cannot start with the reserved prefix \"{}\".", prefix));
      }
    }
    TRY(check_tag_text("key", key, kTagKeyMax));
    TRY(check_tag_text("value", value, kTagValueMax));
    if (!result.emplace(key, value).second) {
      return refuse_value(fmt::format("Tag keys must be unique: {} is given twice.", key));
    }
  }
  TRY(check_tag_count(result));
  return result;
}

ServiceResult<void> check_tag_count(const TagMap& tags) {
  if (tags.size() > kTagsMax) {
    return refuse_value(
        fmt::format("A resource can have at most {} tags, not {}.", kTagsMax, tags.size()));
  }
  return {};
}

ServiceResult<void> check_paging(const RdsPaging& paging) {
  if (paging.max_records < kMaxRecordsMin || paging.max_records > kMaxRecordsMax) {
    return refuse_value(fmt::format("Invalid value {} for MaxRecords. Must be between {} and {}",
                                    paging.max_records, kMaxRecordsMin, kMaxRecordsMax));
  }
  if (!from_hex(paging.marker)) return refuse_value("The specified marker is invalid.");
  return {};
}

ServiceResult<std::string> page_start(const RdsPaging& paging) {
  TRY(check_paging(paging));
  return *from_hex(paging.marker);
}

std::string marker_after(std::string_view key) {
  return to_hex(key);
}

ServiceResult<PageSpan> page_span(const std::vector<std::string>& keys, const RdsPaging& paging) {
  TRY(check_paging(paging));
  PageSpan span;
  if (!paging.marker.empty()) {
    const auto after = std::ranges::upper_bound(keys, *from_hex(paging.marker));
    span.begin = static_cast<size_t>(after - keys.begin());
  }
  span.end = std::min(keys.size(), span.begin + static_cast<size_t>(paging.max_records));
  if (span.end < keys.size()) span.marker = to_hex(keys[span.end - 1]);
  return span;
}

std::string rds_arn(const Caller& caller, std::string_view kind, std::string_view id) {
  return fmt::format("arn:{}:rds:{}:{}:{}:{}", caller.partition, caller.region.str(),
                     caller.account.str(), kind, id);
}

ServiceResult<void> check_storage(int gib) {
  if (gib < kStorageMinGib || gib > kStorageMaxGib) {
    return refuse_value(fmt::format("Invalid storage size {}. Must be from {} to {} GiB.", gib,
                                    kStorageMinGib, kStorageMaxGib));
  }
  return {};
}

ServiceResult<void> check_retention(int days) {
  if (days < 0 || days > kRetentionMaxDays) {
    return refuse_value(fmt::format("Invalid backup retention period: {}. Must be from 0 to {}.",
                                    days, kRetentionMaxDays));
  }
  return {};
}

ServiceResult<void> check_cluster_retention(int days) {
  if (days == 0) return refuse_value("Invalid backup retention period: 0. Must be from 1 to 35.");
  return check_retention(days);
}

bool is_engine_of_clusters(std::string_view engine) {
  return engine.starts_with("aurora-") || engine == "neptune" || engine == "docdb";
}

std::string major_version(const DatabaseFacts& facts) {
  // Source: rds-facts 1.3, "default:<engine>-<major-with-dashes>"; the major version of PostgreSQL
  // since 10, and of Oracle since 18, is its first number.
  const std::string& version = facts.engine_version;
  size_t end = version.find('.');
  const bool is_one_number = facts.engine == "postgres" || facts.engine.starts_with("oracle-");
  if (!is_one_number && end != std::string::npos) end = version.find('.', end + 1);
  return version.substr(0, end);
}

std::string default_option_group(const DatabaseFacts& facts) {
  std::string major = major_version(facts);
  std::ranges::replace(major, '.', '-');
  return fmt::format("default:{}-{}", facts.engine, major);
}

std::span<const std::string_view> regions_of(std::string_view partition) {
  static constexpr auto kAws = std::to_array<std::string_view>(
      {"af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
       "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
       "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
       "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",
       "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",
       "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",
       "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2"});
  static constexpr auto kChina = std::to_array<std::string_view>({"cn-north-1", "cn-northwest-1"});
  static constexpr auto kGov = std::to_array<std::string_view>({"us-gov-east-1", "us-gov-west-1"});
  static constexpr auto kEusc = std::to_array<std::string_view>({"eusc-de-east-1"});
  if (partition == "aws") return kAws;
  if (partition == "aws-cn") return kChina;
  if (partition == "aws-us-gov") return kGov;
  if (partition == "aws-eusc") return kEusc;
  return {};
}

bool is_listed(const RdsFilter& filter, std::string_view text) {
  return std::ranges::find(filter.values, text) != filter.values.end();
}

}  // namespace snapferry::emulator
