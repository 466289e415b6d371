// SPDX-License-Identifier: Apache-2.0
#include "golden/pretty_json.h"

#include <map>

#include <boost/json/serialize.hpp>

#include "golden/case_file.h"

namespace snapferry::golden {
namespace {

namespace json = boost::json;

// Ours: long enough for one kept snapshot, so that a list of them reads as a table.
constexpr size_t kLineLengthMax = 200;

std::map<std::string, json::value> sorted(const json::object& object) {
  std::map<std::string, json::value> members;
  for (const auto& [key, value] : object) members.emplace(key, value);
  return members;
}

std::string quoted(const std::string& text) {
  return json::serialize(json::value(text));
}

std::string on_one_line(const json::value& value) {
  std::string text;
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : sorted(*object)) {
      text += (text.empty() ? "" : ", ") + quoted(key) + ": " + on_one_line(member);
    }
    return "{" + text + "}";
  }
  if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) text += (text.empty() ? "" : ", ") + on_one_line(item);
    return "[" + text + "]";
  }
  return json::serialize(value);
}

// Writes the value; what stands before it on its line ("  \"steps\": ") is in `text` already.
void write(const json::value& value, size_t indent, std::string& text) {
  const std::string line = on_one_line(value);
  const bool is_leaf = !value.is_object() && !value.is_array();
  const size_t begin = text.rfind('\n') + 1;  // 0 when there is none
  if (is_leaf || text.size() - begin + line.size() <= kLineLengthMax) {
    text += line;
    return;
  }
  const std::string margin(indent + 2, ' ');
  bool is_first = true;
  const auto next = [&] {
    text += (is_first ? "\n" : ",\n") + margin;
    is_first = false;
  };
  if (const auto* object = value.if_object()) {
    text += "{";
    for (const auto& [key, member] : sorted(*object)) {
      next();
      text += quoted(key) + ": ";
      write(member, indent + 2, text);
    }
    text += "\n" + std::string(indent, ' ') + "}";
    return;
  }
  text += "[";
  for (const json::value& item : value.as_array()) {
    next();
    write(item, indent + 2, text);
  }
  text += "\n" + std::string(indent, ' ') + "]";
}

}  // namespace

std::vector<std::string> pretty_json(const json::value& value) {
  std::string text;
  write(value, 0, text);
  return split_lines(text);
}

}  // namespace snapferry::golden
