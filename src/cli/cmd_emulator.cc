// snapferry emulator: the embedded AWS over HTTP, until it is told to stop.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "emulator/emulator.h"

namespace snapferry::cli {

ExitCode run_emulator(Command& command, const EmulatorFlags& flags) {
  auto emulator = emulator::Emulator::start({.address = flags.address,
                                             .port = flags.port,
                                             .speed = flags.speed,
                                             .lab = flags.is_lab,
                                             .fleet_count = flags.fleet_count,
                                             .data_file = flags.data_file},
                                            command.clock);
  if (!emulator) return std::unexpected(Failure{kExitFailed, std::move(emulator).error()});
  const std::string& url = (*emulator)->url();
  command.console.answer("listening on " + url);
  command.console.story(
      "for a client in another shell: export AWS_ENDPOINT_URL=" + url +
      " AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-west-1");
  while (command.clock.sleep(std::chrono::hours(1))) {
  }
  auto stopped = (*emulator)->stop();
  if (!stopped) return std::unexpected(Failure{kExitFailed, std::move(stopped).error()});
  return kExitDone;
}

}  // namespace snapferry::cli
