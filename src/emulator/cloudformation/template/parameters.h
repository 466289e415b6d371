// The values of a template's parameters: given, kept from before, or by default, and held against
// what the declaration allows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "emulator/cloudformation/template/template.h"

namespace snapferry::emulator::cloudformation {

struct GivenParameter {
  std::string key;
  std::string value = {};
  bool is_previous_wanted = false;
};

using ParameterValues = std::map<std::string, std::string>;

/// Errors:   ValidationError: "Parameters: [X] must have values", "Parameters: [X] do not exist in
///           the template", "Parameter 'X' must match pattern ...", and the like.
ServiceResult<ParameterValues> resolve_parameters(const Template& document,
                                                  const std::vector<GivenParameter>& given,
                                                  const ParameterValues& previous);

/// Returns what Ref gives: text, or a list of texts for CommaDelimitedList and List<Number>.
boost::json::value parameter_value(const ParameterDeclaration& parameter, const std::string& text);

}  // namespace snapferry::emulator::cloudformation
