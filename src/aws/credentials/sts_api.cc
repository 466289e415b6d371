// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials/sts_api.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "aws/query_form.h"
#include "aws/service_client.h"
#include "aws/xml_reader.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

constexpr std::string_view kApiVersion = "2011-06-15";

// Credentials that were got elsewhere and cannot be renewed here.
class FixedCredentials : public CredentialsProvider {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  core::Result<Credentials> get(core::Instant /*now*/) override { return credentials_; }
  void invalidate() override {}

 private:
  Credentials credentials_;
};

// Where a role's ARN alone tells the partition. Source: rds-facts 8.3, 2026-08.
struct PartitionRegion {
  std::string_view partition;
  const char* region;
};
constexpr std::array kFirstRegions = {
    PartitionRegion{"aws-cn", "cn-north-1"},         PartitionRegion{"aws-us-gov", "us-gov-west-1"},
    PartitionRegion{"aws-eusc", "eusc-de-east-1"},   PartitionRegion{"aws-iso", "us-iso-east-1"},
    PartitionRegion{"aws-iso-b", "us-isob-east-1"},  PartitionRegion{"aws-iso-e", "eu-isoe-west-1"},
    PartitionRegion{"aws-iso-f", "us-isof-south-1"},
};

QueryForm form_of(const char* action, const AssumeRoleRequest& request) {
  QueryForm form(action, kApiVersion);
  form.add("RoleArn", std::string_view(request.role_arn));
  form.add("RoleSessionName", std::string_view(request.session_name));
  return form;
}

core::Result<Credentials> send(ServiceClient& client, const core::Region& region,
                               const std::string& action, const QueryForm& form, bool is_signed) {
  ServiceCall call;
  call.service = "sts";
  call.region = region;
  call.operation = action;
  call.content_type = kQueryContentType;
  call.body = form.body();
  call.is_signed = is_signed;
  const HttpResponse response = TRY(client.call(call));
  auto credentials = parse_assumed_credentials(response.body, action);
  // Nothing is changed by asking again, and a proxy's hiccup must not end a run of hours.
  if (!credentials) credentials.error().kind = ErrorKind::transient;
  return credentials;
}

// A proxy or a wrong endpoint may answer with what it was sent. The head of a token is enough to
// know it by, since what shows an answer cuts it anywhere.
void hide(std::string& message, const std::string& token) {
  constexpr std::size_t kHead = 12;
  if (token.size() < kHead) return;
  const auto at = message.find(token.substr(0, kHead));
  if (at != std::string::npos) message.replace(at, std::string::npos, "***");
}

}  // namespace

core::Result<Credentials> assume_role(const StsClient& client, const core::Region& region,
                                      const Credentials& base, const AssumeRoleRequest& request) {
  QueryForm form = form_of("AssumeRole", request);
  if (request.duration_seconds != 0) form.add("DurationSeconds", request.duration_seconds);
  form.add_if("ExternalId", request.external_id);
  FixedCredentials fixed(base);
  ServiceClient service(client.transport, &fixed, client.settings, client.clock);
  return send(service, region, "AssumeRole", form, true);
}

core::Result<Credentials> assume_role_with_web_identity(const StsClient& client,
                                                        const core::Region& region,
                                                        const std::string& token,
                                                        const AssumeRoleRequest& request) {
  QueryForm form = form_of("AssumeRoleWithWebIdentity", request);
  form.add("WebIdentityToken", std::string_view(token));
  if (request.duration_seconds != 0) form.add("DurationSeconds", request.duration_seconds);
  ServiceClient service(client.transport, nullptr, client.settings, client.clock);
  auto credentials = send(service, region, "AssumeRoleWithWebIdentity", form, false);
  if (!credentials) hide(credentials.error().message, token);
  return credentials;
}

core::Result<Credentials> parse_assumed_credentials(std::string_view body,
                                                    const std::string& action) {
  Credentials credentials;
  // The reader's own error shows the beginning of what is no XML, and that may be a key.
  if (const auto document = XmlDocument::parse(body)) {
    const XmlNode node = document->root().child(action + "Result").child("Credentials");
    credentials.key.access_key_id = node.text("AccessKeyId");
    credentials.key.secret_access_key = node.text("SecretAccessKey");
    credentials.key.session_token = node.text("SessionToken");
    credentials.expiration = core::parse_instant(node.text("Expiration"));
  }
  if (credentials.key.access_key_id.empty() || credentials.key.secret_access_key.empty() ||
      credentials.key.session_token.empty() || !credentials.expiration) {
    return core::fail(ErrorKind::invalid,
                      fmt::format("the answer to sts {} holds no credentials", action),
                      "Check that the sts endpoint is one of AWS.");
  }
  return credentials;
}

core::Region sts_region(const Settings& settings, const std::string& role_arn) {
  if (settings.region) return *settings.region;
  if (const auto arn = core::parse_arn(role_arn)) {
    const auto* found =
        std::ranges::find(kFirstRegions, arn->partition, &PartitionRegion::partition);
    if (found != kFirstRegions.end()) return core::Region(found->region);
  }
  return core::Region("us-east-1");
}

}  // namespace snapferry::aws
