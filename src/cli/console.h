// Where words go: stdout is the answer, stderr is the story. Knows whether a person watches, and
// what colours mean: green is good, red needs a person, yellow waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/environment.h"

namespace snapferry::cli {

enum class Tone { plain, good, bad, waiting, faint };

/// Requires: one for the whole program; may be called from several threads at once.
class Console {
 public:
  /// Colours follow NO_COLOR and TERM; the live lines follow whether stderr is a terminal.
  explicit Console(const core::Environment& environment);

  /// A line of the answer.
  void answer(std::string_view line);
  /// A line of the story.
  void story(std::string_view line);
  /// Replaces the live lines at the end of the story, each cut to the width of the terminal. Does
  /// nothing when nobody watches.
  void live(const std::vector<std::string>& lines);

  [[nodiscard]] bool is_watched() const { return is_stderr_terminal_; }
  [[nodiscard]] std::string on_stdout(Tone tone, std::string_view text) const;
  [[nodiscard]] std::string on_stderr(Tone tone, std::string_view text) const;

 private:
  void erase_live();
  [[nodiscard]] static size_t columns();

  bool is_stdout_coloured_;
  bool is_stderr_coloured_;
  bool is_stderr_terminal_;
  std::mutex mutex_;
  std::vector<std::string> live_;
};

/// Rows of cells, padded so that columns line up; cells may hold colours.
class Table {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace snapferry::cli
