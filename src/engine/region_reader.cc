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
core::Result<void> read_all(
    Query query, const std::function<core::Result<core::Page<T>>(const Query&)>& read_page,
    const std::function<void(T)>& take) {
  for (int page = 0; page < kPagesMax; ++page) {
    auto answer = TRY(read_page(query));
    for (T& item : answer.items) take(std::move(item));
    if (answer.next.empty()) return {};
    query.marker = std::move(answer.next);
  }
  return core::fail(core::ErrorKind::invalid,
                    fmt::format("a list has not ended after {} pages", kPagesMax),
                    "Check the endpoint: AWS does not answer so.");
}

}  // namespace

core::Result<std::vector<core::Database>> read_databases(core::Cloud& cloud,
                                                         core::DatabaseKind kind) {
  std::vector<core::Database> databases;
  TRY((read_all<core::Database, core::DatabaseQuery>(
      {.id = {}, .marker = {}, .kind = kind},
      [&](const core::DatabaseQuery& q) { return cloud.list_databases(q); },
      [&](core::Database database) { databases.push_back(std::move(database)); })));
  return databases;
}

core::Result<void> read_snapshots(World& world, core::Cloud& cloud,
                                  const core::SnapshotQuery& query,
                                  const std::function<void(core::Snapshot)>& take) {
  core::Result<void> read;
  if (world.budget.left(world.clock.now()) <= core::Milliseconds(0)) {
    read = core::fail(core::ErrorKind::transient, std::string(kNoTimeLeft),
                      "The next run reads it; give a run more time if this happens again.");
  } else {
    read = read_all<core::Snapshot, core::SnapshotQuery>(
        query, [&](const core::SnapshotQuery& q) { return cloud.list_snapshots(q); }, take);
  }
  if (read) return {};
  return std::unexpected(core::with_context(std::move(read).error(), cloud.region().str()));
}

QuotaReading read_quotas(core::Cloud& cloud) {
  QuotaReading reading{.region = cloud.region()};
  auto read = cloud.read_snapshot_quotas();
  if (read) {
    reading.quotas = *read;
  } else {
    reading.error = core::with_context(std::move(read).error(),
                                       cloud.region().str() + ": quota not read, AWS judges alone");
  }
  return reading;
}

void tell_quota_trouble(const QuotaReading& reading, EventSink& events) {
  if (reading.error && reading.error->kind != core::ErrorKind::denied) {
    events.on_trouble(*reading.error);
  }
}

}  // namespace snapferry::engine
