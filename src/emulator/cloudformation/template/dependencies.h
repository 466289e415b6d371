// The order in which resources can be made: each after what it refers to and depends on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

/// A resource to what it needs. Names that are no key of the map are not looked at.
using Dependencies = std::map<std::string, std::set<std::string>>;

/// Returns the names in an order in which each comes after what it needs; alphabetical otherwise.
/// Errors:   ValidationError "Circular dependency between resources: [A, B]".
ServiceResult<std::vector<std::string>> order_by_need(const Dependencies& dependencies);

}  // namespace snapferry::emulator::cloudformation
