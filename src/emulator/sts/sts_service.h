// STS as its Query protocol (2011-06-15) shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/query/query_parameters.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

inline constexpr std::string_view kStsXmlns = "https://sts.amazonaws.com/doc/2011-06-15/";
inline constexpr std::string_view kStsVersion = "2011-06-15";

/// Does what Action asks for and returns the whole XML document of the answer.
///
/// Who may assume a role is in role_sessions.h. AssumeRoleWithWebIdentity needs no signature; the
/// token it takes is "emulator:<subject>" or "emulator:<subject>:<expiry in RFC 3339>", the subject
/// without colons and 6 to 255 long.
/// Requires: the emulator's lock is held; `caller` was authenticated, except for
///           AssumeRoleWithWebIdentity, which reads nothing but its region and partition.
/// Errors:   as STS: ValidationError 400, AccessDenied 403, InvalidIdentityToken and
///           ExpiredTokenException 400, InvalidAction 400.
ServiceResult<std::string> serve_sts(World& world, core::Instant now, const Caller& caller,
                                     QueryParameters& parameters, const std::string& request_id);

}  // namespace snapferry::emulator
