// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/door_http.h"

#include <array>
#include <mutex>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/door/auth.h"
#include "emulator/door/control.h"
#include "emulator/iam/access.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/query_parameters.h"
#include "emulator/services.h"
#include "emulator/sqs/sqs_service.h"
#include "emulator/sts/sts_service.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// A refusal before any service was reached is written in the namespace of the API that the version
// belongs to; RDS is what this emulator is for.
const Service& service_of_version(std::string_view version) {
  for (const Service& service : all_services()) {
    if (!version.empty() && service.version == version) return service;
  }
  return *find_service("rds");
}

std::string json_type(const Service* service) {
  const std::string_view version = service == nullptr || service->json_version.empty()
                                       ? std::string_view("1.1")
                                       : service->json_version;
  return fmt::format("application/x-amz-json-{}", version);
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

// An operation that only reads by its name changes nothing that a restart would miss.
bool is_read(std::string_view operation) {
  return operation.starts_with("Describe") || operation.starts_with("List") ||
         operation.starts_with("Get") || operation.starts_with("Head");
}

// The region of an unsigned call is in the name of the host it was sent to, if anywhere.
core::Region region_of_host(std::string_view host) {
  constexpr std::string_view kStsPrefix = "sts.";
  if (host.starts_with(kStsPrefix)) {
    host.remove_prefix(kStsPrefix.size());
    core::Region region{std::string(host.substr(0, host.find('.')))};
    if (core::partition_of(region)) return region;
  }
  return core::Region("us-east-1");
}

}  // namespace

// A call on its way through the door: what a service gets, and what the door knows beside it.
struct DoorHttp::Call {
  ServiceCall service_call;
  const Service* service = nullptr;  // once the signature's scope has named it
  bool is_json = false;
  bool is_rest = false;
  std::string version = {};
  std::string refused_with = {};
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
                         .body = query_error(target.error(), find_service("rds")->xmlns, "")}};
  }
  return answer_service(request, target->path, target->query);
}

Reply DoorHttp::answer_service(const WireRequest& request, const std::string& path,
                               const Fields& query) {
  Call call{.service_call = {.world = world_,
                             .caller = {},
                             .now = world_.clock.now(),
                             .request = request,
                             .path = path,
                             .query = without_signature(query)}};
  call.is_json = !request.header("X-Amz-Target").empty() ||
                 request.header("Content-Type").starts_with("application/x-amz-json");
  Reply reply;
  {
    const std::scoped_lock lock(world_.mutex);
    call.service_call.request_id = request_ids_.uuid();
    reply = serve(call, query);
    if (!call.service_call.after_unlock) log(call, reply);
  }
  if (call.service_call.after_unlock) {
    auto late = call.service_call.after_unlock();
    const std::scoped_lock lock(world_.mutex);
    if (late) {
      reply.response = std::move(*late);
    } else {
      call.refused_with = late.error().code;
      reply.response = refusal(call, late.error());
    }
    log(call, reply);
  }
  // Saved before the answer goes out, or is lost on purpose: a client that was told so finds it so.
  if (on_change_ && call.refused_with.empty() && !is_read(call.service_call.operation)) {
    if (const auto saved = on_change_(); !saved) {
      reply = {.response = refusal(call, {500, "InternalFailure", saved.error().message})};
    }
  }
  reply.response.headers.emplace_back("x-amzn-RequestId", call.service_call.request_id);
  // The host's time: clients set their signing clock by it.
  reply.response.headers.emplace_back("Date", http_date(world_.clock.host_now()));
  return reply;
}

ServiceResult<void> DoorHttp::read_query_call(Call& call) {
  const WireRequest& request = call.service_call.request;
  Fields fields = call.service_call.query;
  if (request.method == "POST") {
    const Fields form = TRY(parse_form(request.body));
    fields.insert(fields.end(), form.begin(), form.end());
  }
  call.service_call.parameters = QueryParameters(std::move(fields));
  call.service_call.operation = call.service_call.parameters.text("Action").value_or("");
  call.version = call.service_call.parameters.text("Version").value_or("");
  return {};
}

ServiceResult<void> DoorHttp::read_json_call(Call& call) {
  const WireRequest& request = call.service_call.request;
  const std::string_view target = request.header("X-Amz-Target");
  call.service_call.operation = std::string(target.substr(target.find('.') + 1));
  return {};
}

ServiceResult<void> DoorHttp::identify(Call& call, const Fields& query) {
  ServiceCall& inner = call.service_call;
  const WireRequest& request = inner.request;
  // A REST service's body is no form, and its refusals have a form of their own, also of a
  // signature that is wrong.
  if (const Service* claimed = find_service(claimed_service(request, query));
      claimed != nullptr && claimed->serve_rest != nullptr) {
    call.service = claimed;
    call.is_rest = true;
    call.is_json = false;
  }
  if (call.is_json) TRY(read_json_call(call));
  const bool may_be_form = !call.is_json && !call.is_rest &&
                           (request.method == "GET" ||
                            request.header("Content-Type").starts_with("application/x-www-form"));
  if (may_be_form) TRY(read_query_call(call));
  if (inner.operation == "AssumeRoleWithWebIdentity" && call.version == kStsVersion) {
    call.service = find_service("sts");
    inner.caller.region = region_of_host(request.header("Host"));
    inner.caller.partition = std::string(core::partition_of(inner.caller.region).value_or("aws"));
    return {};
  }
  Authenticated who =
      TRY(authenticate(request, inner.path, query, world_.sts,
                       {.host = world_.clock.host_now(), .emulated = world_.clock.now()}));
  inner.caller = std::move(who.caller);
  call.service = find_service(who.service);
  if (call.service == nullptr) {
    std::string names;
    for (const Service& service : all_services()) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", service.name);
    }
    // Ours: AWS has no such answer. 501 is not retried by any client.
    return refuse(501, "NotImplemented",
                  fmt::format("The emulator serves {}, not {}", names, who.service));
  }
  call.is_rest = call.service->serve_rest != nullptr;
  if (call.is_rest) {
    inner.operation = call.service->operation_of(request, inner.path, inner.query);
    return {};
  }
  return identify_rpc(call);
}

