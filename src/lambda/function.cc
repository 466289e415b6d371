// SPDX-License-Identifier: Apache-2.0
#include "lambda/function.h"

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "aws/credentials/credentials.h"
#include "aws/http/http_client.h"
#include "aws/settings.h"
#include "core/policy_text.h"
#include "core/version.h"
#include "engine/budget.h"
#include "engine/retry.h"
#include "engine/system_clock.h"
#include "lambda/event_log.h"
#include "lambda/key_resource.h"
#include "lambda/platform_clock.h"
#include "lambda/policy_source.h"
#include "lambda/tick_handler.h"
#include "session/policy_from_environment.h"
#include "session/session.h"

namespace snapferry::lambda {
namespace {

using core::ErrorKind;

constexpr int kStopped = 0;
constexpr int kFailed = 1;
// Ours: the Runtime API is on this machine; what fails five times in half a second is gone.
constexpr int kNextFailuresMax = 5;
constexpr core::Milliseconds kNextPause{100};

// Waiting for an event, the process has nothing to finish: a signal ends it there and then. Else
// the clock's own handler lets the tick come to its end.
std::atomic<bool> is_idle{false};
struct sigaction clocks_action = {};

void on_stop(int number) {
  if (is_idle) _exit(kStopped);
  clocks_action.sa_handler(number);
}

void end_when_idle() {
  struct sigaction action = {};
  action.sa_handler = on_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, &clocks_action);
}

Failure failed_start(const char* type, const core::Error& error) {
  return {type, fmt::format("{} (hint: {})", core::describe(error), core::next_act(error))};
}

// All that a handler stands on; it lives as long as the process.
struct Process {
  explicit Process(const core::Environment& variables)
      : environment(variables),
        log(host, level_from_environment(variables), write_to_stdout),
        events(log) {}

  const core::Environment& environment;
  engine::SystemClock host{true};
  engine::BudgetClock budget{host};
  std::optional<PlatformClock> clock;
  LogLines log;
  EventLog events;
  aws::Settings settings;
  std::unique_ptr<session::Session> session;
  // The key's maker speaks to KMS itself, and to CloudFormation's URL.
  std::unique_ptr<aws::HttpClient> transport;
  std::unique_ptr<aws::CredentialsProvider> credentials;
  std::unique_ptr<aws::ServiceClient> client;
};

std::expected<std::unique_ptr<Handler>, Failure> make_tick_handler(Process& process) {
  std::vector<core::Error> problems;
  auto timeout = timeout_from_environment(process.environment);
  if (!timeout) problems.push_back(timeout.error());
  // A parameter may change while this process lives, so it is read for each event.
  const bool is_parameter = is_policy_parameter(process.environment);
  const auto read = [&process] {
    return read_policy(process.environment, *process.client, process.settings.region);
  };
  core::Result<PolicySource> policy = is_parameter ? PolicySource(Fleet()) : read();
  if (!policy) problems.push_back(policy.error());
  auto topic = session::alert_topic_from_environment(process.environment);
  if (!topic && policy) problems.push_back(topic.error());
  if (!problems.empty()) {
    return std::unexpected(
        failed_start("Snapferry.BadPolicy", core::one_error_of(std::move(problems))));
  }
  // Paced on the platform's clock: it goes on while the process is frozen, and so does the account.
  process.clock.emplace(process.budget, *timeout);
  auto session =
      session::Session::open(process.settings, process.budget, *process.clock, process.events,
                             [&process] { return process.budget.call_time_max(); });
  if (!session) return std::unexpected(failed_start("Snapferry.BadSettings", session.error()));
  process.session = std::move(*session);
  std::function<core::Result<PolicySource>()> read_again;
  if (is_parameter) {
    read_again = [&process, read]() -> core::Result<PolicySource> {
      const core::Region region = process.settings.region.value_or(core::Region());
      engine::Retry retry({.attempts_max = process.settings.attempts_max}, process.budget,
                          static_cast<unsigned long>(process.host.now().time_since_epoch().count()),
                          {});
      return retry({.operation = "GetParameter", .region = region}, read);
    };
  }
  return std::make_unique<TickHandler>(TickWorld{.clouds = process.session->clouds(),
                                                 .budget = process.budget,
                                                 .clock = *process.clock,
                                                 .events = process.events,
                                                 .log = process.log,
                                                 .read_source = std::move(read_again)},
                                       std::move(*policy), std::move(*topic));
}

std::expected<std::unique_ptr<Handler>, Failure> make_key_handler(Process& process) {
  return std::make_unique<KeyHandler>(KeyWorld{
      .kms_in = [&](const core::Region& region) { return aws::KmsApi(*process.client, region); },
      .transport = *process.transport,
      .clock = process.budget,
      .log = process.log,
      .seed = static_cast<unsigned long>(process.host.now().time_since_epoch().count())});
}

std::expected<std::unique_ptr<Handler>, Failure> make_handler(Process& process) {
  auto settings = aws::load_settings(process.environment, "");
  if (!settings) return std::unexpected(failed_start("Snapferry.BadSettings", settings.error()));
  process.settings = std::move(*settings);
  process.transport = std::make_unique<aws::HttpClient>(
      aws::HttpClientOptions{.ca_bundle = process.settings.ca_bundle,
                             .environment = process.environment,
                             .time_left = [&process] { return process.budget.call_time_max(); }});
  auto credentials = aws::make_credentials(process.settings, *process.transport, process.host);
  if (!credentials) {
    return std::unexpected(failed_start("Snapferry.BadSettings", credentials.error()));
  }
  process.credentials = std::move(*credentials);
  process.client = std::make_unique<aws::ServiceClient>(
      *process.transport, process.credentials.get(), process.settings, process.host);

  const std::string name = process.environment.get("_HANDLER").value_or("snapferry.tick");
  if (name == "snapferry.tick") return make_tick_handler(process);
  if (name == "snapferry.key") return make_key_handler(process);
  return std::unexpected(
      Failure{"Snapferry.UnknownHandler",
              fmt::format("there is no handler \"{}\" (hint: Set the function's Handler to "
                          "snapferry.tick or snapferry.key.)",
                          name)});
}

}  // namespace

