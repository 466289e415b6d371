// The input of a JSON service as its operation reads it: by member, each checked for its type. It
// remembers what was read, so that a member nobody asked for is refused by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// Errors of every reader: SerializationException 400 for a value of another type. A member that is
/// null was not sent.
class JsonMembers {
 public:
  /// `input` must outlive this object.
  explicit JsonMembers(const boost::json::object& input) : input_(input) {}

  /// Returns the value; nullptr when it was not sent.
  const boost::json::value* find(std::string_view member);
  /// Returns "" when it was not sent.
  ServiceResult<std::string> text(std::string_view member);
  /// Errors:   ValidationException 400 when it was not sent. An empty text was sent.
  ServiceResult<std::string> required(std::string_view member);
  ServiceResult<std::optional<long>> integer(std::string_view member);
  ServiceResult<bool> boolean(std::string_view member);
  ServiceResult<std::vector<std::string>> texts(std::string_view member);
  /// {"a": "b"}; empty when it was not sent.
  ServiceResult<std::map<std::string, std::string>> text_map(std::string_view member);
  /// [{"Key": "a", "Value": "b"}]; empty when it was not sent.
  ServiceResult<std::map<std::string, std::string>> tag_list(std::string_view member);

  /// Errors:   ValidationException naming the first member that nothing has read.
  [[nodiscard]] ServiceResult<void> refuse_unread() const;

 private:
  const boost::json::object& input_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace snapferry::emulator
