// SPDX-License-Identifier: Apache-2.0
#include "emulator/services.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/cloudformation_service.h"
#include "emulator/door/auth.h"
#include "emulator/events/events_service.h"
#include "emulator/iam/access.h"
#include "emulator/iam/iam_service.h"
#include "emulator/kms/kms_service.h"
#include "emulator/lambda/lambda_service.h"
#include "emulator/logs/logs_service.h"
#include "emulator/metrics/metrics_service.h"
#include "emulator/rds/rds_wire.h"
#include "emulator/s3/s3_service.h"
#include "emulator/sns/sns_service.h"
#include "emulator/sqs/sqs_service.h"
#include "emulator/ssm/ssm_service.h"
#include "emulator/sts/sts_service.h"

namespace snapferry::emulator {
namespace {

ServiceResult<std::string> rds(ServiceCall& call) {
  return serve_rds(call.world, call.caller, call.parameters, call.request_id);
}

ServiceResult<std::string> sts(ServiceCall& call) {
  return serve_sts(call.world, call.now, call.caller, call.parameters, call.request_id);
}

ServiceResult<boost::json::object> kms(ServiceCall& call) {
  return serve_kms(call.world.kms, call.now, call.caller, call.operation, call.input);
}

// Source: botocore 1.43, metadata of each service's model, 2026-08.
constexpr std::array kServices = {
    Service{.name = "rds",
            .serve_query = rds,
            .version = "2014-10-31",
            .xmlns = "http://rds.amazonaws.com/doc/2014-10-31/"},
    Service{.name = "sts", .serve_query = sts, .version = kStsVersion, .xmlns = kStsXmlns},
    Service{.name = "sns", .serve_query = serve_sns, .version = kSnsVersion, .xmlns = kSnsXmlns},
    Service{.name = "iam", .serve_query = serve_iam, .version = kIamVersion, .xmlns = kIamXmlns},
    Service{.name = "cloudformation",
            .serve_query = serve_cloudformation,
            .version = kCloudFormationVersion,
            .xmlns = kCloudFormationXmlns},
    Service{
        .name = "kms", .serve_json = kms, .target_prefix = "TrentService.", .json_version = "1.1"},
    Service{.name = "events",
            .serve_json = serve_events,
            .target_prefix = "AWSEvents.",
            .json_version = "1.1"},
    Service{.name = "logs",
            .serve_json = serve_logs,
            .target_prefix = "Logs_20140328.",
            .json_version = "1.1"},
    Service{.name = "monitoring",
            .serve_json = serve_metrics,
            .target_prefix = "GraniteServiceVersion20100801.",
            .json_version = "1.0"},
    Service{.name = "sqs",
            .serve_json = serve_sqs,
            .target_prefix = "AmazonSQS.",
            .json_version = "1.0"},
    Service{.name = "ssm",
            .serve_json = serve_ssm,
            .target_prefix = "AmazonSSM.",
            .json_version = "1.1"},
    Service{.name = "lambda",
            .serve_rest = serve_lambda,
            .operation_of = operation_of_lambda,
            .refuse_rest = refuse_lambda},
    Service{.name = "s3",
            .serve_rest = serve_s3,
            .operation_of = operation_of_s3,
            .refuse_rest = refuse_s3},
};

std::unexpected<ServiceError> refuse_unknown(std::string_view service) {
  return std::unexpected(ServiceError{
      501, "NotImplemented", fmt::format("the emulator has no service {} of this kind", service)});
}

}  // namespace

std::span<const Service> all_services() {
  return kServices;
}

const Service* find_service(std::string_view name) {
  const auto* found = std::ranges::find(kServices, name, &Service::name);
  return found == kServices.end() ? nullptr : found;
}

ServiceResult<std::string> call_query(World& world, const Caller& caller, std::string_view service,
                                      const std::string& operation, const Fields& parameters) {
  const Service* found = find_service(service);
  if (found == nullptr || found->serve_query == nullptr) return refuse_unknown(service);
  Fields fields = {{"Action", operation}, {"Version", std::string(found->version)}};
  fields.insert(fields.end(), parameters.begin(), parameters.end());
  const WireRequest request{.method = "POST", .target = "/", .headers = {}, .body = {}};
  ServiceCall call{.world = world,
                   .caller = caller,
                   .now = world.clock.now(),
                   .operation = operation,
                   .request = request,
                   .path = "/",
                   .parameters = QueryParameters(std::move(fields))};
  TRY(authorize_call(call, service));
  return found->serve_query(call);
}

ServiceResult<boost::json::object> call_json(World& world, const Caller& caller,
                                             std::string_view service, const std::string& operation,
                                             const boost::json::object& input) {
  const Service* found = find_service(service);
  if (found == nullptr || found->serve_json == nullptr) return refuse_unknown(service);
  const WireRequest request{.method = "POST", .target = "/", .headers = {}, .body = {}};
  ServiceCall call{.world = world,
                   .caller = caller,
                   .now = world.clock.now(),
                   .operation = operation,
                   .request = request,
                   .path = "/",
                   .input = input};
  TRY(authorize_call(call, service));
  return found->serve_json(call);
}

ServiceResult<WireResponse> call_rest(World& world, const Caller& caller, std::string_view service,
                                      const std::string& method, const std::string& target,
                                      const std::string& body) {
  const Service* found = find_service(service);
  if (found == nullptr || found->serve_rest == nullptr) return refuse_unknown(service);
  const WireRequest request{.method = method, .target = target, .headers = {}, .body = body};
  Target parts = TRY(parse_target(target));
  ServiceCall call{.world = world,
                   .caller = caller,
                   .now = world.clock.now(),
                   .request = request,
                   .path = parts.path,
                   .query = parts.query};
  call.operation = found->operation_of(request, call.path, call.query);
  TRY(authorize_call(call, service));
  return found->serve_rest(call);
}

}  // namespace snapferry::emulator
