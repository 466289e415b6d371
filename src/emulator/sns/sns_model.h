// SNS: topics, subscriptions, and an outbox that keeps what was published and to whom it went.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct SnsTopic {
  std::string arn;
  core::AccountId account;
  core::Region region;
  std::map<std::string, std::string> attributes;  ///< those set by a caller
  std::map<std::string, std::string> tags;
};

struct SnsSubscription {
  std::string arn;
  std::string topic_arn;
  std::string protocol;
  std::string endpoint;
  core::AccountId owner;
  bool is_confirmed = false;
  std::string token;                              ///< that confirms it
  std::map<std::string, std::string> attributes;  ///< FilterPolicy, RawMessageDelivery, ...
};

struct SnsDelivery {
  std::string protocol;
  std::string endpoint;
  std::string refused_with;  ///< why the endpoint did not take it; empty: it did
};

struct SnsMessage {
  std::string message_id;
  std::string topic_arn;
  std::string subject;
  std::string message;
  std::map<std::string, std::string> attributes;  ///< name to StringValue
  core::Instant time;
  std::vector<SnsDelivery> deliveries{};
};

/// Ours: the outbox keeps the newest 1000 messages, far more than a test or a demo sends.
inline constexpr size_t kOutboxMax = 1000;

/// Requires: the emulator's lock is held (World::mutex).
class SnsModel {
 public:
  explicit SnsModel(unsigned long seed = 1) : ids(seed, "sns") {}

  /// Returns the topic of that ARN in the caller's region; nullptr when there is none there.
  [[nodiscard]] SnsTopic* find(const Caller& caller, const std::string& topic_arn);

  /// Keeps a message; the oldest goes when the outbox is full.
  SnsMessage& publish(SnsMessage message);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, SnsTopic> topics;                ///< by ARN
  std::map<std::string, SnsSubscription> subscriptions;  ///< by ARN
  std::deque<SnsMessage> outbox;
};

}  // namespace snapferry::emulator
