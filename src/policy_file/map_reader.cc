// SPDX-License-Identifier: Apache-2.0
#include "policy_file/map_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/nearest_name.h"

namespace snapferry::policy_file {

MapReader::MapReader(const YamlNode& node, std::string what,
                     std::span<const std::string_view> known, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems) {
  if (node.kind != YamlNode::Kind::map) {
    problems.push_back({node.place,
                        fmt::format("{} is a map, and here stands {}", what_, describe(node)),
                        "Write it as lines of \"name: value\"."});
    return;
  }
  const std::vector<std::string> names(known.begin(), known.end());
  for (const YamlNode& member : node.items) {
    if (std::ranges::find(known, member.key) != known.end()) continue;
    const std::string nearest = core::nearest_name(member.key, names);
    problems.push_back({member.key_place, fmt::format("{} has no member \"{}\"", what_, member.key),
                        nearest.empty() ? fmt::format("It has: {}.", fmt::join(names, ", "))
                                        : fmt::format("Did you mean {}?", nearest)});
  }
}

const YamlNode* MapReader::find(std::string_view name) const {
  if (node_.kind != YamlNode::Kind::map) return nullptr;
  const auto found = std::ranges::find(node_.items, name, &YamlNode::key);
  return found == node_.items.end() ? nullptr : &*found;
}

const YamlNode* MapReader::require(std::string_view name) {
  const YamlNode* member = find(name);
  if (member != nullptr && !member->is_null()) return member;
  // What is no map was told already.
  if (node_.kind == YamlNode::Kind::map) {
    problems_.push_back({member != nullptr ? member->place : node_.place,
                         fmt::format("{} needs \"{}\"", what_, name),
                         {}});
  }
  return nullptr;
}

std::optional<std::string> MapReader::text(std::string_view name) {
  const YamlNode* member = find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  return text_of(*member, name, problems_);
}

std::optional<std::string> MapReader::require_text(std::string_view name) {
  const YamlNode* member = require(name);
  if (member == nullptr) return std::nullopt;
  return text_of(*member, name, problems_);
}

std::optional<int> MapReader::integer(std::string_view name, int min, int max) {
  const YamlNode* member = find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  int value = 0;
  const char* begin = member->text.data();
  const char* end = begin + member->text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  const bool is_number = member->kind == YamlNode::Kind::scalar && member->is_plain &&
                         error == std::errc() && stop == end;
  if (is_number && value >= min && value <= max) return value;
  problems_.push_back({member->place,
                       fmt::format("{} is a whole number from {} to {}, and here stands {}", name,
                                   min, max, describe(*member)),
                       {}});
  return std::nullopt;
}

std::map<std::string, std::string> MapReader::texts(std::string_view name) {
  std::map<std::string, std::string> result;
  const YamlNode* member = find(name);
  if (member == nullptr || member->is_null()) return result;
  if (member->kind != YamlNode::Kind::map) {
    problems_.push_back({member->place,
                         fmt::format("{} is a map, and here stands {}", name, describe(*member)),
                         {}});
    return result;
  }
  for (const YamlNode& entry : member->items) {
    if (entry.is_null()) {
      result[entry.key] = "";
    } else if (auto value = text_of(entry, entry.key, problems_)) {
      result[entry.key] = std::move(*value);
    }
  }
  return result;
}

std::vector<std::string> MapReader::one_or_more(std::string_view name) {
  std::vector<std::string> result;
  const YamlNode* member = find(name);
  if (member == nullptr || member->is_null()) return result;
  if (member->kind == YamlNode::Kind::scalar) return {member->text};
  if (member->kind == YamlNode::Kind::map) {
    problems_.push_back(
        {member->place, fmt::format("{} is a word or a list of words, not a map", name), {}});
    return result;
  }
  for (const YamlNode& item : member->items) {
    if (auto value = text_of(item, name, problems_)) result.push_back(std::move(*value));
  }
  return result;
}

std::span<const YamlNode> MapReader::list(std::string_view name) {
  const YamlNode* member = find(name);
  if (member == nullptr || member->is_null()) return {};
  if (member->kind == YamlNode::Kind::list) return member->items;
  problems_.push_back({member->place,
                       fmt::format("{} is a list, and here stands {}", name, describe(*member)),
                       "Begin each entry with \"- \"."});
  return {};
}

std::optional<std::string> text_of(const YamlNode& node, std::string_view what,
                                   Problems& problems) {
  if (node.kind == YamlNode::Kind::scalar && !node.is_null()) return node.text;
  problems.push_back(
      {node.place, fmt::format("{} is a text, and here stands {}", what, describe(node)), {}});
  return std::nullopt;
}

}  // namespace snapferry::policy_file
