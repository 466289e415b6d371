// YAML text as a tree that knows where each value stands. JSON is read as the subset of YAML that
// it is. yaml_tree.cc is the one file here that knows of libfyaml.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace snapferry::policy_file {

/// Units: counted from 1, as editors count.
struct Place {
  int line = 1;
  int column = 1;
};

/// What is wrong with the file, where, and the way out.
struct Problem {
  Place place;
  std::string message;  ///< lower case, names the thing and both values, no full stop
  std::string hint;     ///< a sentence; empty when the message says it all
};

struct YamlNode {
  enum class Kind { scalar, list, map };

  Kind kind = Kind::scalar;
  Place place;      ///< of the value; of its key where the value has no text of its own
  std::string key;  ///< as a member of a map
  Place key_place;
  std::string text;       ///< of a scalar
  bool is_plain = false;  ///< a scalar without quotes: only these are numbers, booleans or null
  std::vector<YamlNode> items;  ///< of a list, or the members of a map, in the file's order

  [[nodiscard]] bool is_null() const;
};

/// Returns "a map", "a list" or the scalar itself in quotes: for messages.
std::string describe(const YamlNode& node);

/// Reads one document. An empty one is an empty map.
/// Errors:   the first thing that is no YAML; a key twice in one map; an alias or a tag, which no
/// policy
///           needs; more text, depth or values than a policy file has (limits in the .cc).
std::expected<YamlNode, Problem> read_yaml(std::string_view text);

}  // namespace snapferry::policy_file
