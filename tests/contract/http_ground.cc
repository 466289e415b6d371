// The whole way: the client that ships, a socket, the emulator's HTTP door.
// SPDX-License-Identifier: Apache-2.0
#include "contract/emulated_grounds.h"
#include "contract/remote_clouds.h"
#include "emulator/emulator.h"

namespace snapferry::contract {
namespace {

std::unique_ptr<emulator::Emulator> start(core::Clock& host) {
  emulator::EmulatorOptions options;
  options.speed = 0;
  auto started = emulator::Emulator::start(options, host);
  ASSERT(started.has_value());
  return std::move(started).value();
}

class HttpGround : public EmulatedGround {
 public:
  HttpGround() : emulator_(start(host_)), remote_(emulator_->url(), host_) {}

  core::Clouds& clouds() override { return remote_.clouds(); }

 protected:
  emulator::World& world() override { return emulator_->world(); }

 private:
  StillClock host_;
  std::unique_ptr<emulator::Emulator> emulator_;
  RemoteClouds remote_;
};

}  // namespace

std::unique_ptr<Ground> make_http_ground() {
  return std::make_unique<HttpGround>();
}

}  // namespace snapferry::contract
