// SPDX-License-Identifier: Apache-2.0
#include "core/rules/quotas.h"

#include <fmt/format.h>

#include "core/rules/lineage.h"

namespace snapferry::core {

int copies_in_flight_default(DatabaseKind kind) {
  return kind == DatabaseKind::cluster ? 5 : 20;
}

Room::Room(Region region, DatabaseKind kind, const RegionView& view, int copies_in_flight_max)
    : region_(std::move(region)),
      kind_(kind),
      quota_(view.quota),
      copies_in_flight_(view.others_in_flight),
      copies_in_flight_max_(copies_in_flight_max) {
  for (const Snapshot& snapshot : view.snapshots) {
    if (snapshot.state() == SnapshotState::in_progress && is_cross_region_copy(snapshot, region_)) {
      ++copies_in_flight_;
    }
  }
}

std::optional<Reason> Room::manual_full() const {
  if (!quota_ || quota_->used < quota_->max) return std::nullopt;
  const bool is_cluster = kind_ == DatabaseKind::cluster;
  return Reason{.code = ReasonCode::manual_quota_full,
                .text = fmt::format("{} holds {} of {} manual {}snapshots", region_.str(),
                                    quota_->used, quota_->max, is_cluster ? "cluster " : ""),
                .hint = fmt::format("Delete snapshots of {} that nobody needs, or ask AWS for a "
                                    "larger quota (Service Quotas, Manual DB {} snapshots).",
                                    region_.str(), to_string(kind_))};
}

std::optional<Reason> Room::take_snapshot() {
  if (auto full = manual_full()) return full;
  if (quota_) ++quota_->used;
  return std::nullopt;
}

std::optional<Reason> Room::take_copy() {
  if (copies_in_flight_ >= copies_in_flight_max_) {
    return Reason{
        .code = ReasonCode::copies_in_flight_full,
        .text = fmt::format("{} of {} {}copies into {} are in flight", copies_in_flight_,
                            copies_in_flight_max_, kind_ == DatabaseKind::cluster ? "cluster " : "",
                            region_.str()),
        .hint = {}};
  }
  if (auto full = manual_full()) return full;
  if (quota_) ++quota_->used;
  ++copies_in_flight_;
  return std::nullopt;
}

}  // namespace snapferry::core
