// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/door_http.h"

#include <array>
#include <mutex>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/door/auth.h"
#include "emulator/door/control.h"
#include "emulator/kms_service.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/query_parameters.h"
#include "emulator/rds/rds_wire.h"
#include "emulator/sns_service.h"
#include "emulator/sts_service.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

constexpr std::string_view kRdsXmlns = "http://rds.amazonaws.com/doc/2014-10-31/";
constexpr std::string_view kRdsVersion = "2014-10-31";
constexpr std::string_view kKmsTarget = "TrentService.";
constexpr std::string_view kJsonType = "application/x-amz-json-1.1";

std::unexpected<ServiceError> refuse(int status, std::string_view code, std::string message) {
  return std::unexpected(ServiceError{status, std::string(code), std::move(message)});
}

// A refusal before any service was reached is written in the namespace of the API that the version
// belongs to; RDS is what this emulator is for.
std::string_view xmlns_of(std::string_view version) {
  if (version == kStsVersion) return kStsXmlns;
  if (version == kSnsVersion) return kSnsXmlns;
  return kRdsXmlns;
}

std::string_view service_of(std::string_view version) {
  if (version == kStsVersion) return "sts";
  if (version == kSnsVersion) return "sns";
  if (version == kRdsVersion) return "rds";
  return "";
}

// JSON services have names of their own for what stops a call at the door, and say it with 400.
// Source: AWS KMS API, "Common Errors", 2023; UnrecognizedClientException with 400 as in
// ecs-cli and DynamoDB reports, 2018.
struct JsonName {
  std::string_view query_code;
  std::string_view json_code;
  int http_status;
};
constexpr std::array kJsonNames = {
    JsonName{"InvalidClientTokenId", "UnrecognizedClientException", 400},
    JsonName{"SignatureDoesNotMatch", "InvalidSignatureException", 400},
    JsonName{"MissingAuthenticationToken", "MissingAuthenticationTokenException", 400},
    JsonName{"IncompleteSignature", "IncompleteSignatureException", 400},
    JsonName{"ExpiredToken", "ExpiredTokenException", 400},
    JsonName{"Throttling", "ThrottlingException", 400},
    JsonName{"InternalFailure", "KMSInternalException", 500},
};

std::string http_date(core::Instant instant) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays.at(std::chrono::weekday(day).c_encoding()), unsigned(date.day()),
                     kMonths.at(unsigned(date.month()) - 1), int(date.year()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

// An operation that only reads by its name changes nothing that a restart would miss.
bool is_read(std::string_view operation) {
  return operation.starts_with("Describe") || operation.starts_with("List") ||
         operation.starts_with("Get");
}

// The region of an unsigned call is in the name of the host it was sent to, if anywhere.
core::Region region_of_host(std::string_view host) {
  constexpr std::string_view kPrefix = "sts.";
  if (host.starts_with(kPrefix)) {
    host.remove_prefix(kPrefix.size());
    core::Region region{std::string(host.substr(0, host.find('.')))};
    if (core::partition_of(region)) return region;
  }
  return core::Region("us-east-1");
}

}  // namespace

struct DoorHttp::Call {
  const WireRequest& request;
  const std::string& path;
  const Fields& query;
  QueryParameters parameters;
  bool is_json = false;
  std::string request_id;
  std::string operation;
  std::string version;
  std::string service;
  Caller caller;
  std::string refused_with;
};

DoorHttp::DoorHttp(World& world, unsigned long seed, OnChange on_change)
    : world_(world), on_change_(std::move(on_change)), request_ids_(seed, "request") {}

