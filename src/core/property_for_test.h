// Properties whose cases cost more than others'.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace snapferry::core {

/// Tries a property so many times less often than RC_GTEST_PROP does, as a part of the test that
/// runs. RC_PARAMS=max_success=100000 gives those of ten times less ten thousand cases.
void check_less_often(int times_less, void (*property)());

/// Try a property of plans as often as RC_GTEST_PROP does; in a build with sanitizers, which take
/// twenty times as long, twenty times less, and of fleets' plans forty.
void check_plans(void (*property)());
void check_fleet_plans(void (*property)());

}  // namespace snapferry::core
