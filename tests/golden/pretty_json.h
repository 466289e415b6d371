// JSON for people to read and to compare: members sorted, and on one line what fits there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace snapferry::golden {

std::vector<std::string> pretty_json(const boost::json::value& value);

}  // namespace snapferry::golden
