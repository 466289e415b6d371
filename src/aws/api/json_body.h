// The body of a JSON request, written as botocore writes it, to the byte: members in the order they
// were added, ", " and ": " between them, everything beyond ASCII escaped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace snapferry::aws {

class JsonBody {
 public:
  JsonBody& add(std::string_view name, std::string_view value);
  /// A literal, which would otherwise be taken for a bool.
  JsonBody& add(std::string_view name, const char* value);
  JsonBody& add(std::string_view name, bool value);
  /// `json` is a value that is JSON already.
  JsonBody& add_json(std::string_view name, std::string_view json);

  /// Returns the object.
  [[nodiscard]] std::string text() const;

 private:
  std::string members_;
};

/// Returns the text in quotes and in ASCII alone. Bytes that are no UTF-8 become U+FFFD.
/// Source:   Python 3.11 json.dumps, which botocore 1.43 serialize.py calls, 2026-11.
std::string json_string(std::string_view text);

}  // namespace snapferry::aws
