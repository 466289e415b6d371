// What the operations on topics, subscriptions and messages share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/service.h"
#include "emulator/sns/sns_model.h"

namespace snapferry::emulator {

struct SnsCall {
  ServiceCall& call;
  SnsModel& sns;
};

std::unexpected<ServiceError> sns_invalid(std::string_view what, std::string_view reason);

/// Errors:   InvalidParameter when it was not sent or is empty.
ServiceResult<std::string> sns_required(SnsCall& call, std::string_view name);

/// Errors:   NotFound 404; InvalidParameter 400: no topic's ARN, or of another region;
///           AuthorizationError 403: another account's.
ServiceResult<SnsTopic*> sns_need_topic(SnsCall& call, const std::string& arn_text);

// Each returns the inside of its result element.
ServiceResult<std::string> sns_subscribe(SnsCall& call);
ServiceResult<std::string> sns_confirm_subscription(SnsCall& call);
ServiceResult<std::string> sns_unsubscribe(SnsCall& call);
ServiceResult<std::string> sns_list_subscriptions(SnsCall& call);
ServiceResult<std::string> sns_list_subscriptions_by_topic(SnsCall& call);
ServiceResult<std::string> sns_get_subscription_attributes(SnsCall& call);
ServiceResult<std::string> sns_set_subscription_attributes(SnsCall& call);
ServiceResult<std::string> sns_publish(SnsCall& call);

}  // namespace snapferry::emulator
