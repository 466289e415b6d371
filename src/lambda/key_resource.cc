// SPDX-License-Identifier: Apache-2.0
#include "lambda/key_resource.h"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "engine/retry.h"

namespace snapferry::lambda {
namespace {

namespace json = boost::json;
using core::ErrorKind;

constexpr const char* kNotDelivered = "Snapferry.ResponseNotDelivered";
// Of a key's own tag; the role that makes keys may touch none without it.
constexpr const char* kStackTag = "snapferry:stack";
// Units: characters. Ours: CloudFormation takes a response of 4096 bytes, and the ids of a stack
// can fill half of it.
constexpr size_t kReasonMax = 1000;
// Ours: a role that was made a moment ago is not yet known to KMS; IAM says "a few seconds", users
// see up to half a minute. Eight pauses of 4 s fit twice into the function's minute.
constexpr int kPolicyTriesMax = 8;
constexpr core::Milliseconds kPolicyPause{4'000};
// Ours: of a response that is lost, CloudFormation waits an hour. Five tries in under half a
// minute.
constexpr int kDeliveryTriesMax = 5;
constexpr core::Milliseconds kDeliveryPause{1'000};
constexpr core::Milliseconds kDeliveryTimeMax{10'000};

std::string reason_of(const core::Error& error) {
  std::string reason =
      fmt::format("{}. What to do: {}", core::describe(error), core::next_act(error));
  for (char& c : reason) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (reason.size() > kReasonMax) reason.resize(kReasonMax);
  return reason;
}

core::Result<void> check_usable(const KeyRequest& request, const core::Key& key) {
  const std::string region = request.region.str();
  const auto refuse = [&](std::string what, std::string hint) {
    return core::fail(ErrorKind::conflict,
                      fmt::format("{} in {} is {} that {}", request.alias, region, key.arn, what),
                      std::move(hint));
  };
  if (!key.is_customer_managed || !key.is_symmetric_encryption) {
    return refuse("is no customer-managed symmetric encryption key",
                  fmt::format("Delete the alias with: aws kms delete-alias --region {} "
                              "--alias-name {}",
                              region, request.alias));
  }
  if (key.state == "PendingDeletion") {
    return refuse(
        "is pending deletion, and with it every copy under it",
        fmt::format("Keep the key with: aws kms cancel-key-deletion --region {0} --key-id "
                    "{1} && aws kms enable-key --region {0} --key-id {1}",
                    region, key.key_id));
  }
  if (key.state != "Enabled") {
    return refuse(fmt::format("is not enabled but {}", key.state),
                  fmt::format("Enable it with: aws kms enable-key --region {} --key-id {}", region,
                              key.key_id));
  }
  return {};
}

std::string response(const KeyRequest& request, const core::Result<core::Key>& key) {
  json::object document{{"Status", key ? "SUCCESS" : "FAILED"},
                        {"StackId", request.stack_id},
                        {"RequestId", request.request_id},
                        {"LogicalResourceId", request.logical_id}};
  std::string physical_id = request.physical_id;
  if (request.type != "Delete" && key) {
    physical_id = key->arn;
    document["Data"] =
        json::object{{"KeyArn", key->arn}, {"KeyId", key->key_id}, {"AliasName", request.alias}};
  }
  // CloudFormation wants one of a failure too, and deletes by it afterwards.
  if (physical_id.empty()) physical_id = "no-key-was-made";
  document["PhysicalResourceId"] = physical_id;
  document["Reason"] =
      key ? "the key is kept, whatever becomes of the stack" : reason_of(key.error());
  return json::serialize(document);
}

}  // namespace

template <class F>
auto KeyHandler::patiently(F call) -> decltype(call()) {
  const core::Region region;
  engine::Retry retry({.attempts_max = 4}, world_.clock, world_.seed, {});
  return retry({.operation = "KMS", .region = region, .is_write = false}, std::move(call));
}

core::Result<core::Key> KeyHandler::tend(aws::KmsApi& kms, const KeyRequest& request,
                                         core::Key key) {
  TRY(check_usable(request, key));
  TRY(patiently([&] { return kms.put_key_policy(key.key_id, key_policy(request)); }));
  const bool is_rotated = TRY(patiently([&] { return kms.is_key_rotated(key.key_id); }));
  if (!is_rotated) TRY(patiently([&] { return kms.enable_key_rotation(key.key_id); }));
  return key;
}

core::Result<core::Key> KeyHandler::make(aws::KmsApi& kms, const KeyRequest& request) {
  const aws::CreateKeyInput input{
      .policy = key_policy(request),
      .description = fmt::format("Copies of RDS snapshots by the Snapferry stack {}; kept when the "
                                 "stack is deleted",
                                 request.stack_name),
      .tags = {{kStackTag, request.stack_name}}};
  const auto create = [&] { return kms.create_key(input); };
  auto key = patiently(create);
  for (int tries = 1; tries < kPolicyTriesMax && !key &&
                      key.error().aws_code == "MalformedPolicyDocumentException";
       ++tries) {
    world_.log.log(Level::warn, "KMS does not know the role yet; trying again");
    if (!world_.clock.sleep(kPolicyPause)) break;
    key = patiently(create);
  }
  if (!key) return key;
  world_.log.log(Level::info, "made a key", {{"key", key->arn}});
  const auto named = patiently([&] { return kms.create_alias(request.alias, key->key_id); });
  if (named) {
    TRY(patiently([&] { return kms.enable_key_rotation(key->key_id); }));
    return key;
  }
  world_.log.log(Level::error, fmt::format("the key {} has no alias and is not used", key->arn),
                 {{"key", key->arn}});
  if (named.error().aws_code == "AlreadyExistsException") {
    // Another request made it at the same time. Its key is the one that will be found again.
    auto other = TRY(patiently([&] { return kms.describe_key(core::KeyRef(request.alias)); }));
    return tend(kms, request, std::move(other));
  }
  return std::unexpected(core::with_context(
      named.error(), fmt::format("the key {} was made, but could not be named", key->arn)));
}

core::Result<core::Key> KeyHandler::ensure(const KeyRequest& request) {
  if (request.type != "Create" && request.type != "Update") {
    return core::fail(ErrorKind::invalid, "RequestType is neither Create, Update nor Delete");
  }
  if (const std::string problem = problem_of(request); !problem.empty()) {
    return core::fail(ErrorKind::invalid, problem, "Mend the resource's properties.");
  }
  aws::KmsApi kms = world_.kms_in(request.region);
  auto found = patiently([&] { return kms.describe_key(core::KeyRef(request.alias)); });
  if (found) return tend(kms, request, std::move(*found));
  if (found.error().kind == ErrorKind::missing) return make(kms, request);
  return std::unexpected(std::move(found).error());
}

core::Result<void> KeyHandler::deliver(const std::string& url, const std::string& document) {
  aws::HttpRequest request;
  request.method = "PUT";
  request.url = url;
  request.read_timeout = kDeliveryTimeMax;
  // The URL is signed for an empty one.
  request.headers.emplace_back("Content-Type", "");
  request.body = document;
  std::string last;
  core::Milliseconds pause = kDeliveryPause;
  for (int tries = 0; tries < kDeliveryTriesMax; ++tries) {
    if (tries > 0 && !world_.clock.sleep(pause)) break;
    if (tries > 0) pause *= 2;
    const auto answer = world_.transport.send(request);
    if (answer && answer->status >= 200 && answer->status < 300) return {};
    // Neither the URL nor an answer that may echo it goes into a message.
    last = answer ? fmt::format("status {}", answer->status)
                  : std::string(core::to_string(answer.error().kind)) + " failure of the network";
    world_.log.log(Level::warn, "CloudFormation did not take the response: " + last);
  }
  return core::fail(ErrorKind::transient, "CloudFormation did not take the response: " + last,
                    "The URL is valid for two hours; Lambda tries again by itself.");
}

Reply KeyHandler::handle(const Invocation& invocation) {
  auto request = parse_key_request(invocation.event);
  if (!request) {
    world_.log.log(Level::error, "nothing done: " + core::describe(request.error()));
    return std::unexpected(Failure{
        kBadEvent, fmt::format("nothing done: {} (hint: {})", core::describe(request.error()),
                               core::next_act(request.error()))});
  }
  world_.log.log(
      Level::info, "asked for the key",
      {{"type", request->type}, {"alias", request->alias}, {"region", request->region.str()}});
  // A key that is gone takes every copy under it along: deleting the resource deletes nothing.
  const core::Result<core::Key> key =
      request->type == "Delete" ? core::Result<core::Key>(core::Key{}) : ensure(*request);
  const std::string document = response(*request, key);
  if (!key) {
    world_.log.log(Level::error, reason_of(key.error()));
  }
  if (const auto delivered = deliver(request->response_url, document); !delivered) {
    return std::unexpected(Failure{kNotDelivered, core::describe(delivered.error())});
  }
  const json::object answer{{"type", "key"},
                            {"status", key ? "SUCCESS" : "FAILED"},
                            {"key", key ? key->arn : ""},
                            {"reason", key ? "" : reason_of(key.error())}};
  return Answer{.text = json::serialize(answer), .shorter = {}};
}

}  // namespace snapferry::lambda
