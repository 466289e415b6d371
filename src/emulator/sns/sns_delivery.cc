// SPDX-License-Identifier: Apache-2.0
#include "emulator/sns/sns_delivery.h"

namespace snapferry::emulator {

ServiceResult<void> publish_as_service(World& world, const std::string&, const std::string&,
                                       const std::string& topic_arn, const std::string& subject,
                                       const std::string& message) {
  if (!world.sns.topics.contains(topic_arn)) {
    return std::unexpected(ServiceError{404, "NotFound", "Topic does not exist"});
  }
  world.sns.publish({.message_id = {},
                     .topic_arn = topic_arn,
                     .subject = subject,
                     .message = message,
                     .attributes = {},
                     .time = world.clock.now()});
  return {};
}

}  // namespace snapferry::emulator
