// The form of an AWS Query request as the service reads it: fields in the order sent, lists and
// structures by their dotted names. It remembers what was read, so that a parameter nobody asked
// for is refused by name and never ignored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Returns the fields of "a=1&b=x+y" decoded, in order. A `+` is a space.
/// Errors:   MalformedQueryString 404 for a bad %XX.
ServiceResult<Fields> parse_form(std::string_view form);

class QueryParameters {
 public:
  explicit QueryParameters(Fields fields) : fields_(std::move(fields)) {}

  /// Whether the name itself, or anything below it ("Name.member.1"), was sent.
  [[nodiscard]] bool has(std::string_view name) const;

  /// Returns the value as sent; nothing when it was not sent.
  std::optional<std::string> text(std::string_view name);

  /// Errors:   MissingParameter when it was not sent or is empty.
  ServiceResult<std::string> required(std::string_view name);

  /// Errors:   InvalidParameterValue (RDS) when the text is no such value.
  ServiceResult<std::optional<long>> integer(std::string_view name);
  ServiceResult<std::optional<bool>> boolean(std::string_view name);
  ServiceResult<std::optional<core::Instant>> timestamp(std::string_view name);

  /// Returns the dotted name of each item of a list, sorted by its number: for Tags.Tag.7.Key and
  /// Tags.Tag.2.Key, {"Tags.Tag.2", "Tags.Tag.7"}. `member` is the model's member name; "member" is
  /// always understood too, and numbers need not be dense. `Tags=` alone is an empty list.
  /// Source: rds-facts 1.1: botocore 1.43 and the older RDS documentation differ, RDS takes both.
  std::vector<std::string> items(std::string_view name, std::string_view member = "member");

  /// Returns the values of a list of scalars, sorted by number.
  std::vector<std::string> texts(std::string_view name, std::string_view member = "member");

  /// A list whose items have two scalars, as Tags.Tag.N.Key and .Value. A value not sent is empty.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name,
                                                         std::string_view member,
                                                         std::string_view key = "Key",
                                                         std::string_view value = "Value");

  /// Errors:   InvalidQueryParameter naming the first parameter that nothing has read.
  [[nodiscard]] ServiceResult<void> refuse_unread() const;

  [[nodiscard]] const Fields& fields() const { return fields_; }

 private:
  const std::string* find(std::string_view name);

  Fields fields_;
  std::set<std::string, std::less<>> read_;
};

/// One of Filters.Filter.N: its Name and its Values.Value.M.
struct Filter {
  std::string name;
  std::vector<std::string> values;
};

/// Returns Filters.Filter.N in order.
std::vector<Filter> read_filters(QueryParameters& parameters);

}  // namespace snapferry::emulator
