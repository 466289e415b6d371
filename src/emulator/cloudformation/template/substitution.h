// The text of Fn::Sub, cut into what is written as it is and what stands for a value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "emulator/wire.h"

namespace snapferry::emulator::cloudformation {

struct SubstitutionPart {
  std::string text;  ///< literal text, or the name between ${ and }
  bool is_variable =
      false;  ///< "Name" is a Ref or a variable of the map, "Name.Attribute" a GetAtt
};

/// `${!Literal}` gives the literal text `${Literal}`.
/// Errors:   ValidationError for names with other than letters, digits, "_", "." and ":".
/// Source: CloudFormation User Guide, "Fn::Sub", 2025.
ServiceResult<std::vector<SubstitutionPart>> parse_substitution(const std::string& text);

}  // namespace snapferry::emulator::cloudformation
