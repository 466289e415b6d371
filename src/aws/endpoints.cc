// SPDX-License-Identifier: Apache-2.0
#include "aws/endpoints.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace snapferry::aws {
namespace {

using core::ErrorKind;
using core::fail;

struct PartitionSuffix {
  std::string_view partition;
  std::string_view dns_suffix;
  std::string_view dualstack_dns_suffix;
};
// Source: botocore 1.43 partitions.json, 2026-08.
constexpr std::array kSuffixes = {
    PartitionSuffix{"aws", "amazonaws.com", "api.aws"},
    PartitionSuffix{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    PartitionSuffix{"aws-us-gov", "amazonaws.com", "api.aws"},
    PartitionSuffix{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
    PartitionSuffix{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
    PartitionSuffix{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
    PartitionSuffix{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    PartitionSuffix{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
};

// RFC 1123: letters, digits and inner hyphens, at most 63. What passes cannot end the host name,
// add a port, a path or a user to it.
bool is_host_label(std::string_view text) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, is_inner) &&
         text.front() != '-' && text.back() != '-';
}

// The region as a message may show it: what a person pasted by mistake can be long or hold control
// characters.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownMax = 64;
  std::string result;
  for (char c : text.substr(0, kShownMax)) result += (c < ' ' || c > '~') ? '?' : c;
  if (text.size() > kShownMax) result += "...";
  return result;
}

const PartitionSuffix* suffix_of(const core::Region& region) {
  if (!is_host_label(region.str())) return nullptr;
  const auto partition = core::partition_of(region);
  if (!partition) return nullptr;
  const auto* found = std::ranges::find(kSuffixes, *partition, &PartitionSuffix::partition);
  return found == kSuffixes.end() ? nullptr : found;
}

// In GovCloud the plain host of these services is the FIPS one, and no "-fips" host exists.
// Source: botocore 1.43 endpoint rule sets of rds, sts, sns, ssm, sso, 2026-08; kms has its "-fips"
// host.
bool is_plain_host_fips(std::string_view service, std::string_view partition) {
  return partition == "aws-us-gov" && (service == "rds" || service == "sts" || service == "sns" ||
                                       service == "ssm" || service == "portal.sso");
}

// A signature is made over the path before it is encoded; of a path that encoding leaves as it is,
// that is the one sent.
bool is_signable_path(std::string_view path) {
  constexpr std::string_view kMarks = "-._~/";  // RFC 3986 section 2.3, and the divider
  return std::ranges::all_of(path, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

core::Result<std::string> checked_override(const Settings& settings, const std::string& service,
                                           std::string url) {
  if (settings.use_fips || settings.use_dualstack) {
    return fail(
        ErrorKind::invalid,
        fmt::format("a custom {} endpoint cannot be used together with {} endpoints", service,
                    settings.use_fips ? "fips" : "dual-stack"),
        settings.use_fips
            ? "Unset AWS_USE_FIPS_ENDPOINT (use_fips_endpoint) or the endpoint URL."
            : "Unset AWS_USE_DUALSTACK_ENDPOINT (use_dualstack_endpoint) or the endpoint URL.");
  }
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  const auto after_scheme = is_http ? std::string_view(url).substr(url.find("//") + 2) : "";
  const bool has_host = !after_scheme.empty() && after_scheme.front() != '/';
  const bool is_plain =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c <= '~' && c != '?' && c != '#'; });
  // A URL with user:password@ is refused unseen: it would be logged, and AWS has no use for it.
  const bool has_user =
      after_scheme.substr(0, after_scheme.find('/')).find('@') != std::string_view::npos;
  if (!has_host || !is_plain || has_user) {
    return fail(ErrorKind::invalid,
                fmt::format("the endpoint {} that is set for {} is not an http(s) URL",
                            has_user ? "(not shown: it holds a password)" : '"' + shown(url) + '"',
                            service),
                "Give it as http://host:port or https://host, for example "
                "AWS_ENDPOINT_URL=http://127.0.0.1:4566.");
  }
  if (!is_signable_path(
          after_scheme.substr(std::min(after_scheme.find('/'), after_scheme.size())))) {
    return fail(
        ErrorKind::invalid,
        fmt::format("the endpoint \"{}\" that is set for {} has a path that cannot be signed",
                    shown(url), service),
        "Use only letters, digits and - . _ ~ / in its path.");
  }
  if (!url.ends_with('/')) url += '/';
  return url;
}

// IAM is one for a whole partition: its host, and the region that signs.
// Source: botocore 1.43 iam endpoint-rule-set-1.json, 2026-11.
struct GlobalIam {
  std::string_view partition;
  std::string_view host;
  std::string_view fips_host;  // empty: none that is known here
  std::string_view signing_region;
};
constexpr std::array kGlobalIam = {
    GlobalIam{"aws", "iam.amazonaws.com", "iam-fips.amazonaws.com", "us-east-1"},
    GlobalIam{"aws-cn", "iam.cn-north-1.amazonaws.com.cn", "", "cn-north-1"},
    GlobalIam{"aws-us-gov", "iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com",
              "us-gov-west-1"},
    GlobalIam{"aws-eusc", "iam.eusc-de-east-1.amazonaws.eu", "", "eusc-de-east-1"},
    GlobalIam{"aws-iso", "iam.us-iso-east-1.c2s.ic.gov", "", "us-iso-east-1"},
    GlobalIam{"aws-iso-b", "iam.us-isob-east-1.sc2s.sgov.gov", "", "us-isob-east-1"},
    GlobalIam{"aws-iso-e", "iam.eu-isoe-west-1.cloud.adc-e.uk", "", "eu-isoe-west-1"},
    GlobalIam{"aws-iso-f", "iam.us-isof-south-1.csp.hci.ic.gov", "", "us-isof-south-1"},
};

core::Result<Endpoint> resolve_iam(const Settings& settings, std::string_view partition) {
  const auto* found = std::ranges::find(kGlobalIam, partition, &GlobalIam::partition);
  ASSERT(found != kGlobalIam.end());
  Endpoint endpoint{
      .url = {}, .signing_region = std::string(found->signing_region), .signing_service = "iam"};
  if (auto custom = settings.endpoint_override("iam")) {
    endpoint.url = TRY(checked_override(settings, "iam", *custom));
    return endpoint;
  }
  const std::string_view host = settings.use_fips ? found->fips_host : found->host;
  if (host.empty() || settings.use_dualstack) {
    return fail(ErrorKind::invalid,
                fmt::format("no {} endpoint of iam is known in {}",
                            settings.use_dualstack ? "dual-stack" : "fips", partition),
                "Set AWS_ENDPOINT_URL_IAM.");
  }
  endpoint.url = fmt::format("https://{}/", host);
  return endpoint;
}

}  // namespace

core::Result<Endpoint> resolve_endpoint(const Settings& settings, const std::string& service,
                                        const core::Region& region) {
  const PartitionSuffix* suffix = suffix_of(region);
  if (suffix == nullptr) {
    if (region.empty()) {
      return fail(ErrorKind::invalid, fmt::format("no region is given for {}", service),
                  "Set AWS_REGION, or region in the profile.");
    }
    const std::string nearest = core::nearest_region(region.str());
    return fail(ErrorKind::invalid, fmt::format("'{}' is not an aws region", shown(region.str())),
                nearest.empty() ? "Name a region like eu-west-1."
                                : fmt::format("Did you mean {}?", nearest));
  }
  if (service == "iam") return resolve_iam(settings, suffix->partition);
  Endpoint endpoint{.url = {}, .signing_region = region.str(), .signing_service = service};
  if (auto custom = settings.endpoint_override(service)) {
    endpoint.url = TRY(checked_override(settings, service, *custom));
    return endpoint;
  }
  const bool has_fips_host = settings.use_fips && (settings.use_dualstack ||
                                                   !is_plain_host_fips(service, suffix->partition));
  endpoint.url =
      fmt::format("https://{}{}.{}.{}/", service, has_fips_host ? "-fips" : "", region.str(),
                  settings.use_dualstack ? suffix->dualstack_dns_suffix : suffix->dns_suffix);
  return endpoint;
}

std::string dns_suffix(const core::Region& region) {
  const PartitionSuffix* suffix = suffix_of(region);
  return suffix == nullptr ? std::string() : std::string(suffix->dns_suffix);
}

}  // namespace snapferry::aws
