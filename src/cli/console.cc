// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace snapferry::cli {
namespace {

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::waiting:
      return "\x1b[33m";
    case Tone::faint:
      return "\x1b[2m";
  }
  return "";
}

std::string paint(bool is_coloured, Tone tone, std::string_view text) {
  if (!is_coloured || tone == Tone::plain) return std::string(text);
  return std::string(escape_of(tone)) + std::string(text) + "\x1b[0m";
}

// Columns on the screen: escape sequences take none, a UTF-8 character takes one.
size_t width_of(std::string_view text) {
  size_t width = 0;
  bool is_escape = false;
  for (unsigned char c : text) {
    if (c == 0x1b) {
      is_escape = true;
    } else if (is_escape) {
      is_escape = c != 'm';
    } else {
      width += (c & 0xC0) != 0x80;
    }
  }
  return width;
}

// The first columns of a text that may hold colours; a colour that was cut open is closed.
std::string cut_to(std::string_view text, size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  size_t end = text.size();
  while (end > 0 && width_of(text.substr(0, end)) > columns) --end;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string cut(text.substr(0, end));
  if (cut.find('\x1b') != std::string::npos) cut += "\x1b[0m";
  return cut;
}

void write_line(std::FILE* file, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), file);
  std::fputc('\n', file);
  std::fflush(file);
}

}  // namespace

Console::Console(const core::Environment& environment)
    : is_stderr_terminal_(isatty(STDERR_FILENO) == 1 && environment.get("TERM") != "dumb") {
  const bool may_colour = !environment.get("NO_COLOR") && environment.get("TERM") != "dumb";
  is_stdout_coloured_ = may_colour && isatty(STDOUT_FILENO) == 1;
  is_stderr_coloured_ = may_colour && is_stderr_terminal_;
}

void Console::answer(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_live();
  write_line(stdout, line);
}

void Console::story(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase_live();
  write_line(stderr, line);
}

void Console::live(const std::vector<std::string>& lines) {
  if (!is_stderr_terminal_) return;
  const std::lock_guard lock(mutex_);
  erase_live();
  const size_t width = columns();
  for (const std::string& line : lines) write_line(stderr, cut_to(line, width));
  live_ = lines;
}

size_t Console::columns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return 80;
  // One less: a full line wraps on some terminals, and could not be erased.
  return size.ws_col - 1U;
}

void Console::erase_live() {
  if (live_.empty()) return;
  // Up over the live lines from the first column (a ^C echoed by the terminal has moved the
  // cursor), and clear to the end of the screen.
  std::fprintf(stderr, "\r\x1b[%zuA\x1b[J", live_.size());
  std::fflush(stderr);
  live_.clear();
}

std::string Console::on_stdout(Tone tone, std::string_view text) const {
  return paint(is_stdout_coloured_, tone, text);
}

std::string Console::on_stderr(Tone tone, std::string_view text) const {
  return paint(is_stderr_coloured_, tone, text);
}

std::vector<std::string> Table::lines() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::vector<std::string> lines;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace snapferry::cli
