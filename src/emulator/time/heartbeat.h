// Real time's part in the emulator: while nobody advances the clock, what becomes due by the
// passing of host time is done all the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "emulator/world.h"

namespace snapferry::emulator {

class Heartbeat {
 public:
  /// Begins at once. `on_change` is called, with no lock held, after a beat that did something.
  /// `world` must outlive it.
  Heartbeat(World& world, std::function<void()> on_change);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Returns when the last beat is over. Repeat: does nothing.
  void stop();

 private:
  void run();

  World& world_;
  std::function<void()> on_change_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread thread_;  // after all that it uses
};

}  // namespace snapferry::emulator
