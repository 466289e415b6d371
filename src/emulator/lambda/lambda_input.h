// Members of a JSON request to Lambda, read by name and type; refusals as Lambda words them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator {

/// InvalidParameterValueException 400.
std::unexpected<ServiceError> refuse_parameter(std::string message);
/// ValidationException 400: "1 validation error detected: Value '0' at 'timeout' failed to satisfy
/// constraint: Member must have value greater than or equal to 1".
std::unexpected<ServiceError> refuse_value(std::string_view value, std::string_view member,
                                           std::string_view constraint);

/// Reads a body: nothing sent is an empty object.
/// Errors:   InvalidRequestContentException: not a JSON object.
ServiceResult<boost::json::object> read_body(const std::string& body);

/// Errors:   InvalidParameterValueException naming the first member that is not of `known`.
ServiceResult<void> refuse_unknown_members(const boost::json::object& object,
                                           std::initializer_list<std::string_view> known);

/// Each returns nothing when the member was not sent (or is null).
/// Errors:   SerializationException: another type; ValidationException: out of bounds.
ServiceResult<std::optional<std::string>> read_text(const boost::json::object& object,
                                                    std::string_view name);
ServiceResult<std::optional<long>> read_integer(const boost::json::object& object,
                                                std::string_view name, long min, long max);
ServiceResult<std::optional<bool>> read_boolean(const boost::json::object& object,
                                                std::string_view name);
ServiceResult<const boost::json::object*> read_object(const boost::json::object& object,
                                                      std::string_view name);
ServiceResult<std::optional<std::map<std::string, std::string>>> read_texts(
    const boost::json::object& object, std::string_view name);
/// Also: one of `allowed`.
ServiceResult<std::optional<std::string>> read_word(
    const boost::json::object& object, std::string_view name,
    std::initializer_list<std::string_view> allowed);

}  // namespace snapferry::emulator
