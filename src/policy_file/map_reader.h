// Reads the members of one map of the policy file: each by name and kind, with every problem noted
// and none thrown away, so that a person mends a file once and not once for each mistake.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "policy_file/yaml_tree.h"

namespace snapferry::policy_file {

using Problems = std::vector<Problem>;

class MapReader {
 public:
  /// `what` names the map in messages: "a target". Members that `known` does not name are problems,
  /// with the nearest known name as hint; so is a node that is no map, and then every member is
  /// absent. `node` and `problems` must outlive the reader.
  MapReader(const YamlNode& node, std::string what, std::span<const std::string_view> known,
            Problems& problems);

  /// Returns the member, null or not; nullptr when it is not there.
  [[nodiscard]] const YamlNode* find(std::string_view name) const;

  /// Returns the member; notes a problem and returns nullptr when it is not there or null.
  const YamlNode* require(std::string_view name);

  /// Each returns the value, or nothing when the member is absent or (noted) of another kind.
  std::optional<std::string> text(std::string_view name);
  std::optional<std::string> require_text(std::string_view name);
  std::optional<int> integer(std::string_view name, int min, int max);
  /// A map of texts: tags, keys, option groups.
  std::map<std::string, std::string> texts(std::string_view name);
  /// One text or a list of them.
  std::vector<std::string> one_or_more(std::string_view name);
  /// The items of a list; empty when the member is absent or (noted) no list.
  std::span<const YamlNode> list(std::string_view name);

  [[nodiscard]] Place place() const { return node_.place; }

 private:
  const YamlNode& node_;
  std::string what_;
  Problems& problems_;
};

/// Returns the scalar's text; notes a problem that names `what` for anything else.
std::optional<std::string> text_of(const YamlNode& node, std::string_view what, Problems& problems);

/// Returns the value, or notes the error at the place.
template <class T>
std::optional<T> noted(core::Result<T> result, Place place, Problems& problems) {
  if (result) return std::move(*result);
  problems.push_back({place, result.error().message, result.error().hint});
  return std::nullopt;
}

}  // namespace snapferry::policy_file
