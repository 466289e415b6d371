// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/nearest_name.h"

namespace snapferry::core {
namespace {

// A region is <prefix><word>-<digits>; the prefixes are botocore's region expressions. The longest
// prefix wins, so that us-gov-west-1 is not taken for the commercial "us-".
struct PartitionPrefix {
  std::string_view region_prefix;
  std::string_view partition;
};
constexpr std::array kPrefixes = {
    PartitionPrefix{"us-gov-", "aws-us-gov"},
    PartitionPrefix{"us-isob-", "aws-iso-b"},
    PartitionPrefix{"us-isof-", "aws-iso-f"},
    PartitionPrefix{"us-iso-", "aws-iso"},
    PartitionPrefix{"eu-isoe-", "aws-iso-e"},
    PartitionPrefix{"eusc-de-", "aws-eusc"},
    PartitionPrefix{"cn-", "aws-cn"},
    PartitionPrefix{"us-", "aws"},
    PartitionPrefix{"eu-", "aws"},
    PartitionPrefix{"ap-", "aws"},
    PartitionPrefix{"sa-", "aws"},
    PartitionPrefix{"ca-", "aws"},
    PartitionPrefix{"me-", "aws"},
    PartitionPrefix{"af-", "aws"},
    PartitionPrefix{"il-", "aws"},
    PartitionPrefix{"mx-", "aws"},
};

// Only for "did you mean": a region that is not here but has a partition's form is used as it is,
// so that a new region works on the day AWS opens it. Source: botocore 1.43 partitions.json,
// 2026-08.
const std::vector<std::string>& known_regions() {
  static const std::vector<std::string> regions = {
      "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
      "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
      "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
      "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",
      "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",
      "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",
      "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "cn-north-1",
      "cn-northwest-1", "us-gov-east-1",  "us-gov-west-1",  "eusc-de-east-1", "us-iso-east-1",
      "us-iso-west-1",  "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1",
      "us-isof-south-1"};
  return regions;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

}  // namespace

std::string_view to_string(DatabaseKind kind) {
  switch (kind) {
    case DatabaseKind::instance:
      return "instance";
    case DatabaseKind::cluster:
      return "cluster";
  }
  std::unreachable();
}

std::string describe(const DatabaseId& id) {
  return id.is_cluster() ? "cluster " + id.str() : id.str();
}

std::string Arn::str() const {
  return "arn:" + partition + ":" + service + ":" + region.str() + ":" + account.str() + ":" +
         resource;
}

std::optional<Arn> parse_arn(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (auto& part : parts) {
    auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || text.empty())
    return std::nullopt;
  return Arn{.partition = std::string(parts[1]),
             .service = std::string(parts[2]),
             .region = Region(std::string(parts[3])),
             .account = AccountId(std::string(parts[4])),
             .resource = std::string(text)};
}

std::optional<std::string_view> partition_of(const Region& region) {
  const std::string_view text = region.str();
  for (const auto& prefix : kPrefixes) {
    if (!text.starts_with(prefix.region_prefix)) continue;
    const auto rest = text.substr(prefix.region_prefix.size());
    const auto dash = rest.find('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == rest.size()) continue;
    if (std::ranges::all_of(rest.substr(0, dash), is_word) &&
        std::ranges::all_of(rest.substr(dash + 1), is_digit)) {
      return prefix.partition;
    }
  }
  return std::nullopt;
}

std::string nearest_region(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return nearest_name(lowered, known_regions());
}

}  // namespace snapferry::core
