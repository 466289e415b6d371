// SPDX-License-Identifier: Apache-2.0
#include "emulator/time/conductor.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "emulator/events/rds_bus_event.h"

namespace snapferry::emulator {
namespace {

using core::ErrorKind;
using core::fail;
using core::Instant;

// Ours: a tick of the function takes well under a second; a minute is for a loaded test machine.
constexpr core::Seconds kIdleLimit{60};

// Ours: at one moment functions may start functions, through events and alarms. More rounds than
// this is a circle, as two rules that feed each other.
constexpr int kRoundsMax = 100;

// Requires: World::mutex is held.
bool run_due_now(World& world) {
  bool has_run = false;
  world.rds.settle();
  for (const RdsEvent& event : world.rds.take_new_events()) {
    world.events.deliver(world, bus_event_of(event));
    has_run = true;
  }
  for (Timed* timed : world.timed()) {
    const Instant now = world.clock.now();
    const auto due = timed->next_due(world);
    if (!due || *due > now) continue;
    timed->run_due(world, now);
    // Without a runner what is queued stays so: looking again would find it for ever.
    const auto next = timed->next_due(world);
    if (world.functions != nullptr || !next || *next > now) has_run = true;
  }
  return has_run;
}

// Returns the next moment after now at which something is due.
// Requires: World::mutex is held.
std::optional<Instant> next_stop(World& world) {
  const Instant now = world.clock.now();
  std::optional<Instant> next;
  const auto consider = [&](std::optional<Instant> due) {
    if (due && *due > now && (!next || *due < *next)) next = due;
  };
  if (const auto due = world.rds.next_due()) next = std::max(*due, now);
  for (Timed* timed : world.timed()) consider(timed->next_due(world));
  return next;
}

// Does what is due now, what that brings about at once, and so on until all is at rest.
core::Result<void> play_moment(World& world) {
  for (int round = 0; round < kRoundsMax; ++round) {
    bool has_run = false;
    {
      const std::scoped_lock lock(world.mutex);
      has_run = run_due_now(world);
    }
    // The first round waits even so: a function may be running since before this moment.
    if (!has_run && (round > 0 || world.functions == nullptr)) return {};
    if (world.functions != nullptr && !world.functions->wait_idle(kIdleLimit)) {
      return fail(
          ErrorKind::transient,
          fmt::format("functions were still running or queued after {} of waiting at {}",
                      core::format_duration(kIdleLimit), core::format_instant(world.clock.now())),
          "Look at the function's log group for what it is doing.");
    }
  }
  return fail(ErrorKind::transient,
              fmt::format("{} did not come to rest in {} rounds: rules, alarms or functions start "
                          "each other in a circle",
                          core::format_instant(world.clock.now()), kRoundsMax));
}

}  // namespace

core::Result<void> advance_world(World& world, core::Milliseconds by) {
  const std::scoped_lock time_lock(world.time);
  const Instant target = world.clock.now() + by;
  for (int stops = 0; stops < kStopsMax; ++stops) {
    TRY(play_moment(world));
    const std::scoped_lock lock(world.mutex);
    const Instant now = world.clock.now();
    const auto next = next_stop(world);
    const bool is_last = !next || *next > target;
    world.clock.advance(std::max(core::Milliseconds(0), (is_last ? target : *next) - now));
    if (!is_last) continue;
    world.rds.settle();
    return {};
  }
  return fail(
      ErrorKind::limit,
      fmt::format("more than {} things are due before {}; the clock stands at {}", kStopsMax,
                  core::format_instant(target), core::format_instant(world.clock.now())),
      "Advance by less at a time.");
}

bool do_what_is_due(World& world) {
  // An advance in progress does all of this itself, in order.
  const std::unique_lock time_lock(world.time, std::try_to_lock);
  if (!time_lock) return false;
  const std::scoped_lock lock(world.mutex);
  return run_due_now(world);
}

}  // namespace snapferry::emulator
