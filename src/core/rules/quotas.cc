// SPDX-License-Identifier: Apache-2.0
#include "core/rules/quotas.h"

#include <fmt/format.h>

#include "core/rules/lineage.h"

namespace snapferry::core {

namespace {

// ", and this plan starts 2 more": why there is no room although the numbers before it leave some.
std::string also_planned(int count, std::string_view verb) {
  return count == 0 ? "" : fmt::format(", and this plan {} {} more", verb, count);
}

}  // namespace

int copies_in_flight_default(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? 5 : 20;
}

Room::Room(Region region, DatabaseKind kind, const RegionView& view, int copies_in_flight_max)
    : region_(std::move(region)),
      kind_(kind),
      quota_(view.quota),
      copies_in_flight_(view.others_in_flight),
      planned_snapshots_(view.planned_snapshots),
      planned_copies_(view.planned_copies),
      copies_in_flight_max_(copies_in_flight_max) {
  for (const Snapshot& snapshot : view.snapshots) {
    if (snapshot.state() == SnapshotState::in_progress && is_cross_region_copy(snapshot, region_)) {
      ++copies_in_flight_;
    }
  }
}

std::optional<Reason> Room::manual_full() const {
  if (!quota_ || quota_->used + planned_snapshots_ < quota_->max) return std::nullopt;
  const bool is_cluster = kind_ == DatabaseKind::cluster;
  return Reason{.code = ReasonCode::manual_quota_full,
                .text = fmt::format("{} holds {} of {} manual {}snapshots{}", region_.str(),
                                    quota_->used, quota_->max, is_cluster ? "cluster " : "",
                                    also_planned(planned_snapshots_, "makes")),
                .hint = fmt::format("Delete snapshots of {} that nobody needs, or ask AWS for a "
                                    "larger quota (Service Quotas, Manual DB {} snapshots).",
                                    region_.str(), to_string(kind_))};
}

std::optional<Reason> Room::take_snapshot() {
  if (auto full = manual_full()) return full;
  ++planned_snapshots_;
  return std::nullopt;
}

std::optional<Reason> Room::take_copy() {
  if (copies_in_flight() >= copies_in_flight_max_) {
    return Reason{
        .code = ReasonCode::copies_in_flight_full,
        .text = fmt::format("{} of {} {}copies into {} are in flight{}", copies_in_flight_,
                            copies_in_flight_max_, kind_ == DatabaseKind::cluster ? "cluster " : "",
                            region_.str(), also_planned(planned_copies_, "starts")),
        .hint = {}};
  }
  if (auto full = manual_full()) return full;
  ++planned_snapshots_;
  ++planned_copies_;
  return std::nullopt;
}

}  // namespace snapferry::core
