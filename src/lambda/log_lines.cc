// SPDX-License-Identifier: Apache-2.0
#include "lambda/log_lines.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace snapferry::lambda {
namespace {

constexpr std::array kLevels = {Level::trace, Level::debug, Level::info,
                                Level::warn,  Level::error, Level::fatal};

// RFC 3339 with milliseconds, always: Lambda takes no other form for its own.
std::string timestamp(core::Instant instant) {
  const auto seconds = std::chrono::floor<core::Seconds>(instant);
  std::string text = core::format_instant(seconds);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (instant - seconds).count());
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::trace:
      return "TRACE";
    case Level::debug:
      return "DEBUG";
    case Level::info:
      return "INFO";
    case Level::warn:
      return "WARN";
    case Level::error:
      return "ERROR";
    case Level::fatal:
      return "FATAL";
  }
  ASSERT(false);
}

Level level_from_environment(const core::Environment& environment) {
  std::string text = environment.get("AWS_LAMBDA_LOG_LEVEL").value_or("INFO");
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  for (const Level level : kLevels) {
    if (text == to_string(level)) return level;
  }
  return Level::info;
}

void write_to_stdout(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    // A log that cannot be written must not stop the work it tells of.
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

void LogLines::set_request(std::string request_id) {
  const std::lock_guard lock(mutex_);
  request_id_ = std::move(request_id);
}

void LogLines::log(Level level, std::string_view message, boost::json::object more) {
  if (level < lowest_) return;
  boost::json::object line{{"timestamp", timestamp(clock_.now())}, {"level", to_string(level)}};
  const std::lock_guard lock(mutex_);
  if (!request_id_.empty()) line["requestId"] = request_id_;
  line["message"] = message;
  for (auto& [name, value] : more) line.insert_or_assign(name, std::move(value));
  write(line);
}

void LogLines::metrics(boost::json::object document) {
  document["level"] = to_string(std::max(lowest_, Level::info));
  const std::lock_guard lock(mutex_);
  if (!request_id_.empty()) document["requestId"] = request_id_;
  write(document);
}

void LogLines::write(const boost::json::object& line) {
  write_(boost::json::serialize(line) + "\n");
}

}  // namespace snapferry::lambda
