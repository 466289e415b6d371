// What each call needs, by service: the tables behind authorize_call(). They look at a request
// without reading it, so that a parameter nobody knows is still refused by the service.
// Source: IAM Service Authorization Reference, 2026-06.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "emulator/iam/access.h"
#include "emulator/iam/evaluation.h"
#include "emulator/iam/iam_model.h"

namespace snapferry::emulator {

/// Nothing when the operation is unknown: a role may not make it. Empty when anyone may.
using Needs = std::optional<std::vector<AccessRequest>>;

Needs rds_needs(const ServiceCall& call);
Needs kms_needs(const ServiceCall& call);
Needs lambda_needs(const ServiceCall& call);
Needs s3_needs(const ServiceCall& call);
Needs messaging_needs(const ServiceCall& call, std::string_view service);   ///< sns, sqs, events
Needs operations_needs(const ServiceCall& call, std::string_view service);  ///< logs, monitoring,
                                                                            ///< ssm, cfn, iam, sts

/// Returns the form's field, "" when it was not sent.
std::string peek(const ServiceCall& call, std::string_view name);
/// Returns the body's member when it is a string, else "".
std::string peek(const boost::json::object& input, std::string_view name);
/// Returns the parameter of a Query or JSON call.
std::string parameter(const ServiceCall& call, std::string_view name);

using TagPairs = std::vector<std::pair<std::string, std::string>>;
/// Returns the tags that the call would set, however its service writes them.
TagPairs request_tags(const ServiceCall& call);
/// Returns aws:RequestTag/k of each, and aws:TagKeys.
std::map<std::string, std::vector<std::string>> tag_context(const TagPairs& tags);

/// Returns "arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE" of the caller's place.
std::string arn_here(const ServiceCall& call, std::string_view service, std::string_view resource);

/// Returns what handing a role to a service takes.
AccessRequest pass_role(const std::string& role_arn, std::string_view service_principal);

/// Returns the role of the session, if it still is the one that the session was issued for.
const IamRole* role_of(const World& world, const Caller& caller);

/// Returns the request as policies see it, with what every request has.
PolicyRequest policy_request(const World& world, const Caller& caller, const IamRole* role,
                             const AccessRequest& request);

/// Notes what was asked and answered, and returns the answer.
ServiceResult<void> noted(const World& world, const PolicyRequest& asked,
                          ServiceResult<void> answer);

/// Refuses with the service's own code.
std::unexpected<ServiceError> refuse_access(const Caller& caller, const AccessRequest& request,
                                            std::string_view reason);

/// Whether the policy of the bucket, queue or topic denies it explicitly.
bool is_denied_by_resource(const World& world, const PolicyRequest& asked);

/// Judges a key's policy together with the identity policies and the grants.
ServiceResult<void> authorize_on_key(const World& world, const Caller& caller, const KmsKey& key,
                                     const AccessRequest& request);

/// A row of a table: an operation, the action it is, where it says on what, and the action that
/// tags take beside it.
struct AccessRow {
  std::string_view operation;
  std::string_view action;  ///< without its prefix; empty: as the operation
  std::vector<std::string> (*resources)(const ServiceCall& call, std::string_view member) = nullptr;
  std::string_view member = {};
  std::string_view tag_action = {};
};

/// Returns the needs by the row of the call's operation: the action on each resource, with the tags
/// asked for in the context, and the tag action. No row: the operation is not known here.
Needs find_needs(const ServiceCall& call, std::string_view prefix, std::span<const AccessRow> rows);

/// For AccessRow::resources: "*", and the parameter that is an ARN itself.
std::vector<std::string> everything(const ServiceCall& call, std::string_view member);
std::vector<std::string> arn_parameter(const ServiceCall& call, std::string_view member);

}  // namespace snapferry::emulator
