// SPDX-License-Identifier: Apache-2.0
#include "emulator/cloudformation/template/dependencies.h"

#include <algorithm>

#include <fmt/format.h>

#include "emulator/cloudformation/template/refusals.h"

namespace snapferry::emulator::cloudformation {

ServiceResult<std::vector<std::string>> order_by_need(const Dependencies& dependencies) {
  std::vector<std::string> order;
  std::set<std::string> placed;
  while (order.size() < dependencies.size()) {
    const size_t before = order.size();
    for (const auto& [name, needs] : dependencies) {
      const bool is_ready =
          !placed.contains(name) && std::ranges::all_of(needs, [&](const std::string& need) {
            return placed.contains(need) || !dependencies.contains(need);
          });
      if (!is_ready) continue;
      order.push_back(name);
      placed.insert(name);
    }
    if (order.size() > before) continue;
    std::vector<std::string> stuck;
    for (const auto& [name, needs] : dependencies) {
      if (!placed.contains(name)) stuck.push_back(name);
    }
    return invalid(
        fmt::format("Circular dependency between resources: [{}]", fmt::join(stuck, ", ")));
  }
  return order;
}

}  // namespace snapferry::emulator::cloudformation
