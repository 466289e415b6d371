// SPDX-License-Identifier: Apache-2.0
#include "core/ids.h"

#include <algorithm>
#include <array>

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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

}  // namespace

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

}  // namespace snapferry::core
