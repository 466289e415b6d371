// SPDX-License-Identifier: Apache-2.0
#include "emulator/emulator.h"

#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "emulator/data_file.h"
#include "emulator/door/door_http.h"
#include "emulator/door/http_server.h"
#include "emulator/lambda/runner/process_runner.h"
#include "emulator/time/heartbeat.h"

namespace snapferry::emulator {

class Emulator::Impl {
 public:
  Impl(const EmulatorOptions& options, core::Clock& host)
      : clock_(host, options.speed), world_(clock_, options.seed) {}

  core::Result<void> start(const EmulatorOptions& options) {
    bool is_loaded = false;
    DoorHttp::OnChange on_change;
    if (!options.data_file.empty()) {
      file_.emplace(options.data_file);
      TRY(file_->lock());
      is_loaded = TRY(file_->load(world_));
      on_change = [this] { return file_->save(world_); };
    }
    if (!is_loaded && (options.lab || options.fleet_count > 0)) {
      const std::scoped_lock lock(world_.mutex);
      options.fleet_count > 0 ? add_fleet(world_, options.fleet_count) : add_lab(world_);
    }
    door_.emplace(world_, options.seed, std::move(on_change));
    server_ = TRY(
        HttpServer::start({.address = options.address, .port = options.port},
                          [this](const WireRequest& request) { return door_->answer(request); }));
    const bool is_v6 = options.address.find(':') != std::string::npos;
    url_ = fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", options.address, is_v6 ? "]" : "",
                       server_->port());
    functions_.emplace(world_);
    {
      const std::scoped_lock lock(world_.mutex);
      world_.endpoint_url = url_;
      world_.functions = &*functions_;
    }
    // A path that cannot be written is told at the start, and not at the first call; but a start
    // that fails otherwise writes nothing, so this is last.
    if (file_) TRY(file_->save(world_));
    heartbeat_.emplace(world_, [this] {
      // A file that cannot be written is told to the next call that changes something.
      if (file_) [[maybe_unused]]
        const auto saved = file_->save(world_);
    });
    return {};
  }

  core::Result<void> stop() {
    if (heartbeat_) heartbeat_->stop();
    if (!server_) return {};
    // Before the server, whose clients wait for functions.
    if (functions_) functions_->stop();
    server_->stop();
    port_ = server_->port();
    server_.reset();
    return file_ ? file_->save(world_) : core::Result<void>();
  }

  [[nodiscard]] unsigned short port() const { return server_ ? server_->port() : port_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  World& world() { return world_; }

 private:
  EmulatorClock clock_;
  World world_;
  std::optional<DataFile> file_;
  std::optional<DoorHttp> door_;
  std::optional<ProcessRunner> functions_;
  std::unique_ptr<HttpServer> server_;  // after all that its threads use
  std::optional<Heartbeat> heartbeat_;
  unsigned short port_ = 0;
  std::string url_;
};

Emulator::Emulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Emulator::~Emulator() {
  // Whoever wants to hear of a file that cannot be written calls stop() first.
  [[maybe_unused]] const auto saved = stop();
}

core::Result<std::unique_ptr<Emulator>> Emulator::start(const EmulatorOptions& options,
                                                        core::Clock& host) {
  if (!(options.speed >= 0 && options.speed <= 1'000'000)) {
    return core::fail(core::ErrorKind::invalid,
                      fmt::format("speed {} is out of range", options.speed),
                      "Choose a factor from 0 (only advance moves the work) to 1000000.");
  }
  auto impl = std::make_unique<Impl>(options, host);
  TRY(impl->start(options));
  return std::unique_ptr<Emulator>(new Emulator(std::move(impl)));
}

unsigned short Emulator::port() const {
  return impl_->port();
}
const std::string& Emulator::url() const {
  return impl_->url();
}
World& Emulator::world() {
  return impl_->world();
}
core::Result<void> Emulator::stop() {
  return impl_->stop();
}

}  // namespace snapferry::emulator
