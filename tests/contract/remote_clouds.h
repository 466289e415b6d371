// The client that ships, as main would build it, at one endpoint with given keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "aws/aws_cloud.h"
#include "aws/http/http_client.h"
#include "contract/emulated_grounds.h"

namespace snapferry::contract {

class RemoteClouds {
 public:
  /// `clock` must outlive this object.
  RemoteClouds(const std::string& endpoint, core::Clock& clock);

  core::Clouds& clouds() { return clouds_; }
  aws::HttpTransport& transport() { return transport_; }

  /// Calls what the port does not speak of, to furnish an account.
  core::Result<aws::HttpResponse> call(const aws::ServiceCall& call) { return client_.call(call); }

 private:
  class TestingKeys : public aws::CredentialsProvider {
   public:
    core::Result<aws::Credentials> get(core::Instant now) override;
    void invalidate() override {}
  };

  aws::HttpClient transport_;
  aws::Settings settings_;
  TestingKeys keys_;
  aws::ServiceClient client_;
  aws::AwsClouds clouds_;
};

}  // namespace snapferry::contract
