// SQS: standard queues, their messages, their policies and how deep they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/identifiers.h"
#include "emulator/time/timed.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct World;

struct SqsAttribute {
  std::string type;   ///< "String", "Number", "Binary", or one of them with ".label"
  std::string value;  ///< Binary: base64, as on the wire
};

struct SqsMessage {
  std::string message_id;
  std::string body;
  std::map<std::string, SqsAttribute> attributes;
  std::string sender_id;
  core::Instant sent;
  core::Instant visible;  ///< from when on it can be received
  long receive_count = 0;
  std::optional<core::Instant> first_received;
  std::string receipt_handle;      ///< of the newest receive
  std::string dead_letter_source;  ///< ARN of the queue it was moved from
};

struct SqsQueue {
  std::string name;
  std::string arn;
  core::AccountId account;
  core::Region region;
  core::Instant created;
  core::Instant modified;
  std::optional<core::Instant> purged;
  std::map<std::string, std::string> attributes;  ///< those set by a caller
  std::map<std::string, std::string> tags;
  std::deque<SqsMessage> messages;  ///< oldest first
  core::Instant touched;            ///< the last call or message
  core::Instant measured;           ///< when its depth was last told to CloudWatch

  /// Returns an attribute, or what SQS takes for one that was not set; "" for Policy and its like.
  [[nodiscard]] std::string attribute(const std::string& attribute_name) const;
  [[nodiscard]] core::Milliseconds seconds(const std::string& attribute_name) const;
  /// Drops what is older than MessageRetentionPeriod.
  void settle(core::Instant now);

  struct Depth {
    long visible = 0;      ///< can be received
    long not_visible = 0;  ///< was received, and is hidden
    long delayed = 0;      ///< was never to be seen yet
  };
  [[nodiscard]] Depth depth(core::Instant now) const;
};

/// Requires: the emulator's lock is held (World::mutex).
class SqsModel : public Timed {
 public:
  explicit SqsModel(unsigned long seed = 1) : ids(seed, "sqs") {}

  /// Puts a message into the queue of that ARN. `attributes` are of type String.
  /// Errors:   AWS.SimpleQueueService.NonExistentQueue; AccessDenied: the sender is a service
  ///           ("sns.amazonaws.com") that the queue's policy does not allow for that source.
  ///           An empty `service_principal` is a caller whose identity policies were asked already.
  ///           The queue's KMS key is not asked.
  ServiceResult<void> send(const std::string& queue_arn, const std::string& body,
                           const std::map<std::string, std::string>& attributes, core::Instant now,
                           const std::string& service_principal, const std::string& source_arn);

  /// Returns the queue; nullptr when there is none.
  [[nodiscard]] SqsQueue* find(const std::string& queue_arn);

  /// Puts a message into a queue, whoever sends it. Returns it as it lies there.
  const SqsMessage& put(SqsQueue& queue, SqsMessage message, core::Instant now);

  /// Queues that are active tell their depth to CloudWatch, at every full minute.
  [[nodiscard]] std::optional<core::Instant> next_due(World& world) override;
  void run_due(World& world, core::Instant now) override;

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, SqsQueue> queues;        ///< by ARN
  std::map<std::string, core::Instant> deleted;  ///< ARN to when: a name rests for a minute
};

}  // namespace snapferry::emulator
