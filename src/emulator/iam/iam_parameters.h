// How IAM reads what its calls carry: what is missing or out of bounds, and pages of lists.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/query/query_parameters.h"
#include "emulator/query/xml_writer.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Returns IAM's ValidationError 400 about a member's value.
std::unexpected<ServiceError> invalid_input(std::string_view value, std::string_view member,
                                            std::string_view constraint);

/// Returns the member as such a message spells it: "RoleName" is "roleName".
std::string bean_name(std::string_view member);

/// Errors:   ValidationError 400 when it was not sent or is empty.
ServiceResult<std::string> required_input(QueryParameters& parameters, std::string_view member);

/// The page of a list that MaxItems and Marker ask for; the marker is the index of the next.
struct IamPage {
  size_t start = 0;
  size_t end = 0;
  std::string next;

  void write(XmlWriter& xml) const {
    xml.element("IsTruncated", !next.empty());
    xml.element_if("Marker", next);
  }
};

ServiceResult<IamPage> read_iam_page(QueryParameters& parameters, size_t size);

}  // namespace snapferry::emulator