int serve(RuntimeClient& runtime, Handler& handler, core::Clock& host, LogLines& log,
          const std::function<void(bool)>& set_idle) {
  for (int failures = 0;;) {
    // In this order: a signal before it is seen here, one after it by on_stop.
    set_idle(true);
    if (host.is_stopped()) return kStopped;
    auto invocation = runtime.next();
    set_idle(false);
    if (!invocation) {
      if (invocation.error().kind == ErrorKind::invalid || ++failures >= kNextFailuresMax) {
        log.log(Level::fatal, "no event can be had: " + core::describe(invocation.error()));
        return kFailed;
      }
      static_cast<void>(host.sleep(kNextPause));
      continue;
    }
    failures = 0;
    log.set_request(invocation->request_id);
    const Reply reply = handler.handle(*invocation);
    if (const auto taken = runtime.reply(*invocation, reply); !taken) {
      log.log(Level::error, "the answer was not taken: " + core::describe(taken.error()));
      if (taken.error().kind == ErrorKind::invalid) return kFailed;
    }
    log.set_request({});
  }
}

int run(const core::Environment& environment) {
  Process process(environment);
  const auto host = environment.get("AWS_LAMBDA_RUNTIME_API");
  if (!host) {
    process.log.log(Level::fatal,
                    "AWS_LAMBDA_RUNTIME_API is not set: this program runs as a function of AWS "
                    "Lambda; on a command line use snapferry");
    return kFailed;
  }
  aws::HttpClient transport(
      {.ca_bundle = {}, .environment = {}, .exchange_time_max = RuntimeClient::kWaitMax});
  RuntimeClient runtime(transport, *host);
  auto handler = make_handler(process);
  if (!handler) {
    process.log.log(Level::fatal, "cannot start: " + handler.error().message,
                    {{"errorType", handler.error().type}});
    if (const auto told = runtime.fail_init(handler.error()); !told) {
      process.log.log(Level::error,
                      "the failed start was not taken: " + core::describe(told.error()));
    }
    return kFailed;
  }
  end_when_idle();
  process.log.log(Level::debug, fmt::format("snapferry {} started", core::kVersion));
  return serve(runtime, **handler, process.host, process.log, [](bool value) { is_idle = value; });
}

}  // namespace snapferry::lambda
