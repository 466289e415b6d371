// Errors as values. An Error's kind names what the caller does next; that is why there are seven
// kinds and not seventy codes. Nothing thrown crosses a header of this project.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snapferry::core {

enum class ErrorKind {
  invalid,    ///< fix the input or the policy
  denied,     ///< fix IAM or the key
  missing,    ///< drop it, observe again
  conflict,   ///< leave it, observe again
  limit,      ///< wait for room
  transient,  ///< same call again, with backoff: nothing happened
  unknown,    ///< it may have happened: observe before any repeat
};

/// Returns the kind's name as written in JSON and in docs/errors.md.
std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;               ///< lower case, names the thing and both values, no full stop
  std::string hint;                  ///< a sentence that tells the way out; may be empty
  std::vector<std::string> context;  ///< innermost first: "copy to eu-central-1"
  std::string aws_code;              ///< the wire code, verbatim; empty when AWS did not answer
  std::string request_id;
  /// The service asked for this pause before the next try (Retry-After, x-amz-retry-after).
  std::optional<std::chrono::milliseconds> retry_after;
};

template <class T>
using Result = std::expected<T, Error>;

/// Builds a failed Result from a kind, a message and, where there is one, the way out.
std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {});

/// Returns the error with one more line of context (what was being done), outermost last.
Error with_context(Error error, std::string context);

/// Returns whether the trouble may pass without anybody doing anything: transient, limit, unknown.
bool passes_by_itself(const Error& error);

/// Returns the way out: the error's own hint or, where it has none, what its kind says to do next.
std::string next_act(const Error& error);

/// "copy to eu-central-1: rds refused: KMSKeyNotAccessibleFault ..." on one line, without the hint.
std::string describe(const Error& error);

}  // namespace snapferry::core

/// `auto x = TRY(f());` gives f's value, or returns its error from the enclosing function. Give it
/// a line of its own: inside a braced initialiser g++ 12 does not destroy the members built before
/// it.
#define TRY(expression)                                                                 \
  __extension__({                                                                       \
    auto try_result = (expression);                                                     \
    if (!try_result.has_value()) return std::unexpected(std::move(try_result).error()); \
    std::move(try_result).value();                                                      \
  })

/// Stops the program on a broken promise of our own code. On in release: in a tool that deletes
/// snapshots, stopping is the safe side.
#define ASSERT(condition)             \
  ((condition) ? static_cast<void>(0) \
               : ::snapferry::core::assertion_failed(#condition, __FILE__, __LINE__))

namespace snapferry::core {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace snapferry::core
