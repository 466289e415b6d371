// Tags as the services take them: each has its own shape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

/// [{"Key": ..., "Value": ...}], or with other member names.
inline boost::json::array tag_list(const boost::json::object& tags, std::string_view key = "Key",
                                   std::string_view value = "Value") {
  boost::json::array list;
  for (const auto& [name, text] : tags)
    list.push_back(boost::json::object{{key, name}, {value, text}});
  return list;
}

/// Tags.member.N.Key and .Value of a Query call.
inline void add_tag_fields(Fields& fields, const boost::json::object& tags) {
  int number = 0;
  for (const auto& [name, text] : tags) {
    const std::string item = "Tags.member." + std::to_string(++number);
    fields.emplace_back(item + ".Key", std::string(name));
    fields.emplace_back(item + ".Value", std::string(text.as_string()));
  }
}

/// The keys that `wanted` no longer has.
inline std::vector<std::string> removed_keys(const boost::json::object& had,
                                             const boost::json::object& wanted) {
  std::vector<std::string> keys;
  for (const auto& [name, text] : had) {
    if (!wanted.contains(name)) keys.emplace_back(name);
  }
  return keys;
}

}  // namespace snapferry::emulator::cloudformation
