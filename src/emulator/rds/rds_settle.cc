// What time does to snapshots, copies, instances and clusters: the part of RdsModel that every
// operation runs first. Happenings are taken in the order of their own times, however late they are
// looked at, so that one long advance and many short ones end the same.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

using core::Milliseconds;
using std::chrono::days;
using std::chrono::seconds;

// Ours: orders of magnitude of RDS, so that a demo at speed 60 shows minutes as seconds. A snapshot
// of 20 GiB takes 80 s, its first copy across regions 320 s, a later copy 32 s.
Milliseconds snapshot_duration(int gib) {
  return seconds(60) + seconds(1) * gib;
}

Milliseconds copy_duration(int gib, Transfer transfer) {
  const Milliseconds full = seconds(120) + seconds(10) * gib;
  // A tenth: what changes in a day of a busy database, roughly.
  return transfer == Transfer::incremental ? full / 10 : full;
}

// Ours: long enough that a client which looks at once meets the status `pending`.
constexpr Milliseconds kPendingSpan = seconds(20);

// Source: rds-facts section 4 (14 days of event history), 2026-08.
constexpr days kEventHistory{14};

// What a copy of a cluster snapshot is while it is not available. Source: botocore 1.43,
// CopyDBClusterSnapshot and DBClusterSnapshot, 2026-08.
constexpr const char* kClusterCopying = "copying";

std::string lineage_key(const DbSnapshot& copy) {
  return fmt::format("{}/{}/{}", copy.account.str(), copy.region.str(), copy.facts.resource_id);
}

std::string source_id(const DbSnapshot& copy) {
  const auto arn = core::parse_arn(copy.source_snapshot_arn);
  return arn ? arn->resource.substr(arn->resource.find(':') + 1) : copy.source_snapshot_arn;
}

}  // namespace

void RdsModel::settle() {
  now_work_ = clock_.worked();
  now_ = clock_.now();
  while (!agenda_.empty() && agenda_.begin()->first <= now_work_) {
    const auto [at, arn] = *agenda_.begin();
    agenda_.erase(agenda_.begin());
    if (auto it = snapshots.find(arn); it != snapshots.end() && it->second.due == at) {
      step_snapshot(it->second, at);
    } else if (auto other = instances.find(arn);
               other != instances.end() && other->second.due == at) {
      step_instance(other->second, at);
    } else if (auto cluster = clusters.find(arn);
               cluster != clusters.end() && cluster->second.due == at) {
      step_cluster(cluster->second, at);
    }
  }
  settled_work_ = now_work_;
  settled_at_ = now_;
}

core::Instant RdsModel::instant_of(Milliseconds at) const {
  if (at >= now_work_ || now_work_ <= settled_work_) return now_;
  if (at <= settled_work_) return settled_at_;
  // Advances and the running of work mix within the span in an order nobody kept: a straight line.
  const double part = static_cast<double>((at - settled_work_).count()) /
                      static_cast<double>((now_work_ - settled_work_).count());
  return settled_at_ + Milliseconds(static_cast<Milliseconds::rep>(
                           part * static_cast<double>((now_ - settled_at_).count())));
}

void RdsModel::schedule(DbSnapshot& snapshot, Milliseconds at) {
  snapshot.due = at;
  agenda_.emplace(at, snapshot.arn);
}

void RdsModel::schedule(DbInstance& instance, Milliseconds at) {
  instance.due = at;
  agenda_.emplace(at, instance.arn);
}

void RdsModel::schedule(DbCluster& cluster, Milliseconds at) {
  cluster.due = at;
  agenda_.emplace(at, cluster.arn);
}

void RdsModel::step_snapshot(DbSnapshot& snapshot, Milliseconds at) {
  snapshot.due.reset();
  switch (snapshot.phase) {
    case SnapshotPhase::pending:
      begin_transfer(snapshot, at);
      break;
    case SnapshotPhase::transferring:
      end_transfer(snapshot, at);
      break;
    case SnapshotPhase::deleting:
      erase_snapshot(std::string(snapshot.arn));
      break;
    case SnapshotPhase::queued:
    case SnapshotPhase::settled:
      break;
  }
}

