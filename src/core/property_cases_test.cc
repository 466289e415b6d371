// How often the properties of this folder are tried.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/property_for_test.h"

namespace snapferry::core {
namespace {

// Ours: of the rules that matter most a hundred cases prove little, and ten thousand of each take
// some seconds in a build with sanitizers. Each run tries the same ones, for a check that fails
// must fail again; RC_PARAMS of the caller goes before, and without a seed in it chance chooses.
[[maybe_unused]] const int kPropertyCasesSet =
    setenv("RC_PARAMS", "max_success=10000 seed=20261123", 0);

#if __has_feature(address_sanitizer)
constexpr bool kIsSlow = true;
#else
constexpr bool kIsSlow = false;
#endif

}  // namespace

void check_less_often(int times_less, void (*property)()) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = std::max(1, params.maxSuccess / times_less);
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
  std::ostringstream told;
  rc::detail::printResultMessage(result, told);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << told.str();
}

void check_plans(void (*property)()) {
  check_less_often(kIsSlow ? 20 : 1, property);
}

void check_fleet_plans(void (*property)()) {
  check_less_often(kIsSlow ? 40 : 1, property);
}

}  // namespace snapferry::core
