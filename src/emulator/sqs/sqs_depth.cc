// How deep queues are, minute by minute, for CloudWatch and its alarms.
// Source: Amazon SQS Developer Guide, "Monitoring Amazon SQS queues using CloudWatch" (one-minute
// intervals, active queues only) and "Available CloudWatch metrics for Amazon SQS" (what is
// reported when), 2026. The delay of up to 15 minutes that the guide allows is not played.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "emulator/sqs/sqs_model.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using core::Instant;

// Source: as above: "active for up to six hours if it contains any messages or if any action
// accesses it". Read so that one with messages stays active: its messages are what alarms wait for.
constexpr std::chrono::hours kActive{6};

// The next full minute at which the queue is measured; nothing when it rests.
std::optional<Instant> next_measure(const SqsQueue& queue) {
  const Instant last = std::max(queue.touched, queue.measured);
  const Instant next = std::chrono::floor<std::chrono::minutes>(last) + std::chrono::minutes(1);
  if (queue.messages.empty() && next > queue.touched + kActive) return std::nullopt;
  return next;
}

void measure(World& world, SqsQueue& queue, Instant now) {
  queue.settle(now);
  queue.measured = now;
  const auto tell = [&](const char* metric, long count) {
    world.metrics.put(queue.account, queue.region, "AWS/SQS", metric, {{"QueueName", queue.name}},
                      now, static_cast<double>(count), "Count");
  };
  const SqsQueue::Depth depth = queue.depth(now);
  tell("ApproximateNumberOfMessagesVisible", depth.visible);
  if (depth.not_visible > 0) tell("ApproximateNumberOfMessagesNotVisible", depth.not_visible);
  if (depth.delayed > 0) tell("ApproximateNumberOfMessagesDelayed", depth.delayed);
}

}  // namespace

SqsQueue::Depth SqsQueue::depth(Instant now) const {
  Depth depth;
  for (const SqsMessage& message : messages) {
    if (message.visible <= now) {
      ++depth.visible;
    } else {
      ++(message.receive_count > 0 ? depth.not_visible : depth.delayed);
    }
  }
  return depth;
}

std::optional<Instant> SqsModel::next_due(World& /*world*/) {
  std::optional<Instant> next;
  for (const auto& [arn, queue] : queues) {
    const auto due = next_measure(queue);
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

void SqsModel::run_due(World& world, Instant now) {
  for (auto& [arn, queue] : queues) {
    const auto due = next_measure(queue);
    // Of minutes that were missed while nothing ran, the last one alone is known.
    if (due && *due <= now) measure(world, queue, now);
  }
}

}  // namespace snapferry::emulator
