// What an intent would change in a stack: what a change set shows, and whether there is anything.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "emulator/cloudformation/records.h"
#include "emulator/world.h"

namespace snapferry::emulator::cloudformation {

struct Difference {
  std::vector<Change> changes = {};
  bool is_empty = false;  ///< neither resources nor outputs nor tags change
};

/// Requires: the lock is held; the template has passed check_types().
/// Errors:   ValidationError: values of a wrong type, references to what is not there, circles,
///           a resource whose type would change.
ServiceResult<Difference> difference_to(World& world, const Stack& stack,
                                        const StackIntent& intent);

}  // namespace snapferry::emulator::cloudformation
