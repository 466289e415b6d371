// Exit codes: few, and each documented in --help and docs/cli.md. An unknown code is a failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace snapferry::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;   ///< usage or policy
inline constexpr int kExitPartly = 3;  ///< some of it was done
inline constexpr int kExitNotMet = 4;  ///< status: a policy is not met; doctor: it cannot be
inline constexpr int kExitBug = 70;
inline constexpr int kExitInterrupted = 130;

/// Returns how work ended of which `acted` steps went well and `trouble` did not.
constexpr int exit_of(int acted, int trouble) {
  if (trouble == 0) return kExitDone;
  return acted > 0 ? kExitPartly : kExitFailed;
}

}  // namespace snapferry::cli
