// The properties of a resource type: which there are, what they hold, which are required and which
// cannot change in place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

struct PropertySchema {
  std::string name;
  std::string kind;  ///< as in parse_properties()
  bool is_required = false;
  bool is_replacing = false;
  std::vector<PropertySchema> members = {};  ///< of "object" and "objects"
};

/// Reads a table as the resource types write theirs: one property a line, members indented by two
/// more, `Name`, then `*` when it is required, `!` when a change replaces the resource, then its
/// kind: string, integer, number, boolean, json (any value), map (of texts), object, or the list
/// of one: strings, objects.
std::vector<PropertySchema> parse_properties(std::string_view table);

/// Whether `properties`, intrinsic functions not yet evaluated, has only what the schema has and
/// all that it requires.
/// Errors:   ValidationError "Encountered unsupported property X", "Property X cannot be empty.",
///           with the logical id.
ServiceResult<void> check_properties(const std::vector<PropertySchema>& schema,
                                     const std::string& logical_id,
                                     const boost::json::object& properties);

/// Returns evaluated properties with each scalar as the schema's kind: CloudFormation takes "14"
/// for 14 and true for "true".
/// Errors:   ValidationError "Properties validation failed for resource X with message: #/Y:
///           expected type: Integer, found: String"; what check_properties() refuses.
ServiceResult<boost::json::object> coerce_properties(const std::vector<PropertySchema>& schema,
                                                     const std::string& logical_id,
                                                     const boost::json::object& properties);

}  // namespace snapferry::emulator::cloudformation
