// The JSON that scripts read, from the command line and from the function. Fields are added, never
// changed or taken away; times are RFC 3339, units stand in the key. docs/cli.md shows each
// document.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include "core/plan.h"
#include "core/policy.h"
#include "core/rules/recovery_point.h"
#include "engine/receipt.h"

namespace snapferry::session {

boost::json::object step_json(const core::Step& step);
boost::json::object plan_json(const core::Policy& policy, const core::Plan& plan);
boost::json::object outcome_json(const engine::Outcome& outcome);
boost::json::object status_json(const core::Policy& policy, const core::StatusReport& report);

/// {"kind": ..., "message": ..., "hint": ..., "aws_code": ..., "request_id": ...}
boost::json::object error_json(const core::Error& error);

/// {"type": "exit_error", "code": 1, "kind": ..., "message": ..., "hint": ..., ...}: the last line
/// of a run that failed.
boost::json::object exit_error_json(int exit_code, const core::Error& error);

}  // namespace snapferry::session
