// SPDX-License-Identifier: Apache-2.0
#include "session/session.h"

#include <unistd.h>

#include "aws/aws_cloud.h"
#include "aws/credentials/credentials.h"
#include "aws/http/http_client.h"
#include "engine/around_cloud.h"
#include "engine/call_log.h"
#include "engine/pace.h"
#include "engine/retry.h"

namespace snapferry::session {
namespace {

using engine::Call;

class AwsSession final : public Session {
 public:
  AwsSession(const aws::Settings& settings, core::Clock& clock, core::Clock& pace,
             engine::EventSink& events, CallTimeMax call_time_max)
      : settings_(settings),
        transport_({.ca_bundle = settings_.ca_bundle,
                    .environment = settings_.environment,
                    .time_left = std::move(call_time_max)}),
        log_(clock, [&events](const Call& call, core::Milliseconds took,
                              const core::Error* error) { events.on_call(call, took, error); }),
        pace_({}, pace),
        retry_(
            {.attempts_max = settings_.attempts_max}, clock,
            // Jitter only has to differ between processes and runs.
            (unsigned long)(clock.now().time_since_epoch().count()) ^ (unsigned long)(getpid()),
            [&events](const Call& call, int attempt, core::Milliseconds pause,
                      const core::Error& error) { events.on_retry(call, attempt, pause, error); }) {
  }

  core::Result<void> connect(core::Clock& clock) {
    credentials_ = TRY(aws::make_credentials(settings_, transport_, clock));
    aws_ = std::make_unique<aws::AwsClouds>(transport_, *credentials_, settings_, clock);
    logged_ = std::make_unique<engine::AroundClouds<engine::CallLog>>(*aws_, log_);
    paced_ = std::make_unique<engine::AroundClouds<engine::Pace>>(*logged_, pace_);
    retried_ = std::make_unique<engine::AroundClouds<engine::Retry>>(*paced_, retry_);
    return {};
  }

  core::Clouds& clouds() override { return *retried_; }

 private:
  aws::Settings settings_;
  aws::HttpClient transport_;
  engine::CallLog log_;
  engine::Pace pace_;
  engine::Retry retry_;
  std::unique_ptr<aws::CredentialsProvider> credentials_;
  std::unique_ptr<aws::AwsClouds> aws_;
  std::unique_ptr<engine::AroundClouds<engine::CallLog>> logged_;
  std::unique_ptr<engine::AroundClouds<engine::Pace>> paced_;
  std::unique_ptr<engine::AroundClouds<engine::Retry>> retried_;
};

}  // namespace

core::Result<std::unique_ptr<Session>> Session::open(const aws::Settings& settings,
                                                     core::Clock& clock, core::Clock& pace,
                                                     engine::EventSink& events,
                                                     CallTimeMax call_time_max) {
  auto session =
      std::make_unique<AwsSession>(settings, clock, pace, events, std::move(call_time_max));
  TRY(session->connect(clock));
  return session;
}

}  // namespace snapferry::session