void RdsModel::step_instance(DbInstance& instance, Milliseconds at) {
  instance.due.reset();
  if (instance.next_status.empty()) return end_instance(instance, at);
  if (instance.status == "backing-up") {
    note_event(instance, "RDS-EVENT-0002", "backup", "Finished DB Instance backup", instant_of(at));
  }
  if (instance.next_status == "stopped") {
    note_event(instance, "RDS-EVENT-0087", "notification", "DB instance stopped", instant_of(at));
  }
  instance.status = std::exchange(instance.next_status, {});
}

void RdsModel::end_instance(DbInstance& instance, Milliseconds at) {
  note_event(instance, "RDS-EVENT-0003", "deletion", "DB instance deleted", instant_of(at));
  if (!instance.is_keeping_automated_backups) erase_automated_snapshots(instance.facts);
  const Caller owner{instance.account, instance.region, instance.partition, {}};
  const auto cluster = clusters.find(rds_arn(owner, "cluster", instance.cluster_id));
  if (cluster != clusters.end()) std::erase(cluster->second.members, instance.id);
  index_.remove(instance);
  instances.erase(std::string(instance.arn));
}

void RdsModel::step_cluster(DbCluster& cluster, Milliseconds at) {
  cluster.due.reset();
  // Source: Aurora User Guide, "Amazon RDS event categories and event messages for Aurora"
  // (0150, 0151, 0170, 0171), 2023.
  if (cluster.next_status.empty()) {
    note_event(cluster, "RDS-EVENT-0171", "deletion", "DB cluster deleted", instant_of(at));
    if (!cluster.is_keeping_automated_backups) erase_automated_snapshots(cluster.facts);
    clusters.erase(std::string(cluster.arn));
    return;
  }
  if (cluster.next_status == "stopped") {
    note_event(cluster, "RDS-EVENT-0150", "notification", "DB cluster stopped", instant_of(at));
  }
  if (cluster.status == "starting") {
    note_event(cluster, "RDS-EVENT-0151", "notification", "DB cluster started", instant_of(at));
  }
  cluster.status = std::exchange(cluster.next_status, {});
}

void RdsModel::erase_automated_snapshots(const DatabaseFacts& facts) {
  std::vector<std::string> gone;
  for (const auto& [arn, snapshot] : snapshots) {
    if (snapshot.type == "automated" && snapshot.facts.resource_id == facts.resource_id) {
      gone.push_back(arn);
    }
  }
  for (const std::string& arn : gone) erase_snapshot(arn);
}

// Source: rds-facts 6.2: copies of DB snapshots alone are told of; 2026-08.
void RdsModel::note_copy_begun(const DbSnapshot& copy) {
  if (copy.kind == core::DatabaseKind::cluster) return;
  const auto date = instant_of(now_work_);
  if (copy.is_cross_region()) {
    note_event(copy, "RDS-EVENT-0059", "notification",
               fmt::format("Started copy of snapshot {} from region {}", source_id(copy),
                           copy.source_region.str()),
               date);
    return;
  }
  note_event(
      copy, "RDS-EVENT-0196", "notification",
      fmt::format("Started copy of snapshot {} in region {}", source_id(copy), copy.region.str()),
      date);
}

void RdsModel::note_copy_ended(const DbSnapshot& copy, Milliseconds at) {
  if (copy.kind == core::DatabaseKind::cluster) return;
  const auto date = instant_of(at);
  if (!copy.is_cross_region()) {
    note_event(copy, "RDS-EVENT-0197", "notification",
               fmt::format("Finished copy of snapshot {} in region {}", source_id(copy),
                           copy.region.str()),
               date);
    return;
  }
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(at - copy.requested_work).count();
  note_event(copy, "RDS-EVENT-0060", "notification",
             fmt::format("Finished copy of snapshot {} from region {} in {} minutes",
                         source_id(copy), copy.source_region.str(), minutes),
             date);
}

std::vector<DbSnapshot*> RdsModel::copies_beside(const DbSnapshot& copy) {
  std::vector<DbSnapshot*> result;
  for (const std::string& arn : index_.flights_of(copy.facts.resource_id)) {
    DbSnapshot& other = snapshots.at(arn);
    if (arn != copy.arn && other.account == copy.account && other.region == copy.region) {
      result.push_back(&other);
    }
  }
  return result;
}

