// What one tick saw, wanted and did. A tick is data too: it is printed, counted and compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/alert.h"
#include "core/inventory.h"
#include "core/plan.h"
#include "core/result.h"

namespace snapferry::engine {

enum class OutcomeKind {
  started,   ///< AWS took the call and works on it (for a delete: it is done or under way)
  adopted,   ///< it stood there already and is ours: another tick was faster, or an answer was lost
  deferred,  ///< not now, and that is no error: no room, wrong state, not yet visible
  unknown,   ///< the answer was lost: the next tick observes before any repeat
  failed,    ///< needs a person, or AWS kept failing
};

/// Returns the kind's name as written in JSON.
std::string_view to_string(OutcomeKind kind);

struct Outcome {
  core::Step step;
  OutcomeKind kind{};
  std::optional<core::Error> error;  ///< why it was deferred, unknown or failed
};

struct Receipt {
  core::Inventory inventory;
  core::Plan plan;
  std::vector<Outcome> outcomes;  ///< of the steps that act, in the plan's order

  /// Returns whether a later tick has work without anybody doing anything first.
  [[nodiscard]] bool is_pending() const;

  /// Returns how many steps failed or are blocked.
  [[nodiscard]] int trouble_count() const;
};

/// Returns what an alert tells: the blocked and the failed steps, and the regions and keys that
/// could not be looked at.
std::vector<core::Trouble> troubles_of(const Receipt& receipt);

}  // namespace snapferry::engine
