// The rules of RDS that need no state: names, tags, paging, ARNs, regions. Every refusal carries
// the wire code, status and message of RDS where they are known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
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

inline constexpr size_t kInstanceNameMax = 63;
inline constexpr size_t kClusterNameMax = 63;

/// Ours: the last transaction lies a little before the snapshot, so that nobody takes one for the
/// other.
inline constexpr std::chrono::seconds kDatabaseTimeLag{1};

/// How the calls on DB snapshots and those on DB cluster snapshots differ in words.
/// Source: botocore 1.43 rds service-2.json (codes, names, lengths), 2026-08; rds-facts 1.2.
struct SnapshotWords {
  std::string_view noun;         ///< in an ARN: "snapshot"
  std::string_view parameter;    ///< "DBSnapshotIdentifier"
  std::string_view of_database;  ///< "DBInstanceIdentifier"
  std::string_view target;       ///< "TargetDBSnapshotIdentifier"
  std::string_view shape;        ///< "DBSnapshot"
  std::string_view not_found;    ///< wire codes, which keep "Fault" for clusters alone
  std::string_view exists;
  std::string_view wrong_state;
  std::string_view event_source;  ///< "db-snapshot"
  const char* create_operation;
  const char* copy_operation;
  size_t name_max;
};
const SnapshotWords& words_of(core::DatabaseKind kind);

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

/// Returns the key of the last item of the page before; empty for the first page.
/// Errors: those of check_paging.
ServiceResult<std::string> page_start(const RdsPaging& paging);
std::string marker_after(std::string_view key);

/// Returns the page of those records below `prefix` that `choose` takes, without looking at more of
/// them than the page needs. Requires: `records` is a map by ARN, of records or references to them.
template <class Record, class Records, class Choose>
ServiceResult<RdsPage<const Record*>> scan_page(const Records& records, const std::string& prefix,
                                                const RdsPaging& paging, const Choose& choose) {
  const std::string start = TRY(page_start(paging));
  RdsPage<const Record*> page;
  std::string_view last;
  auto at = start < prefix ? records.lower_bound(prefix) : records.upper_bound(start);
  for (; at != records.end() && at->first.starts_with(prefix); ++at) {
    const Record& record = at->second;
    if (!choose(record)) continue;
    if (page.items.size() == static_cast<size_t>(paging.max_records)) {
      page.marker = marker_after(last);
      break;
    }
    page.items.push_back(&record);
    last = at->first;
  }
  return page;
}

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

/// Errors:   InvalidParameterValue outside AWS's limits.
ServiceResult<void> check_storage(int gib);
ServiceResult<void> check_retention(int days);
/// Clusters always keep backups. Source: botocore 1.43, CreateDBCluster, 2026-08.
ServiceResult<void> check_cluster_retention(int days);

/// Whether databases of the engine are always clusters with members.
/// Source: botocore 1.43 CreateDBCluster and CreateDBInstance, valid engines, 2026-08.
bool is_engine_of_clusters(std::string_view engine);

/// Source: rds-facts section 4, 2026-08.
inline constexpr long kOptionGroupsMax = 20;

/// Returns "8.0" of 8.0.39: what option groups are of.
std::string major_version(const DatabaseFacts& facts);

/// Returns "default:mysql-8-0", the option group that is always there.
std::string default_option_group(const DatabaseFacts& facts);

/// Returns the regions of a partition that RDS runs in.
/// Source: botocore 1.43 partitions.json, 2026-08.
std::span<const std::string_view> regions_of(std::string_view partition);

/// Returns whether the filter's values name this text.
bool is_listed(const RdsFilter& filter, std::string_view text);

}  // namespace snapferry::emulator