Reply DoorHttp::answer(const WireRequest& request) {
  auto target = parse_target(request.target);
  if (target && is_control(target->path)) {
    Reply reply{.response = answer_control(world_, calls_, request, target->path)};
    if (on_change_ && request.method != "GET") {
      if (const auto saved = on_change_(); !saved) {
        reply.response = {.status = 500, .headers = {}, .body = saved.error().message + "\n"};
      }
    }
    return reply;
  }
  if (!target) {
    return {.response = {.status = target.error().http_status,
                         .headers = {{"Content-Type", "text/xml"}},
                         .body = query_error(target.error(), kRdsXmlns, "")}};
  }
  return answer_service(request, target->path, target->query);
}

Reply DoorHttp::answer_service(const WireRequest& request, const std::string& path,
                               const Fields& query) {
  const bool is_json = !request.header("X-Amz-Target").empty() ||
                       request.header("Content-Type").starts_with("application/x-amz-json");
  Fields fields = without_signature(query);
  ServiceResult<Fields> form;
  if (!is_json && request.method == "POST") {
    form = parse_form(request.body);
    if (form) fields.insert(fields.end(), form->begin(), form->end());
  }
  Call call{.request = request,
            .path = path,
            .query = query,
            .parameters = QueryParameters(std::move(fields)),
            .is_json = is_json,
            .request_id = {},
            .operation = {},
            .version = {},
            .service = {},
            .caller = {},
            .refused_with = {}};
  Reply reply;
  {
    const std::scoped_lock lock(world_.mutex);
    call.request_id = request_ids_.uuid();
    if (form) {
      reply = serve(call);
    } else {
      reply.response = refusal(call, form.error());
      call.refused_with = form.error().code;
    }
    log(call, reply);
  }
  // Saved before the answer goes out, or is lost on purpose: a client that was told so finds it so.
  if (on_change_ && call.refused_with.empty() && !is_read(call.operation)) {
    if (const auto saved = on_change_(); !saved) {
      reply = {.response = refusal(call, {500, "InternalFailure", saved.error().message})};
    }
  }
  reply.response.headers.emplace_back("x-amzn-RequestId", call.request_id);
  // The host's time: clients set their signing clock by it.
  reply.response.headers.emplace_back("Date", http_date(world_.clock.host_now()));
  return reply;
}

ServiceResult<void> DoorHttp::identify(Call& call) {
  if (call.is_json) {
    const std::string_view target = call.request.header("X-Amz-Target");
    call.operation = std::string(target.substr(target.find('.') + 1));
  } else {
    call.operation = call.parameters.text("Action").value_or("");
    call.version = call.parameters.text("Version").value_or("");
  }
  if (call.request.method != "POST" && call.request.method != "GET") {
    return refuse(405, "UnsupportedHttpVerb",
                  fmt::format("The requested HTTP verb is not supported: {}", call.request.method));
  }
  if (call.operation == "AssumeRoleWithWebIdentity" && call.version == kStsVersion) {
    call.service = "sts";
    call.caller.region = region_of_host(call.request.header("Host"));
    call.caller.partition = std::string(core::partition_of(call.caller.region).value_or("aws"));
    return {};
  }
  Authenticated who =
      TRY(authenticate(call.request, call.path, call.query, world_.sts,
                       {.host = world_.clock.host_now(), .emulated = world_.clock.now()}));
  call.caller = std::move(who.caller);
  call.service = std::move(who.service);
  if (call.path != "/") {
    return refuse(404, "UnknownOperationException",
                  fmt::format("The requested operation is not supported at {}", call.path));
  }
  if (call.service != "rds" && call.service != "kms" && call.service != "sts" &&
      call.service != "sns") {
    // Ours: AWS has no such answer. 501 is not retried by any client.
    return refuse(501, "NotImplemented",
                  fmt::format("The emulator serves rds, kms, sts and sns, not {}", call.service));
  }
  if (call.is_json != (call.service == "kms")) {
    return refuse(call.is_json ? 404 : 400,
                  call.is_json ? "UnknownOperationException" : "InvalidAction",
                  fmt::format("Could not find operation {} of {}", call.operation, call.service));
  }
  if (!call.is_json && call.operation.empty()) {
    return refuse(400, "MissingAction", "The request must contain the parameter Action.");
  }
  return {};
}

