// What time brings: schedules that fire, copies that finish, events that arrive, alarms that look,
// functions that run. Time is played from one happening to the next, each at its own moment, so
// that one long advance and many short ones end the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/time.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Moves the world's clock on by `by`, stopping wherever something is due, and waits at each stop
/// until functions have run. With a host clock that stands still it ends exactly at the target;
/// host time that passes meanwhile, since functions really run, counts as it always does.
/// Requires: World::mutex and World::time are NOT held.
/// Errors:   transient: functions did not come to rest; the clock stands where that was, and what
///           was played stays so. limit: more stops than kStopsMax.
core::Result<void> advance_world(World& world, core::Milliseconds by);

/// Does what is due now, and waits for nothing. Returns whether anything happened.
/// Requires: as advance_world().
bool do_what_is_due(World& world);

/// Ours: four years of a 15-minute rule and a 5-minute alarm. Beyond it an advance is a slip of the
/// one who typed it, and would hold the emulator for minutes.
inline constexpr int kStopsMax = 500'000;

}  // namespace snapferry::emulator
