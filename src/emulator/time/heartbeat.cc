// SPDX-License-Identifier: Apache-2.0
#include "emulator/time/heartbeat.h"

#include <utility>

#include "emulator/time/conductor.h"

namespace snapferry::emulator {
namespace {

// Ours: a short period and no deadline from next_due(), since any call may make something due, and
// each would have to wake this thread; a call that forgets would be an event that comes late. A
// look costs microseconds. 100 ms is below what a person waiting for an event notices.
constexpr std::chrono::milliseconds kPeriod{100};

}  // namespace

Heartbeat::Heartbeat(World& world, std::function<void()> on_change)
    : world_(world), on_change_(std::move(on_change)), thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  stop();
}

void Heartbeat::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPeriod, [this] { return is_stopping_; })) {
    lock.unlock();
    if (do_what_is_due(world_) && on_change_) on_change_();
    lock.lock();
  }
}

}  // namespace snapferry::emulator
