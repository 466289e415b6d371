// SPDX-License-Identifier: Apache-2.0
#include "golden/line_words.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace snapferry::golden {

LineWords::LineWords(const std::string& line) {
  std::istringstream stream(line);
  bool is_tag = false;
  for (std::string word; stream >> word;) {
    if (is_tag) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) throw LineError("a tag is key=value: " + word);
      tags_.emplace(word.substr(0, equals), word.substr(equals + 1));
    } else if (word == "tags") {
      is_tag = true;
    } else {
      words_.push_back(word);
    }
  }
}

std::string LineWords::next(const std::string& what) {
  if (words_.empty()) throw LineError(what + " is missing");
  std::string word = words_.front();
  words_.erase(words_.begin());
  return word;
}

bool LineWords::has(const std::string& flag) {
  return std::erase(words_, flag) > 0;
}

std::optional<std::string> LineWords::value(const std::string& key) {
  const auto found =
      std::ranges::find_if(words_, [&](const auto& word) { return word.starts_with(key + "="); });
  if (found == words_.end()) return std::nullopt;
  std::string value = found->substr(key.size() + 1);
  words_.erase(found);
  return value;
}

std::string LineWords::value_or(const std::string& key, const std::string& otherwise) {
  return value(key).value_or(otherwise);
}

std::string LineWords::rest() {
  std::string text;
  for (const std::string& word : words_) text += (text.empty() ? "" : " ") + word;
  words_.clear();
  return text;
}

void LineWords::expect_end() const {
  if (!words_.empty()) throw LineError("unknown word: " + words_.front());
}

core::Instant instant_of(const std::string& text) {
  // To the minute is enough for people: 2026-11-21T02:00Z.
  constexpr size_t kToTheMinute = 17;
  std::string whole = text;
  if (whole.size() == kToTheMinute) whole.insert(kToTheMinute - 1, ":00");
  const auto instant = core::parse_instant(whole);
  if (!instant) throw LineError("no time: " + text);
  return *instant;
}

int number_of(const std::string& text) {
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size()) {
    throw LineError("no number: " + text);
  }
  return number;
}

int gib_of(const std::string& text) {
  if (!text.ends_with("GiB")) throw LineError("a size is written 20GiB: " + text);
  return number_of(text.substr(0, text.size() - 3));
}

}  // namespace snapferry::golden
