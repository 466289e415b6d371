// A template as its sections: what it declares, before any parameter has a value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

struct ParameterDeclaration {
  std::string name;
  std::string type;
  std::string description = {};
  std::string constraint_description = {};
  std::optional<std::string> default_value = {};
  std::optional<std::string> allowed_pattern = {};
  std::vector<std::string> allowed_values = {};
  std::optional<double> min_value = {};
  std::optional<double> max_value = {};
  std::optional<long> min_length = {};
  std::optional<long> max_length = {};
  bool is_no_echo = false;
};

struct ResourceDeclaration {
  std::string logical_id;
  std::string type;
  boost::json::object properties = {};
  std::vector<std::string> depends_on = {};
  std::string condition = {};  ///< empty: always there
  std::string deletion_policy = "Delete";
  std::string update_replace_policy = "Delete";
  boost::json::value metadata = nullptr;
};

struct OutputDeclaration {
  std::string name;
  boost::json::value value;
  std::string description = {};
  std::string condition = {};
  boost::json::value export_name = nullptr;
};

struct Template {
  std::string text;  ///< as it was given
  std::string description = {};
  boost::json::value metadata = nullptr;
  std::vector<ParameterDeclaration> parameters = {};
  boost::json::object rules = {};
  boost::json::object mappings = {};
  boost::json::object conditions = {};
  std::vector<ResourceDeclaration> resources = {};
  std::vector<OutputDeclaration> outputs = {};

  [[nodiscard]] const ParameterDeclaration* find_parameter(std::string_view name) const;
  [[nodiscard]] const ResourceDeclaration* find_resource(std::string_view logical_id) const;
};

/// Reads a template and checks its structure: sections, members of each declaration, names.
/// Errors:   ValidationError with CloudFormation's "Template format error: ..." messages.
/// Source: CloudFormation User Guide, "Template anatomy", 2025; messages as in aws-cli and moto
/// issues and on Stack Overflow, 2015 to 2025.
ServiceResult<Template> read_template(const std::string& text);

/// Checks that whatever the template refers to is declared in it: parameters, resources,
/// conditions, mappings; and that each function is known and has the right arguments.
/// Errors:   ValidationError: "Unresolved resource dependencies [X] in the Resources block of the
///           template", "instance of Fn::GetAtt references undefined resource X", ...
ServiceResult<void> check_references(const Template& document);

/// The pseudo parameters that Ref and Fn::Sub know, AWS::NoValue beside them.
bool is_pseudo_parameter(std::string_view name);

}  // namespace snapferry::emulator::cloudformation
