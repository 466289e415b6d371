// Intrinsic functions and conditions, evaluated: a template's values become plain JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <boost/json/value.hpp>

#include "emulator/cloudformation/template/template.h"

namespace snapferry::emulator::cloudformation {

/// What names stand for while a template is evaluated.
struct Scope {
  const Template* document = nullptr;
  std::map<std::string, boost::json::value> parameters = {};  ///< pseudo parameters among them
  std::function<ServiceResult<boost::json::value>(const std::string& logical_id)> ref = {};
  std::function<ServiceResult<boost::json::value>(const std::string& logical_id,
                                                  const std::string& attribute)>
      attribute = {};
  std::function<ServiceResult<std::string>(const std::string& export_name)> import = {};
};

class Evaluator {
 public:
  /// `scope` must outlive this object; check_references() has passed its template.
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  /// Returns nothing for AWS::NoValue: the member or item is left out.
  /// Errors:   ValidationError, "Template error: ..."; the scope's own.
  ServiceResult<std::optional<boost::json::value>> evaluate(const boost::json::value& value);

  /// An object's members; never NoValue.
  ServiceResult<boost::json::object> evaluate_members(const boost::json::object& object);

  ServiceResult<bool> condition(const std::string& name);

  /// Whether a resource or an output with that Condition is there; an empty name is always true.
  ServiceResult<bool> is_wanted(const std::string& condition_name);

  /// The logical ids of the resources that `value` refers to, in the branches that are taken.
  ServiceResult<void> collect_references(const boost::json::value& value,
                                         std::set<std::string>& names);

  /// Holds the parameters against the template's Rules.
  /// Errors:   ValidationError with the assertion's description.
  ServiceResult<void> check_rules();

 private:
  using Value = std::optional<boost::json::value>;

  ServiceResult<Value> call(const std::string& function, const boost::json::value& argument);
  ServiceResult<Value> ref(const std::string& name);
  ServiceResult<Value> get_att(const boost::json::value& argument);
  ServiceResult<Value> join(const boost::json::array& arguments);
  ServiceResult<Value> select(const boost::json::array& arguments);
  ServiceResult<Value> split(const boost::json::array& arguments);
  ServiceResult<Value> sub(const boost::json::value& argument);
  ServiceResult<Value> find_in_map(const boost::json::array& arguments);
  ServiceResult<bool> truth(const boost::json::value& value);
  ServiceResult<std::string> text(const boost::json::value& value, const std::string& function);
  ServiceResult<boost::json::array> list(const boost::json::value& value,
                                         const std::string& function);

  const Scope& scope_;
  std::map<std::string, bool> conditions_;
  std::set<std::string> open_conditions_;  ///< being evaluated: to see circles
};

}  // namespace snapferry::emulator::cloudformation
