// SPDX-License-Identifier: Apache-2.0
#include "engine/region_reader.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace snapferry::engine {
namespace {

// Ours: 10,000 pages are a million snapshots, ten thousand times the default quota. A marker that
// never ends must not hold a tick for ever.
constexpr int kPagesMax = 10'000;

template <class T, class Query>
core::Result<std::vector<T>> read_all(
    Query query, const std::function<core::Result<core::Page<T>>(const Query&)>& read_page) {
  std::vector<T> all;
  for (int page = 0; page < kPagesMax; ++page) {
    auto answer = TRY(read_page(query));
    std::ranges::move(answer.items, std::back_inserter(all));
    if (answer.next.empty()) return all;
    query.marker = std::move(answer.next);
  }
  return core::fail(core::ErrorKind::invalid,
                    fmt::format("a list has not ended after {} pages", kPagesMax),
                    "Check the endpoint: AWS does not answer so.");
}

core::Result<std::vector<core::Snapshot>> read_snapshots(core::Cloud& cloud,
                                                         const core::SnapshotQuery& query) {
  return read_all<core::Snapshot, core::SnapshotQuery>(
      query, [&](const core::SnapshotQuery& q) { return cloud.list_snapshots(q); });
}

}  // namespace

core::Result<std::vector<core::Database>> read_databases(core::Cloud& cloud,
                                                         core::DatabaseKind kind) {
  return read_all<core::Database, core::DatabaseQuery>(
      {.id = {}, .marker = {}, .kind = kind},
      [&](const core::DatabaseQuery& q) { return cloud.list_databases(q); });
}

void RegionReader::read_snapshots_of(const core::SnapshotQuery& query, World& world) {
  if (world.budget.left(world.clock.now()) <= core::Milliseconds(0)) {
    view.error = core::with_context(
        core::fail(core::ErrorKind::transient, std::string(kNoTimeLeft),
                   "The next run reads it; give a run more time if this happens again.")
            .error(),
        cloud.region().str());
    return;
  }
  auto read = read_snapshots(cloud, query);
  if (read) {
    view.snapshots = std::move(*read);
  } else {
    view.error = core::with_context(std::move(read).error(), cloud.region().str());
  }
}

void RegionReader::read_quota(RegionReader* other) {
  auto read = cloud.read_snapshot_quotas();
  if (read) {
    view.quota = read->of(kind);
    if (other) other->view.quota = read->of(other->kind);
  } else {
    quota_error = core::with_context(std::move(read).error(),
                                     cloud.region().str() + ": quota not read, AWS judges alone");
  }
}

void tell_quota_trouble(const std::deque<RegionReader>& readers, EventSink& events) {
  for (const RegionReader& reader : readers) {
    const auto& error = reader.quota_error;
    if (error && !reader.view.error && error->kind != core::ErrorKind::denied) {
      events.on_trouble(*error);
    }
  }
}

}  // namespace snapferry::engine
