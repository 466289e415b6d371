// SPDX-License-Identifier: Apache-2.0
#include "contract/remote_clouds.h"

#include "core/environment.h"

namespace snapferry::contract {
namespace {

aws::Settings settings_for(const std::string& endpoint) {
  // Files that are not there: nothing of this machine's own set-up takes part.
  const core::Environment environment({{"AWS_ENDPOINT_URL", endpoint},
                                       {"AWS_CONFIG_FILE", "/nonexistent/config"},
                                       {"AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/keys"}});
  auto settings = aws::load_settings(environment, "");
  ASSERT(settings.has_value());
  return *settings;
}

}  // namespace

core::Result<aws::Credentials> RemoteClouds::TestingKeys::get(core::Instant) {
  aws::Credentials credentials;
  credentials.key = {"testing", "testing", ""};
  credentials.source = "contract suite";
  return credentials;
}

RemoteClouds::RemoteClouds(const std::string& endpoint, core::Clock& clock)
    : transport_(aws::HttpClientOptions{}),
      settings_(settings_for(endpoint)),
      client_(transport_, &keys_, settings_, clock),
      clouds_(transport_, keys_, settings_, clock) {}

}  // namespace snapferry::contract
