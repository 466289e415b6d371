// SPDX-License-Identifier: Apache-2.0
#include "core/result.h"

#include <cstdio>
#include <cstdlib>

namespace snapferry::core {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::missing:
      return "missing";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::transient:
      return "transient";
    case ErrorKind::unknown:
      return "unknown";
  }
  ASSERT(false);
}

std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

Error with_context(Error error, std::string context) {
  error.context.push_back(std::move(context));
  return error;
}

bool passes_by_itself(const Error& error) {
  switch (error.kind) {
    case ErrorKind::transient:
    case ErrorKind::limit:
    case ErrorKind::unknown:
      return true;
    case ErrorKind::invalid:
    case ErrorKind::denied:
    case ErrorKind::missing:
    case ErrorKind::conflict:
      return false;
  }
  ASSERT(false);
}

std::string next_act(const Error& error) {
  if (!error.hint.empty()) return error.hint;
  switch (error.kind) {
    case ErrorKind::invalid:
      return "Check what was given: the endpoint, the flags and the settings.";
    case ErrorKind::denied:
      return "Check the credentials, the role's rights and the key's policy.";
    case ErrorKind::missing:
      return "Check the name and the region.";
    case ErrorKind::conflict:
      return "Run the same command again when the state has changed.";
    case ErrorKind::limit:
      return "Run the same command again when there is room.";
    case ErrorKind::transient:
      return "Nothing was done; run the same command again later.";
    case ErrorKind::unknown:
      return "It may have been done: run the same command again, it looks first.";
  }
  ASSERT(false);
}

std::string describe(const Error& error) {
  std::string text;
  for (auto it = error.context.rbegin(); it != error.context.rend(); ++it) text += *it + ": ";
  text += error.message;
  if (!error.aws_code.empty() && text.find(error.aws_code) == std::string::npos) {
    text += " (" + error.aws_code + ")";
  }
  return text;
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "snapferry: bug: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace snapferry::core
