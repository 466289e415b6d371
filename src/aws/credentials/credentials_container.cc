// The endpoint that ECS, EKS Pod Identity and their like give to a container. A host that is not on
// the machine's own links is never asked over plain HTTP: the token would be for all to read.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"
#include "aws/http/url.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

// Source: botocore 1.43 utils.py ContainerMetadataFetcher, 2026-08.
constexpr core::Milliseconds kTimeout{2000};
constexpr int kTries = 3;
constexpr core::Milliseconds kPause{1000};
constexpr const char* kRelativeHost = "http://169.254.170.2";
// A token of EKS Pod Identity is a JWT of 1 to 2 KiB.
constexpr std::size_t kTokenMax = 20000;

// ECS, and EKS Pod Identity on IPv4 and IPv6. Source: rds-facts 8.2, 2026-08.
bool is_container_host(const std::string& host) {
  if (host == "localhost" || host == "169.254.170.2" || host == "169.254.170.23") return true;
  std::array<unsigned char, 16> address{};
  if (inet_pton(AF_INET, host.c_str(), address.data()) == 1) return address[0] == 127;
  if (inet_pton(AF_INET6, host.c_str(), address.data()) != 1) return false;
  std::array<unsigned char, 16> allowed{};
  for (const char* text : {"::1", "fd00:ec2::23"}) {
    inet_pton(AF_INET6, text, allowed.data());
    if (address == allowed) return true;
  }
  return false;
}

core::Result<std::string> endpoint_url(const core::Environment& environment) {
  if (const auto relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    if (relative->front() == '/' && parse_url(kRelativeHost + *relative)) {
      return kRelativeHost + *relative;
    }
    return fail(ErrorKind::invalid, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path",
                "It begins with / and is set by ECS; unset it elsewhere.");
  }
  std::string full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
  const auto url = parse_url(full);
  if (!url) {
    return fail(ErrorKind::invalid, "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http(s) URL",
                "It is set by the container's host; unset it elsewhere.");
  }
  if (!url->is_https && !is_container_host(url->host)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI names the host {}, which may not be "
                    "asked over plain http",
                    url->host),
        "Use https, a loopback address, 169.254.170.2, 169.254.170.23 or fd00:ec2::23.");
  }
  return full;
}

// Returns the value of the Authorization header; empty when none is wanted.
core::Result<std::string> authorization(const core::Environment& environment) {
  std::string token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  const char* origin = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
  // The file wins: it is renewed while the process runs, so it is read at each fetch.
  if (const auto path = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    const auto text = TRY(read_small_file(*path, kTokenMax));
    if (!text) {
      return fail(ErrorKind::denied,
                  fmt::format("the container's token file {} is not there", *path),
                  "Check AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.");
    }
    token = *text;
    origin = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return fail(ErrorKind::invalid, fmt::format("the token of {} has a line end in it", origin),
                "Write it on one line without an end.");
  }
  return token;
}

core::Result<Credentials> fetch(const SourceContext& context, const HttpRequest& request) {
  auto response = context.transport.send(request);
  if (!response) {
    auto error = std::move(response).error();
    if (error.kind == ErrorKind::unknown) error.kind = ErrorKind::transient;
    return std::unexpected(std::move(error));
  }
  if (response->status != 200) {
    const bool is_passing = response->status >= 500 || response->status == 429;
    return fail(is_passing ? ErrorKind::transient : ErrorKind::denied,
                fmt::format("the container endpoint answered HTTP {}", response->status),
                "Check the task's or the pod's role.");
  }
  return parse_json_credentials(response->body, {.token = "Token", .is_expiration_wanted = true},
                                "the container endpoint");
}

}  // namespace

core::Result<Found> from_container(const SourceContext& context) {
  const core::Environment& environment = context.settings.environment;
  if (!environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") &&
      !environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    return Found{.credentials = {}, .note = "container: not set"};
  }
  HttpRequest request;
  request.method = "GET";
  request.url = TRY(endpoint_url(environment));
  request.headers = {{"Accept", "application/json"}};
  const std::string token = TRY(authorization(environment));
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  request.connect_timeout = kTimeout;
  request.read_timeout = kTimeout;
  request.use_proxy = false;
  for (int tried = 1;; ++tried) {
    auto credentials = fetch(context, request);
    if (credentials) {
      credentials->source = "container endpoint";
      return Found{.credentials = std::move(*credentials), .note = {}};
    }
    const bool may_pass = credentials.error().kind == ErrorKind::transient;
    if (!may_pass || tried == kTries || !context.clock.sleep(kPause)) {
      return std::unexpected(
          core::with_context(std::move(credentials).error(), "container credentials"));
    }
  }
}

}  // namespace snapferry::aws
