// SPDX-License-Identifier: Apache-2.0
#include "golden/case_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace snapferry::golden {
namespace {

constexpr std::string_view kIndent = "  ";

}  // namespace

const Section* CaseFile::find(const std::string& name) const {
  const auto found = std::ranges::find(sections, name, &Section::name);
  return found == sections.end() ? nullptr : &*found;
}

void CaseFile::set_lines(const std::string& name, std::vector<std::string> lines) {
  const auto found = std::ranges::find(sections, name, &Section::name);
  if (found == sections.end()) {
    sections.push_back({.name = name, .lines = std::move(lines)});
  } else {
    found->lines = std::move(lines);
  }
}

std::string CaseFile::str() const {
  std::string text = join_lines(story);
  for (const Section& section : sections) {
    text += section.name + ":" + (section.value.empty() ? "" : " " + section.value) + "\n";
    for (const std::string& line : section.lines) {
      if (!line.empty()) text += kIndent;
      text += line + "\n";
    }
  }
  return text;
}

std::expected<CaseFile, std::string> parse_case(const std::string& text) {
  CaseFile file;
  size_t number = 0;
  for (const std::string& line : split_lines(text)) {
    ++number;
    if (file.sections.empty() && line.starts_with("#")) {
      file.story.push_back(line);
    } else if (line.starts_with(kIndent) && !file.sections.empty()) {
      file.sections.back().lines.push_back(line.substr(kIndent.size()));
    } else if (line.empty() && !file.sections.empty()) {
      file.sections.back().lines.emplace_back();
    } else if (const size_t colon = line.find(':'); colon != std::string::npos && line[0] != ' ') {
      const size_t value = std::min(line.size(), colon + kIndent.size());
      file.sections.push_back(
          {.name = line.substr(0, colon), .value = line.substr(value), .lines = {}});
    } else {
      return std::unexpected(
          fmt::format("line {}: no comment, no \"name:\" and not indented", number));
    }
  }
  if (file.story.empty()) return std::unexpected("the first line must say what the case prevents");
  return file;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace snapferry::golden
