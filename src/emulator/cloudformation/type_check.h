// What can be said of a template's resource types before anything is made: whether the emulator has
// them, with these properties and attributes, and which capabilities they take.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "emulator/cloudformation/template/template.h"

namespace snapferry::emulator::cloudformation {

/// Errors:   ValidationError: "Template format error: Unrecognized resource types: [X]",
///           "Encountered unsupported property X", "Template error: resource X does not support
///           attribute type Y in Fn::GetAtt". Stricter than AWS, which finds a wrong property when
///           the resource is made.
ServiceResult<void> check_types(const Template& document);

struct NeededCapabilities {
  std::vector<std::string> capabilities = {};    ///< at most one
  std::vector<std::string> resource_types = {};  ///< why
};

/// CAPABILITY_NAMED_IAM when an IAM resource has a name of its own, else CAPABILITY_IAM.
/// Source: CloudFormation API, CreateStack, "Capabilities", 2025.
NeededCapabilities capabilities_of(const Template& document);

/// Errors:   InsufficientCapabilitiesException "Requires capabilities : [CAPABILITY_NAMED_IAM]".
ServiceResult<void> check_capabilities(const Template& document,
                                       const std::vector<std::string>& given);

}  // namespace snapferry::emulator::cloudformation
