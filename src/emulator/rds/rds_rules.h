// The rules of RDS that need no state: names, tags, paging, ARNs, regions. Every refusal carries
// the wire code, status and message of RDS where they are known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/rds/rds_model.h"

namespace snapferry::emulator {

/// InvalidParameterValue 400 and InvalidParameterCombination 400.
std::unexpected<ServiceError> refuse_value(std::string message);
std::unexpected<ServiceError> refuse_combination(std::string message);

std::string lower_case(std::string_view text);

/// Returns the identifier as RDS keeps it, in lower case.
/// Errors:   MissingParameter when empty; InvalidParameterValue by the rules of names.
/// Source:   rds-facts section 4: a letter first; letters, digits, hyphens; no hyphen at the end,
/// no
///           two together; 255 characters for a snapshot, 63 for an instance; 2026-08.
ServiceResult<std::string> check_identifier(std::string_view parameter, std::string_view value,
                                            size_t length_max);

inline constexpr size_t kSnapshotNameMax = 255;
inline constexpr size_t kInstanceNameMax = 63;

/// Returns the tags as a map.
/// Errors:   InvalidParameterValue: reserved prefix, lengths, characters, a key twice.
/// Source:   rds-facts section 4: keys 1 to 128, values 0 to 256, letters, digits, white space and
///           _.:/=+-@ of any script; prefixes aws: and rds: reserved; 2026-08.
ServiceResult<TagMap> check_tags(const TagList& tags);

/// Errors:   InvalidParameterValue past 50 tags.
ServiceResult<void> check_tag_count(const TagMap& tags);

/// Errors:   InvalidParameterValue outside 20 to 100, or a marker we did not give.
ServiceResult<void> check_paging(const RdsPaging& paging);

/// Returns the page that begins after `paging.marker`. Markers hold the key of the last item in
/// hex, so that they survive inserts and deletes and nobody reads meaning into them. Requires:
/// `keys` is sorted, and the same length as `items`.
template <class T>
ServiceResult<RdsPage<T>> cut_page(const std::vector<std::string>& keys, std::vector<T> items,
                                   const RdsPaging& paging);

/// Returns where the page begins and ends, and its marker.
struct PageSpan {
  size_t begin = 0;
  size_t end = 0;
  std::string marker;
};
ServiceResult<PageSpan> page_span(const std::vector<std::string>& keys, const RdsPaging& paging);

template <class T>
ServiceResult<RdsPage<T>> cut_page(const std::vector<std::string>& keys, std::vector<T> items,
                                   const RdsPaging& paging) {
  const PageSpan span = TRY(page_span(keys, paging));
  RdsPage<T> page;
  for (size_t i = span.begin; i < span.end; ++i) page.items.push_back(std::move(items[i]));
  page.marker = span.marker;
  return page;
}

/// Returns "arn:aws:rds:eu-west-1:123456789012:snapshot:x".
std::string rds_arn(const Caller& caller, std::string_view kind, std::string_view id);

/// Returns "default:mysql-8-0", the option group that is always there.
std::string default_option_group(const DatabaseFacts& facts);

/// Returns the regions of a partition that RDS runs in.
/// Source: botocore 1.43 partitions.json, 2026-08.
std::span<const std::string_view> regions_of(std::string_view partition);

/// Returns whether the filter's values name this text.
bool is_listed(const RdsFilter& filter, std::string_view text);

}  // namespace snapferry::emulator
