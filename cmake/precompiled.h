// What nearly every file reads, compiled once for a build folder. No file may count on it: each
// includes what it uses; clang-tidy and the test of the headers read everything without this one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#ifdef SNAPFERRY_PRECOMPILE_TESTS
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#endif
