// What the runtime loop asks of a function: one event in, one answer out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>

#include "core/time.h"

namespace snapferry::lambda {

/// One event as the Runtime API hands it over.
struct Invocation {
  std::string request_id;
  core::Instant deadline;  ///< on the platform's clock
  std::string function_arn;
  std::string trace_id;
  std::string event;  ///< JSON, unless whoever invoked us lied
};

/// A failed invocation: it counts in AWS/Lambda Errors, is retried when it was asynchronous, and
/// then goes to the dead letters.
struct Failure {
  std::string type;     ///< "Snapferry.TickFailed": Category.Reason, letters only
  std::string message;  ///< what happened and the way out, for a person
};

struct Answer {
  std::string text;     ///< JSON
  std::string shorter;  ///< JSON that says what was left out, should Lambda find `text` too large
};

/// An event that is not understood, and therefore not obeyed.
inline constexpr const char* kBadEvent = "Snapferry.BadEvent";

using Reply = std::expected<Answer, Failure>;

class Handler {
 public:
  virtual ~Handler() = default;

  /// Handles one event and is done well before its deadline.
  /// Repeat:   safe: Lambda delivers events at least once.
  [[nodiscard]] virtual Reply handle(const Invocation& invocation) = 0;
};

}  // namespace snapferry::lambda