void RdsModel::begin_copy(DbSnapshot& copy) {
  copy.transfer = Transfer::undecided;
  note_copy_begun(copy);
  index_.begin_flight(copy);
  if (!copy.is_cross_region()) {
    begin_transfer(copy, now_work_);
    return;
  }
  copy.status = copy.kind == core::DatabaseKind::cluster ? kClusterCopying : "pending";
  // Source: rds-facts 2.5: copies of one source database run one after the other, queued ones show
  // no progress; 2026-08.
  const bool is_waiting = std::ranges::any_of(
      copies_beside(copy), [](const DbSnapshot* other) { return other->is_cross_region(); });
  copy.phase = is_waiting ? SnapshotPhase::queued : SnapshotPhase::pending;
  if (!is_waiting) schedule(copy, now_work_ + kPendingSpan);
}

void RdsModel::begin_transfer(DbSnapshot& snapshot, Milliseconds at) {
  const int gib = snapshot.facts.allocated_storage_gib;
  if (snapshot.is_copy()) {
    decide_transfer(snapshot);
    snapshot.duration = copy_duration(gib, snapshot.transfer);
  } else {
    snapshot.duration = snapshot_duration(gib);
  }
  snapshot.phase = SnapshotPhase::transferring;
  const bool is_copying = snapshot.kind == core::DatabaseKind::cluster && snapshot.is_copy();
  snapshot.status = is_copying ? kClusterCopying : "creating";
  snapshot.started_work = at;
  schedule(snapshot, at + (snapshot.will_fail ? snapshot.duration / 2 : snapshot.duration));
}

void RdsModel::decide_transfer(DbSnapshot& copy) {
  // Source: rds-facts section 3 (RDS User Guide, copying a snapshot), 2026-08. Where the guide's
  // rule and its example differ (older copies under other keys), the newest copy alone decides: no
  // caller of AWS is told "incremental" here that is told "full" there.
  const auto decide = [&](Transfer transfer, std::string base, std::string reason) {
    copy.transfer = transfer;
    copy.base_arn = std::move(base);
    copy.transfer_reason = std::move(reason);
  };
  const auto source = snapshots.find(copy.source_snapshot_arn);
  // Source: rds-facts section 3 (Aurora User Guide, copying): stored in full always, 2025. Of
  // Neptune and DocumentDB nothing better is documented.
  if (copy.kind == core::DatabaseKind::cluster)
    return decide(Transfer::full, {}, "cluster snapshots always are");
  if (copy.source_was_copy) return decide(Transfer::full, {}, "copy of a copy");
  if (!copy.is_cross_region() && source != snapshots.end() &&
      source->second.account == copy.account &&
      source->second.facts.kms_key_arn == copy.facts.kms_key_arn) {
    return decide(Transfer::incremental, source->first, "same region, same key");
  }
  const auto last = last_copies_.find(lineage_key(copy));
  if (last == last_copies_.end()) return decide(Transfer::full, {}, "first copy here");
  const auto base = snapshots.find(last->second);
  if (base == snapshots.end() || base->second.status != "available") {
    return decide(Transfer::full, {}, "the latest copy here is gone");
  }
  if (base->second.facts.kms_key_arn != copy.facts.kms_key_arn) {
    return decide(Transfer::full, {}, "the latest copy here has another key");
  }
  decide(Transfer::incremental, base->first, "the latest copy here has the same key");
}

void RdsModel::note_last_copy(const DbSnapshot& copy) {
  if (!copy.source_was_copy) last_copies_[lineage_key(copy)] = copy.arn;
}

void RdsModel::end_transfer(DbSnapshot& snapshot, Milliseconds at) {
  if (snapshot.will_fail) return fail_snapshot(snapshot, at);
  snapshot.phase = SnapshotPhase::settled;
  snapshot.status = "available";
  snapshot.progress_percent = 100;
  if (!snapshot.is_copy()) {
    const bool is_cluster = snapshot.kind == core::DatabaseKind::cluster;
    note_event(snapshot, is_cluster ? "RDS-EVENT-0075" : "RDS-EVENT-0042",
               is_cluster ? "backup" : "creation",
               is_cluster ? "Manual cluster snapshot created" : "Manual snapshot created",
               instant_of(at));
    return;
  }
  index_.end_flight(snapshot);
  note_last_copy(snapshot);
  note_copy_ended(snapshot, at);
  if (snapshot.is_cross_region()) start_next_queued(snapshot, at);
}

