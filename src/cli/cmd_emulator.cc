// snapferry emulator: the embedded AWS over HTTP, until it is told to stop.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "emulator/emulator.h"

namespace snapferry::cli {

ExitCode run_emulator(Command& command, const EmulatorFlags& flags) {
  auto emulator = emulator::Emulator::start({.address = flags.address,
                                             .port = flags.port,
                                             .speed = flags.speed,
                                             .lab = flags.is_lab,
                                             .data_file = flags.data_file},
                                            command.clock);
  if (!emulator) return std::unexpected(Failure{kExitFailed, std::move(emulator).error()});
  command.console.answer(
      fmt::format("listening on http://{}:{}", flags.address, (*emulator)->port()));
  command.console.story(
      "for a client in another shell: export AWS_ENDPOINT_URL=http://" + flags.address + ":" +
      std::to_string((*emulator)->port()) +
      " AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-west-1");
  while (command.clock.sleep(std::chrono::hours(1))) {
  }
  (*emulator)->stop();
  return kExitDone;
}

}  // namespace snapferry::cli
