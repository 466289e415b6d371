// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_service.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "core/text.h"
#include "emulator/query/xml_writer.h"
#include "emulator/s3/s3_request.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

bool has_word(std::string_view words, std::string_view word) {
  return words.find(fmt::format(" {} ", word)) != std::string_view::npos;
}

// Every call may carry these.
constexpr std::string_view kAnyHeaders =
    " x-amz-date x-amz-content-sha256 x-amz-security-token x-amz-user-agent "
    "x-amz-expected-bucket-owner ";
// Every call with a body may.
constexpr std::string_view kBodyHeaders =
    " x-amz-sdk-checksum-algorithm x-amz-trailer x-amz-decoded-content-length ";

bool is_header_known(const S3Operation& operation, std::string_view name) {
  if (!name.starts_with("x-amz-")) return true;
  if (has_word(kAnyHeaders, name) || has_word(operation.headers, name)) return true;
  if (name.starts_with("x-amz-meta-")) return has_word(operation.headers, "x-amz-meta-");
  // Of a CompleteMultipartUpload it would be the whole object's checksum.
  const bool has_body = operation.method == "PUT" || operation.name == "DeleteObjects";
  return has_body && (has_word(kBodyHeaders, name) || name.starts_with("x-amz-checksum-"));
}

ServiceResult<void> refuse_unknown(const ServiceCall& call, const S3Operation& operation) {
  for (const auto& [name, value] : call.query) {
    const bool is_known =
        name == operation.selector || name == "x-id" || has_word(operation.query, name);
    if (is_known) continue;
    return refuse(501, "NotImplemented",
                  fmt::format("The emulator's {} does not take the query parameter {}",
                              operation.name, name));
  }
  for (const auto& [name, value] : call.request.headers) {
    if (is_header_known(operation, core::to_lower(name))) continue;
    return refuse(501, "NotImplemented",
                  fmt::format("A header you provided implies functionality that is not "
                              "implemented: {} of {}",
                              name, operation.name));
  }
  return {};
}

struct DoorName {
  std::string_view door_code;
  int status;
  std::string_view code;
  std::string_view message;  // empty: the door's own
};

// S3 has names of its own for what stops a call at the door.
// Source: Amazon S3 API Reference, "List of error codes", 2024.
constexpr std::array kDoorNames = {
    DoorName{"InvalidClientTokenId", 403, "InvalidAccessKeyId",
             "The AWS Access Key Id you provided does not exist in our records."},
    DoorName{"MissingAuthenticationToken", 403, "AccessDenied", "Access Denied"},
    DoorName{"RequestExpired", 403, "AccessDenied", "Request has expired"},
    DoorName{"ExpiredToken", 400, "ExpiredToken", "The provided token has expired."},
    DoorName{"IncompleteSignature", 400, "AuthorizationHeaderMalformed", ""},
    DoorName{"Throttling", 503, "SlowDown", "Please reduce your request rate."},
    DoorName{"InternalFailure", 500, "InternalError",
             "We encountered an internal error. Please try again."},
};

// Where a call signed for the wrong region is told the right one.
std::string expected_region(const ServiceError& error) {
  constexpr std::string_view kExpecting = "expecting '";
  const auto at = error.message.rfind(kExpecting);
  if (error.code != "AuthorizationHeaderMalformed" || at == std::string::npos) return {};
  const std::string rest = error.message.substr(at + kExpecting.size());
  return rest.substr(0, rest.find('\''));
}

}  // namespace

std::string operation_of_s3(const WireRequest& request, const std::string& path,
                            const Fields& query) {
  const S3Operation* operation = find_s3_operation(request, path, query);
  return operation == nullptr ? std::string() : std::string(operation->name);
}

ServiceResult<WireResponse> serve_s3(ServiceCall& call) {
  const S3Operation* operation = find_s3_operation(call.request, call.path, call.query);
  if (operation == nullptr) {
    return refuse(501, "NotImplemented",
                  fmt::format("The emulator's S3 has no operation for {} {}", call.request.method,
                              call.request.target));
  }
  TRY(refuse_unknown(call, *operation));
  S3Call inner{.call = call, .s3 = call.world.s3, .target = s3_target(call.request, call.path)};
  WireResponse response = TRY(operation->serve(inner));
  response.headers.emplace_back("x-amz-request-id", call.request_id);
  return response;
}

WireResponse refuse_s3(const ServiceError& error, const std::string& request_id) {
  ServiceError shown = error;
  for (const DoorName& name : kDoorNames) {
    if (name.door_code != error.code) continue;
    shown.http_status = name.status;
    shown.code = name.code;
    if (!name.message.empty()) shown.message = name.message;
  }
  const std::string region = expected_region(shown);
  XmlWriter xml;
  xml.open("Error").element("Code", shown.code).element("Message", shown.message);
  xml.element_if("Region", region);
  xml.element("RequestId", request_id).element("HostId", "emulator").close();
  WireResponse response = s3_xml(xml.text());
  response.status = shown.http_status;
  response.headers.emplace_back("x-amz-request-id", request_id);
  if (!region.empty()) response.headers.emplace_back("x-amz-bucket-region", region);
  return response;
}

}  // namespace snapferry::emulator
