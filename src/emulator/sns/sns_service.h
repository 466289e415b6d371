// SNS as its Query protocol (2010-03-31) shows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/service.h"

namespace snapferry::emulator {

inline constexpr std::string_view kSnsXmlns = "http://sns.amazonaws.com/doc/2010-03-31/";
inline constexpr std::string_view kSnsVersion = "2010-03-31";

/// Does what Action asks for and returns the whole XML document of the answer. A published message
/// goes to the outbox and to the topic's subscriptions (sns_delivery.h).
/// Requires: the emulator's lock is held; the caller was authenticated.
/// Errors:   as SNS: InvalidParameter 400, NotFound 404, AuthorizationError 403, InvalidAction 400,
///           KMSNotFound, KMSDisabled, KMSInvalidState 400.
ServiceResult<std::string> serve_sns(ServiceCall& call);

}  // namespace snapferry::emulator
