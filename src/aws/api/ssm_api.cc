// SPDX-License-Identifier: Apache-2.0
#include "aws/api/ssm_api.h"

#include <exception>

#include <boost/json.hpp>

#include "aws/api/json_body.h"
#include "aws/api/kms_api.h"

namespace snapferry::aws {

std::string get_parameter_body(std::string_view name) {
  return JsonBody().add("Name", name).add("WithDecryption", true).text();
}

core::Result<std::string> parse_get_parameter(std::string_view body) {
  boost::json::error_code failure;
  boost::json::value value;
  try {
    value = boost::json::parse(body, failure);
  } catch (const std::exception&) {
    failure = boost::json::error::syntax;
  }
  const boost::json::value* found = nullptr;
  if (!failure && value.is_object()) {
    const boost::json::value* parameter = value.get_object().if_contains("Parameter");
    if (parameter != nullptr && parameter->is_object()) {
      found = parameter->get_object().if_contains("Value");
    }
  }
  if (found == nullptr || !found->is_string()) {
    return core::fail(core::ErrorKind::invalid,
                      "answer to GetParameter has no Parameter with a Value",
                      "Check that the endpoint is one of SSM.");
  }
  return std::string(found->get_string());
}

core::Result<std::string> get_parameter(ServiceClient& client, const core::Region& region,
                                        std::string_view name) {
  ServiceCall call;
  call.service = "ssm";
  call.region = region;
  call.operation = "GetParameter";
  call.content_type = kJsonContentType;
  call.target = "AmazonSSM.GetParameter";
  call.body = get_parameter_body(name);
  const HttpResponse response = TRY(client.call(call));
  return parse_get_parameter(response.body);
}

}  // namespace snapferry::aws
