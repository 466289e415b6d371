// Endpoints: every partition's form, the switches, the order of overrides, and regions that are
// none.
// SPDX-License-Identifier: Apache-2.0
#include "aws/endpoints.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace snapferry::aws {
namespace {

using Variables = std::map<std::string, std::string>;

struct UrlRow {
  const char* name;
  const char* service;
  const char* region;
  bool use_fips;
  bool use_dualstack;
  const char* url;
  const char* signing_region = nullptr;  // as the region where it is not said
};

// Source of the expectations: botocore 1.43 endpoint rule sets, resolved for each row, 2026-08.
const std::vector<UrlRow> kUrls = {
    {"commercial", "rds", "eu-west-1", false, false, "https://rds.eu-west-1.amazonaws.com/"},
    {"fips", "rds", "us-east-1", true, false, "https://rds-fips.us-east-1.amazonaws.com/"},
    {"dualstack", "rds", "eu-west-1", false, true, "https://rds.eu-west-1.api.aws/"},
    {"both", "rds", "us-east-1", true, true, "https://rds-fips.us-east-1.api.aws/"},
    {"gov", "rds", "us-gov-west-1", false, false, "https://rds.us-gov-west-1.amazonaws.com/"},
    {"gov_fips", "rds", "us-gov-west-1", true, false, "https://rds.us-gov-west-1.amazonaws.com/"},
    {"gov_both", "rds", "us-gov-west-1", true, true, "https://rds-fips.us-gov-west-1.api.aws/"},
    {"gov_sts", "sts", "us-gov-east-1", true, false, "https://sts.us-gov-east-1.amazonaws.com/"},
    {"iam", "iam", "eu-west-1", false, false, "https://iam.amazonaws.com/", "us-east-1"},
    {"iam_fips", "iam", "eu-west-1", true, false, "https://iam-fips.amazonaws.com/", "us-east-1"},
    {"iam_china", "iam", "cn-northwest-1", false, false, "https://iam.cn-north-1.amazonaws.com.cn/",
     "cn-north-1"},
    {"gov_kms", "kms", "us-gov-west-1", true, false,
     "https://kms-fips.us-gov-west-1.amazonaws.com/"},
    {"china", "rds", "cn-north-1", false, false, "https://rds.cn-north-1.amazonaws.com.cn/"},
    {"china_dual", "kms", "cn-northwest-1", false, true,
     "https://kms.cn-northwest-1.api.amazonwebservices.com.cn/"},
    {"eusc", "sts", "eusc-de-east-1", false, false, "https://sts.eusc-de-east-1.amazonaws.eu/"},
    {"eusc_both", "rds", "eusc-de-east-1", true, true,
     "https://rds-fips.eusc-de-east-1.api.amazonwebservices.eu/"},
    {"iso", "rds", "us-iso-east-1", false, false, "https://rds.us-iso-east-1.c2s.ic.gov/"},
    {"iso_fips", "rds", "us-iso-east-1", true, false, "https://rds-fips.us-iso-east-1.c2s.ic.gov/"},
    {"iso_b", "rds", "us-isob-east-1", false, false, "https://rds.us-isob-east-1.sc2s.sgov.gov/"},
    {"iso_e", "rds", "eu-isoe-west-1", false, false, "https://rds.eu-isoe-west-1.cloud.adc-e.uk/"},
    {"iso_f", "rds", "us-isof-south-1", false, true,
     "https://rds.us-isof-south-1.api.aws.hci.ic.gov/"},
    {"not_opened_yet", "rds", "eu-west-9", false, false, "https://rds.eu-west-9.amazonaws.com/"},
    {"sso", "portal.sso", "eu-west-1", false, false, "https://portal.sso.eu-west-1.amazonaws.com/"},
};

TEST(Endpoints, FollowThePartitionsForm) {
  for (const auto& row : kUrls) {
    SCOPED_TRACE(row.name);
    Settings settings;
    settings.use_fips = row.use_fips;
    settings.use_dualstack = row.use_dualstack;
    const auto endpoint = resolve_endpoint(settings, row.service, core::Region(row.region));
    ASSERT_TRUE(endpoint.has_value());
    EXPECT_EQ(endpoint->url, row.url);
    EXPECT_EQ(endpoint->signing_region,
              row.signing_region == nullptr ? row.region : row.signing_region);
    EXPECT_EQ(endpoint->signing_service, row.service);
  }
}

struct OverrideRow {
  const char* name;
  Variables environment;
  const char* url;
};

TEST(Endpoints, OverridesComeInAwsOrder) {
  Settings settings;
  settings.files.profiles["default"] = {{"services", "lab"}, {"endpoint_url", "http://profile"}};
  settings.files.services["lab"] = {{"rds.endpoint_url", "http://services:1/x"}};
  const std::vector<OverrideRow> rows = {
      {"of_the_service",
       {{"AWS_ENDPOINT_URL_RDS", "http://a:1"}, {"AWS_ENDPOINT_URL", "http://b"}},
       "http://a:1/"},
      {"of_all",
       {{"AWS_ENDPOINT_URL_KMS", "http://a:1"}, {"AWS_ENDPOINT_URL", "http://b"}},
       "http://b/"},
      {"path_of_plain_letters",
       {{"AWS_ENDPOINT_URL", "http://b:1/~a-B_0.9/c"}},
       "http://b:1/~a-B_0.9/c/"},
      {"of_the_services_section", {}, "http://services:1/x/"},
      {"ignored",
       {{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
       "https://rds.eu-west-1.amazonaws.com/"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    settings.environment = core::Environment(row.environment);
    const auto endpoint = resolve_endpoint(settings, "rds", core::Region("eu-west-1"));
    ASSERT_TRUE(endpoint.has_value());
    EXPECT_EQ(endpoint->url, row.url);
  }
  settings.environment = {};
  const auto other = resolve_endpoint(settings, "kms", core::Region("eu-west-1"));
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->url, "http://profile/");
  settings.environment = core::Environment(Variables{{"AWS_ENDPOINT_URL_SSO", "http://sso"}});
  EXPECT_EQ(settings.endpoint_override("portal.sso"), "http://sso");
}

TEST(Endpoints, CustomEndpointThatCannotBeUsedIsRefused) {
  const std::vector<const char*> urls = {
      "127.0.0.1:4566",          "http://",          "http:///x",  "ftp://host",
      "http://user:MARKER@host", "http://host?x=1",  "http://a b", "http://host/a%20b",
      "http://host/a!",          "http://host/%7Ea/"};
  for (const auto* url : urls) {
    SCOPED_TRACE(url);
    Settings settings;
    settings.environment = core::Environment(Variables{{"AWS_ENDPOINT_URL", url}});
    const auto endpoint = resolve_endpoint(settings, "rds", core::Region("eu-west-1"));
    ASSERT_FALSE(endpoint.has_value());
    EXPECT_EQ(endpoint.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(endpoint.error().message.find("MARKER"), std::string::npos);
  }
  Settings settings;
  settings.environment =
      core::Environment(Variables{{"AWS_ENDPOINT_URL", "http://localhost:4566"}});
  settings.use_fips = true;
  const auto endpoint = resolve_endpoint(settings, "rds", core::Region("eu-west-1"));
  ASSERT_FALSE(endpoint.has_value());
  EXPECT_EQ(endpoint.error().message,
            "a custom rds endpoint cannot be used together with fips endpoints");
}

struct RegionRow {
  const char* region;
  const char* message;
  const char* hint;
};

TEST(Endpoints, RegionThatIsNoneIsNamedWithTheNearest) {
  const std::vector<RegionRow> rows = {
      {"eu-wset-1", "", ""},  // has a partition's form: AWS may open it
      {"euwest1", "'euwest1' is not an aws region", "Did you mean eu-west-1?"},
      {"EU-WEST-1", "'EU-WEST-1' is not an aws region", "Did you mean eu-west-1?"},
      {"eu-west-1a", "'eu-west-1a' is not an aws region", "Did you mean eu-west-1?"},
      {"atlantis", "'atlantis' is not an aws region", "Name a region like eu-west-1."},
      {"eu-we_st-1", "'eu-we_st-1' is not an aws region", "Did you mean eu-west-1?"},
      {"eu-west-1/../", "'eu-west-1/../' is not an aws region", "Did you mean eu-west-1?"},
      {"eu-west-1@evil.example", "'eu-west-1@evil.example' is not an aws region",
       "Name a region like eu-west-1."},
      {"", "no region is given for rds", "Set AWS_REGION, or region in the profile."},
      {"eu\n-west-1", "'eu?-west-1' is not an aws region", "Did you mean eu-west-1?"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.region);
    const auto endpoint = resolve_endpoint(Settings{}, "rds", core::Region(row.region));
    if (*row.message == '\0') {
      EXPECT_TRUE(endpoint.has_value());
      continue;
    }
    ASSERT_FALSE(endpoint.has_value());
    EXPECT_EQ(endpoint.error().kind, core::ErrorKind::invalid);
    EXPECT_EQ(endpoint.error().message, row.message);
    EXPECT_EQ(endpoint.error().hint, row.hint);
  }
}

}  // namespace
}  // namespace snapferry::aws
