// SQS: queues, their messages and their policies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Requires: the emulator's lock is held (World::mutex).
class SqsModel {
 public:
  explicit SqsModel(unsigned long seed = 1);

  /// Puts a message into the queue of that ARN.
  /// Errors:   AWS.SimpleQueueService.NonExistentQueue; AccessDenied: the sender is a service
  ///           ("sns.amazonaws.com") that the queue's policy does not allow for that source.
  ///           An empty `service_principal` is a caller whose identity policies were asked already.
  ServiceResult<void> send(const std::string& queue_arn, const std::string& body,
                           const std::map<std::string, std::string>& attributes, core::Instant now,
                           const std::string& service_principal, const std::string& source_arn);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);
};

}  // namespace snapferry::emulator
