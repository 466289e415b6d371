// What the readers of events share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <boost/json/object.hpp>

namespace snapferry::lambda {

/// Returns a member that is a string, or "" if there is none. It lives as long as `object`.
inline std::string_view text_at(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

}  // namespace snapferry::lambda