Reply DoorHttp::serve(Call& call) {
  Reply reply;
  const auto refuse_with = [&](const ServiceError& error) {
    call.refused_with = error.code;
    reply.response = refusal(call, error);
    return reply;
  };
  if (const auto known = identify(call); !known) return refuse_with(known.error());

  const auto strike = [&](FaultKind kind) {
    return world_.faults.strike(kind, call.operation, call.caller.region.str());
  };
  if (const auto slow = strike(FaultKind::slow)) reply.delay = slow->delay;
  if (strike(FaultKind::throttle)) return refuse_with({400, "Throttling", "Rate exceeded"});
  if (strike(FaultKind::server_error)) {
    return refuse_with({500, "InternalFailure",
                        "The request processing has failed because of an unknown error, exception "
                        "or failure."});
  }

  auto response = serve_operation(call);
  if (response) {
    reply.response = std::move(*response);
  } else {
    refuse_with(response.error());
  }
  if (strike(FaultKind::garbage)) {
    reply.response = {.status = 200,
                      .headers = {{"Content-Type", "text/html"}},
                      .body = "<html><body>It works!<br></body>"};
  }
  reply.is_lost = strike(FaultKind::lost_reply).has_value();
  return reply;
}

ServiceResult<WireResponse> DoorHttp::serve_operation(Call& call) {
  if (call.service == "kms") {
    if (!call.request.header("X-Amz-Target").starts_with(kKmsTarget)) {
      return refuse(400, "UnknownOperationException", "");
    }
    json::error_code error;
    const json::value input = call.request.body.empty() ? json::value(json::object())
                                                        : json::parse(call.request.body, error);
    if (error || !input.is_object()) {
      return refuse(400, "SerializationException", "The request body is not a JSON object");
    }
    const json::object output = TRY(
        serve_kms(world_.kms, world_.clock.now(), call.caller, call.operation, input.get_object()));
    return WireResponse{.status = 200,
                        .headers = {{"Content-Type", std::string(kJsonType)}},
                        .body = output.empty() ? "" : json::serialize(output)};
  }
  ServiceResult<std::string> xml;
  if (call.service == "rds") {
    xml = serve_rds(world_, call.caller, call.parameters, call.request_id);
  } else if (call.service == "sts") {
    xml = serve_sts(world_.sts, world_.clock.now(), call.caller, call.parameters, call.request_id);
  } else {
    xml = serve_sns(world_.sns, world_.clock.now(), call.caller, call.parameters, call.request_id);
  }
  std::string document = TRY(xml);
  return WireResponse{
      .status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = std::move(document)};
}

WireResponse DoorHttp::refusal(const Call& call, const ServiceError& error) const {
  if (!call.is_json) {
    return {.status = error.http_status,
            .headers = {{"Content-Type", "text/xml"}},
            .body = query_error(error, xmlns_of(call.version), call.request_id)};
  }
  std::string code = error.code;
  int status = error.http_status;
  for (const JsonName& name : kJsonNames) {
    if (name.query_code != error.code) continue;
    code = name.json_code;
    status = name.http_status;
  }
  return {.status = status,
          .headers = {{"Content-Type", std::string(kJsonType)}},
          .body = json::serialize(json::object{{"__type", code}, {"message", error.message}})};
}

void DoorHttp::log(const Call& call, const Reply& reply) {
  calls_.add(
      {.time = world_.clock.now(),
       .service = call.service.empty() ? std::string(service_of(call.version)) : call.service,
       .operation = call.operation,
       .region = call.caller.region.str(),
       .account = call.caller.account.str(),
       .status = reply.is_lost ? 0 : reply.response.status,
       .code = call.refused_with,
       .request_id = call.request_id});
}

}  // namespace snapferry::emulator
