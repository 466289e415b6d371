// The JSON replies of credential_process, container endpoints and instance metadata.
// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/credentials/credentials_source.h"
#include "aws/json_text.h"

namespace snapferry::aws {
namespace {

std::unexpected<core::Error> bad(const std::string& what, const char* fault) {
  return core::fail(core::ErrorKind::invalid, fmt::format("{} {}", what, fault),
                    "It must answer with the JSON that the AWS documentation shows for it.");
}

}  // namespace

core::Result<Credentials> parse_json_credentials(std::string_view text, const ReplyNames& names,
                                                 const std::string& what) {
  boost::json::value value;
  try {
    boost::json::error_code failure;
    value = boost::json::parse(text, failure);
    if (failure || !value.is_object()) return bad(what, "did not answer with a JSON object");
  } catch (const std::exception&) {
    return bad(what, "did not answer with a JSON object");
  }
  const boost::json::object& object = value.get_object();
  Credentials credentials;
  credentials.key = {.access_key_id = string_at(object, "AccessKeyId"),
                     .secret_access_key = string_at(object, "SecretAccessKey"),
                     .session_token = string_at(object, names.token)};
  if (credentials.key.access_key_id.empty()) return bad(what, "gave no AccessKeyId");
  if (credentials.key.secret_access_key.empty()) return bad(what, "gave no SecretAccessKey");
  const std::string expiration = string_at(object, "Expiration");
  if (expiration.empty() && names.is_expiration_wanted) return bad(what, "gave no Expiration");
  if (!expiration.empty()) {
    credentials.expiration = core::parse_instant(expiration);
    if (!credentials.expiration) return bad(what, "gave an Expiration that is no RFC 3339 time");
  }
  return credentials;
}

}  // namespace snapferry::aws
