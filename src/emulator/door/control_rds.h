// What labs and benches order of the emulated RDS at /_emulator/: snapshots that are there already,
// and quotas.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>

#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Adds the snapshots of a list: [{"region", "kind": "instance"|"cluster", "type": "manual"|
/// "automated"|"awsbackup", "id", "database" or "source", "kms_key", "time", "tags"}]. A copy may
/// name a source that stands before it.
/// Returns:  {"added": N}.
/// Errors:   invalid: the entry and what is wrong with it; those before it are there.
core::Result<boost::json::value> add_ordered_snapshots(World& world,
                                                       const boost::json::value& list);

/// Sets quotas of a region: {"region": R, "manual_snapshots": N, ...}; the names of RdsQuotas.
/// Returns:  all quotas of the region.
/// Errors:   invalid: nothing is set then.
core::Result<boost::json::value> set_ordered_quotas(World& world, const boost::json::value& order);

}  // namespace snapferry::emulator