// What Query and JSON services have in common: one path, one method, the operation in the message.
ServiceResult<void> DoorHttp::identify_rpc(Call& call) const {
  const ServiceCall& inner = call.service_call;
  const std::string& method = inner.request.method;
  if (method != "POST" && method != "GET") {
    return refuse(405, "UnsupportedHttpVerb",
                  fmt::format("The requested HTTP verb is not supported: {}", method));
  }
  if (inner.path != "/") {
    return refuse(404, "UnknownOperationException",
                  fmt::format("The requested operation is not supported at {}", inner.path));
  }
  if (call.is_json != (call.service->serve_json != nullptr)) {
    return refuse(
        call.is_json ? 404 : 400, call.is_json ? "UnknownOperationException" : "InvalidAction",
        fmt::format("Could not find operation {} of {}", inner.operation, call.service->name));
  }
  if (!call.is_json && inner.operation.empty()) {
    return refuse(400, "MissingAction", "The request must contain the parameter Action.");
  }
  return {};
}

Reply DoorHttp::serve(Call& call, const Fields& query) {
  Reply reply;
  const auto refuse_with = [&](const ServiceError& error) {
    call.refused_with = error.code;
    reply.response = refusal(call, error);
    return reply;
  };
  if (const auto known = identify(call, query); !known) return refuse_with(known.error());

  const auto strike = [&](FaultKind kind) {
    return world_.faults.strike(kind, call.service_call.operation,
                                call.service_call.caller.region.str());
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
  ServiceCall& inner = call.service_call;
  if (call.service->serve_json != nullptr) {
    if (!inner.request.header("X-Amz-Target").starts_with(call.service->target_prefix)) {
      return refuse(400, "UnknownOperationException", "");
    }
    json::error_code error;
    json::value input = inner.request.body.empty() ? json::value(json::object())
                                                   : json::parse(inner.request.body, error);
    if (error || !input.is_object()) {
      return refuse(400, "SerializationException", "The request body is not a JSON object");
    }
    inner.input = std::move(input.get_object());
    TRY(authorize_call(inner, call.service->name));
    const json::object output = TRY(call.service->serve_json(inner));
    return WireResponse{.status = 200,
                        .headers = {{"Content-Type", json_type(call.service)}},
                        .body = output.empty() ? "" : json::serialize(output)};
  }
  // Who has no credentials yet is asked for proof by the operation itself.
  if (inner.operation != "AssumeRoleWithWebIdentity") {
    TRY(authorize_call(inner, call.service->name));
  }
  if (call.is_rest) return call.service->serve_rest(inner);
  std::string document = TRY(call.service->serve_query(inner));
  return WireResponse{
      .status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = std::move(document)};
}

WireResponse DoorHttp::refusal(const Call& call, const ServiceError& error) const {
  const std::string& request_id = call.service_call.request_id;
  if (call.is_rest) return call.service->refuse_rest(error, request_id);
  if (!call.is_json) {
    const Service& service =
        call.service != nullptr ? *call.service : service_of_version(call.version);
    return {.status = error.http_status,
            .headers = {{"Content-Type", "text/xml"}},
            .body = query_error(error, service.xmlns, request_id)};
  }
  std::string code = error.code;
  int status = error.http_status;
  for (const JsonName& name : kJsonNames) {
    if (name.query_code != error.code) continue;
    code = name.json_code;
    status = name.http_status;
  }
  WireResponse response{
      .status = status, .headers = {{"Content-Type", json_type(call.service)}}, .body = {}};
  if (call.service != nullptr && call.service->name == "sqs") {
    response.headers.emplace_back("x-amzn-query-error", code + ";Sender");
    code = fmt::format("com.amazonaws.sqs#{}", sqs_shape_of(code));
  }
  response.body = json::serialize(json::object{{"__type", code}, {"message", error.message}});
  return response;
}

void DoorHttp::log(const Call& call, const Reply& reply) {
  const ServiceCall& inner = call.service_call;
  const Service& service =
      call.service != nullptr ? *call.service : service_of_version(call.version);
  const bool is_known = call.service != nullptr || service.version == call.version;
  calls_.add({.time = world_.clock.now(),
              .service = is_known ? std::string(service.name) : std::string(),
              .operation = inner.operation,
              .region = inner.caller.region.str(),
              .account = inner.caller.account.str(),
              .status = reply.is_lost ? 0 : reply.response.status,
              .code = call.refused_with,
              .request_id = inner.request_id});
}

}  // namespace snapferry::emulator
