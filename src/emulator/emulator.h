// The embedded AWS, whole: a world, its clock, its HTTP door, and the file it may be kept in. What
// `snapferry emulator` and `snapferry demo` start, and tests in a thread of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "emulator/world.h"

namespace snapferry::emulator {

struct EmulatorOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 0;     ///< 0: any free one
  double speed = 1;            ///< of work (time/emulator_clock.h), 0 to 1,000,000
  bool lab = false;            ///< add_lab(), unless the data file already holds a world
  int fleet_count = 0;         ///< add_fleet() with so many, in place of add_lab()
  std::string data_file = {};  ///< empty: nothing is kept
  unsigned long seed = 1;
};

class Emulator {
 public:
  /// Listens when it returns. `host` must outlive the emulator.
  /// Errors:   invalid: speed out of range, address or port not to be had, data file damaged, held
  ///           by another emulator, or not to be written. The data file is then as it was.
  static core::Result<std::unique_ptr<Emulator>> start(const EmulatorOptions& options,
                                                       core::Clock& host);

  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  [[nodiscard]] unsigned short port() const;
  /// "http://127.0.0.1:4566"
  [[nodiscard]] const std::string& url() const;
  /// Requires: World::mutex is held while a member of it is used.
  [[nodiscard]] World& world();

  /// Ends every connection and thread, and saves. Repeat: does nothing.
  /// Errors:   invalid: the data file cannot be written.
  core::Result<void> stop();

 private:
  class Impl;
  explicit Emulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace snapferry::emulator
