// What CloudFormation knows of a resource type: its properties, and how a thing of it is made,
// changed and deleted, by nothing but the calls that any client of the service could make.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/cloudformation/resources/property_schema.h"
#include "emulator/services.h"

namespace snapferry::emulator {
class Identifiers;
}

namespace snapferry::emulator::cloudformation {

/// One operation on one resource. Requires: World::mutex is held through `lock`; who waits for
/// something that needs it (a function) lets it go meanwhile.
struct ResourceCall {
  World& world;
  std::unique_lock<std::mutex>& lock;
  Caller caller;
  std::string stack_id;
  std::string stack_name;
  std::string logical_id;
  std::string type;
  boost::json::object stack_tags;
  Identifiers& ids;

  /// "stack-LogicalId-1ABCDEFGHIJK", cut to `max_length` as CloudFormation cuts it: the random end
  /// stays whole.
  [[nodiscard]] std::string generated_name(size_t max_length) const;

  /// The resource's own Tags ([{Key, Value}]) over the stack's, as a map.
  [[nodiscard]] boost::json::object tags(const boost::json::object& properties) const;
};

/// What became of it.
struct Made {
  std::string physical_id;              ///< what Ref gives
  boost::json::object attributes = {};  ///< what Fn::GetAtt gives
};

struct ResourceType {
  std::string_view name;
  std::string_view service;     ///< in messages: "Lambda"
  std::string_view properties;  ///< table of parse_properties(); "*" for custom resources
  std::string_view attributes;  ///< names that Fn::GetAtt knows, one space between them; "*" any
  /// The property that names the thing; a replacement under the same name cannot be made.
  std::string_view name_property;

  ServiceResult<Made> (*create)(ResourceCall& call, const boost::json::object& wanted);
  ServiceResult<Made> (*update)(ResourceCall& call, const std::string& physical_id,
                                const boost::json::object& had, const boost::json::object& wanted);
  /// A thing that is gone already is deleted.
  ServiceResult<void> (*remove)(ResourceCall& call, const std::string& physical_id,
                                const boost::json::object& had);

  [[nodiscard]] const std::vector<PropertySchema>& schema() const;
  /// check_properties() and coerce_properties(); custom resources have any properties, with
  /// ServiceToken among them, and take every scalar as text.
  [[nodiscard]] ServiceResult<void> check(const std::string& logical_id,
                                          const boost::json::object& written) const;
  [[nodiscard]] ServiceResult<boost::json::object> coerce(
      const std::string& logical_id, const boost::json::object& evaluated) const;
  [[nodiscard]] bool has_attribute(std::string_view attribute) const;
};

/// nullptr for a type that the emulator does not have. AWS::CloudFormation::CustomResource is what
/// every Custom::* is.
const ResourceType* find_resource_type(std::string_view name);

/// Returns the text of the first element of that name, with its entities resolved; empty when there
/// is none.
std::string element_text(const std::string& xml, std::string_view name);

/// Copies those of `names` (one space between them) that `from` has.
boost::json::object pick(const boost::json::object& from, std::string_view names);

/// Whether any of `names` (one space between them) differs.
bool is_changed(const boost::json::object& had, const boost::json::object& wanted,
                std::string_view names);

/// Returns the member as text, or `otherwise`.
std::string text_of(const boost::json::object& object, std::string_view name,
                    std::string_view otherwise = "");

/// A policy document as the services take it: JSON text.
std::string document_text(const boost::json::object& object, std::string_view name);

/// Returns {} for the refusals that say that the thing is not there.
ServiceResult<void> unless_missing(const ServiceError& error);

}  // namespace snapferry::emulator::cloudformation
