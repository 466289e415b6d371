// Faults to order: what the network, AWS and hardware do to a tick, told to the emulator by
// POST /_emulator/faults or in process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

namespace snapferry::emulator {

enum class FaultKind {
  throttle,      ///< 400 Throttling "Rate exceeded", nothing done
  server_error,  ///< 500 InternalFailure, nothing done
  lost_reply,    ///< the effect happens, the connection closes without an answer
  slow,          ///< the answer comes after `delay`
  garbage,       ///< the effect happens, then 200 with a body that is no XML and no JSON
  fail_copy,     ///< a snapshot or copy whose id contains `snapshot` ends `failed` half-way
  list_lag,      ///< a new snapshot shows in lists and describes only after `delay`
};

struct Fault {
  FaultKind kind = FaultKind::throttle;
  std::string operation;  ///< "CopyDBSnapshot"; empty: any
  std::string region;     ///< empty: any
  std::string snapshot;   ///< fail_copy: part of the snapshot's id; empty: any
  core::Milliseconds delay{0};
  int times = 1;  ///< how often it strikes; -1: always
};

/// Returns the kind as written in JSON: "lost_reply".
std::string_view to_string(FaultKind kind);
std::optional<FaultKind> parse_fault_kind(std::string_view text);

/// Requires: the emulator's lock is held.
class Faults {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }

  /// Returns the first fault of that kind that fits, and counts it as struck.
  std::optional<Fault> strike(FaultKind kind, const std::string& operation,
                              const std::string& region, const std::string& snapshot = {});

  [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

}  // namespace snapferry::emulator
