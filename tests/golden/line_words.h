// A line of a golden case's world, word by word; what nobody asked for is told, so that a slip of
// the pen does not make a case that shows something else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/domain.h"
#include "core/time.h"

namespace snapferry::golden {

/// What is wrong with a line. Thrown and caught within world_reader.cc.
class LineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "snapshot eu-west-1 orders 2026-11-21T02:00Z failed size=20GiB tags team=data env=live": words
/// in order, then flags and key=value in any order, then tags to the end of the line.
class LineWords {
 public:
  explicit LineWords(const std::string& line);

  /// Returns the next word of those in order. Throws: `what` is missing.
  std::string next(const std::string& what);
  /// Returns whether the flag stands there.
  bool has(const std::string& flag);
  /// Returns the value of key=value.
  std::optional<std::string> value(const std::string& key);
  std::string value_or(const std::string& key, const std::string& otherwise);
  /// Returns the words that nobody took, for a message that is text.
  std::string rest();
  [[nodiscard]] const core::Tags& tags() const { return tags_; }

  /// Throws: a word that nobody took.
  void expect_end() const;

 private:
  std::vector<std::string> words_;
  core::Tags tags_;
};

/// "2026-11-21T02:00Z", also with seconds. Throws.
core::Instant instant_of(const std::string& text);

/// "20GiB". Throws.
int gib_of(const std::string& text);

int number_of(const std::string& text);

}  // namespace snapferry::golden
