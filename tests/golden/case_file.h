// A golden case as a file: a story for people, what the planner is given, and what it must say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace snapferry::golden {

/// A part of a case: a word at the begin of a line with what follows the colon, and the lines below
/// it, which are indented by two spaces.
struct Section {
  std::string name;                ///< "now", "max-deletes", "policy", "world", "text", "json"
  std::string value = {};          ///< what stands on the line of the name
  std::vector<std::string> lines;  ///< without the indent
};

struct CaseFile {
  std::vector<std::string> story;  ///< the lines of comment above the sections
  std::vector<Section> sections;

  /// Returns null when there is none of the name.
  [[nodiscard]] const Section* find(const std::string& name) const;

  /// Replaces the lines of a section, or adds it at the end.
  void set_lines(const std::string& name, std::vector<std::string> lines);

  /// Returns the file's text.
  [[nodiscard]] std::string str() const;
};

/// Returns the case, or what is wrong with the file.
std::expected<CaseFile, std::string> parse_case(const std::string& text);

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

/// "a\nb\n" to its lines, and back.
std::vector<std::string> split_lines(const std::string& text);
std::string join_lines(const std::vector<std::string>& lines);

}  // namespace snapferry::golden