void RdsModel::fail_snapshot(DbSnapshot& snapshot, Milliseconds at) {
  // No event: none is documented for a copy that fails (rds-facts 6.2).
  const bool was_running = snapshot.phase != SnapshotPhase::queued;
  snapshot.progress_percent = shown(snapshot).progress_percent;
  snapshot.phase = SnapshotPhase::settled;
  snapshot.status = "failed";
  snapshot.due.reset();
  index_.end_flight(snapshot);
  if (was_running && snapshot.is_cross_region()) start_next_queued(snapshot, at);
}

void RdsModel::fail_copies_of(const std::string& source_arn) {
  // A copy that fails starts the next of its queue, which may be one of them: names, and each asked
  // anew.
  const auto source = snapshots.find(source_arn);
  if (source == snapshots.end()) return;
  for (const std::string& arn : index_.flights_of(source->second.facts.resource_id)) {
    DbSnapshot& copy = snapshots.at(arn);
    if (copy.source_snapshot_arn == source_arn && copy.is_in_flight()) {
      fail_snapshot(copy, now_work_);
    }
  }
}

void RdsModel::start_next_queued(const DbSnapshot& ended, Milliseconds at) {
  DbSnapshot* next = nullptr;
  for (DbSnapshot* other : copies_beside(ended)) {
    if (other->phase != SnapshotPhase::queued) continue;
    if (next == nullptr || other->requested_work < next->requested_work) next = other;
  }
  if (next == nullptr) return;
  next->phase = SnapshotPhase::pending;
  schedule(*next, std::max(at, next->requested_work + kPendingSpan));
}

DbSnapshot RdsModel::shown(const DbSnapshot& snapshot) const {
  DbSnapshot result = snapshot;
  if (snapshot.phase == SnapshotPhase::transferring && snapshot.duration.count() > 0) {
    // 99 at most: 100 is for what is available.
    result.progress_percent = static_cast<int>(std::min<Milliseconds::rep>(
        99, 100 * (now_work_ - snapshot.started_work) / snapshot.duration));
  }
  if (snapshot.kind == core::DatabaseKind::instance &&
      (snapshot.is_in_flight() || snapshot.status == "failed")) {
    // Source: rds-facts 1.4 (observed in boto3#952), 2026-08. A cluster snapshot has its time at
    // once, in the aws-cli's example of create-db-cluster-snapshot.
    result.create_time.reset();
    result.original_create_time.reset();
    result.database_time.reset();
  }
  return result;
}

void RdsModel::note_event(const DbSnapshot& snapshot, const char* event_id, const char* category,
                          std::string message, core::Instant date) {
  keep_event({event_id, snapshot.account, snapshot.region,
              std::string(words_of(snapshot.kind).event_source), snapshot.id, snapshot.arn,
              category, std::move(message), date});
}

void RdsModel::note_event(const DbInstance& instance, const char* event_id, const char* category,
                          std::string message, core::Instant date) {
  keep_event({event_id, instance.account, instance.region, "db-instance", instance.id, instance.arn,
              category, std::move(message), date});
}

void RdsModel::note_event(const DbCluster& cluster, const char* event_id, const char* category,
                          std::string message, core::Instant date) {
  keep_event({event_id, cluster.account, cluster.region, "db-cluster", cluster.id, cluster.arn,
              category, std::move(message), date});
}

void RdsModel::keep_event(RdsEvent event) {
  const auto first_kept = std::ranges::find_if(
      events, [&](const RdsEvent& kept) { return kept.date >= now_ - kEventHistory; });
  events.erase(events.begin(), first_kept);
  events.push_back(std::move(event));
  ++new_events_;
}

std::optional<core::Instant> RdsModel::next_due() {
  if (agenda_.empty()) return std::nullopt;
  return clock_.now() + (agenda_.begin()->first - clock_.worked());
}

std::vector<RdsEvent> RdsModel::take_new_events() {
  // What is past the history's end is gone, taken or not.
  const size_t count = std::min(std::exchange(new_events_, 0), events.size());
  return {events.end() - static_cast<std::ptrdiff_t>(count), events.end()};
}

}  // namespace snapferry::emulator
