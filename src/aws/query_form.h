// The body of an AWS Query request: Action, Version, then parameters in the order they were added,
// lists spelled out by the caller ("Tags.Tag.1.Key").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "aws/sigv4.h"

namespace snapferry::aws {

class QueryForm {
 public:
  QueryForm(std::string_view action, std::string_view version);

  QueryForm& add(std::string_view name, std::string_view value);
  /// A literal, which would otherwise be taken for a bool.
  QueryForm& add(std::string_view name, const char* value);
  QueryForm& add(std::string_view name, bool value);
  QueryForm& add(std::string_view name, long value);
  /// Adds nothing when the value is empty.
  QueryForm& add_if(std::string_view name, std::string_view value);

  /// Returns "Action=...&Version=...&..." as botocore writes it: space as +, "~" as it is, "*" as
  /// %2A. Source: botocore 1.43 serialize.py and awsrequest.py, 2026-08; vectors in
  /// tests/data/sigv4.
  [[nodiscard]] std::string body() const;

  /// The same fields unencoded, for presigning.
  [[nodiscard]] const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

}  // namespace snapferry::aws
