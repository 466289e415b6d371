// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/cloudformation/resources/resource_tables.h"
#include "emulator/cloudformation/resources/tags.h"
#include "emulator/cloudformation/template/template_text.h"

namespace snapferry::emulator::cloudformation {
namespace {

namespace json = boost::json;

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. FIFO queues are left out, and
// so refused.
constexpr std::string_view kQueue = R"(
DelaySeconds integer
KmsDataKeyReusePeriodSeconds integer
KmsMasterKeyId string
MaximumMessageSize integer
MessageRetentionPeriod integer
QueueName! string
ReceiveMessageWaitTimeSeconds integer
RedriveAllowPolicy json
RedrivePolicy json
SqsManagedSseEnabled boolean
Tags objects
  Key* string
  Value* string
VisibilityTimeout integer
)";
constexpr std::string_view kQueuePolicy = R"(
PolicyDocument* json
Queues* strings
)";
constexpr std::string_view kAttributes =
    "DelaySeconds KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize "
    "MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy "
    "SqsManagedSseEnabled VisibilityTimeout";

ServiceResult<json::object> sqs(ResourceCall& call, const std::string& operation,
                                const json::object& input) {
  return call_json(call.world, call.caller, "sqs", operation, input);
}

// Every attribute is a text to SQS.
json::object attributes_of(const json::object& wanted) {
  json::object attributes;
  for (const auto& [key, value] : pick(wanted, kAttributes)) attributes[key] = to_text(value);
  return attributes;
}

ServiceResult<Made> queue_of(ResourceCall& call, const std::string& url) {
  const json::object output =
      TRY(sqs(call, "GetQueueAttributes",
              {{"QueueUrl", url}, {"AttributeNames", json::array{"QueueArn"}}}));
  const std::string arn = text_of(output.at("Attributes").as_object(), "QueueArn");
  return Made{.physical_id = url,
              .attributes = {
                  {"Arn", arn}, {"QueueName", arn.substr(arn.rfind(':') + 1)}, {"QueueUrl", url}}};
}

ServiceResult<Made> create_queue(ResourceCall& call, const json::object& wanted) {
  std::string name = text_of(wanted, "QueueName");
  if (name.empty()) name = call.generated_name(80);
  json::object input = {{"QueueName", name}};
  const json::object attributes = attributes_of(wanted);
  if (!attributes.empty()) input["Attributes"] = attributes;
  const json::object tags = call.tags(wanted);
  if (!tags.empty()) input["tags"] = tags;
  const json::object output = TRY(sqs(call, "CreateQueue", input));
  return queue_of(call, text_of(output, "QueueUrl"));
}

ServiceResult<Made> update_queue(ResourceCall& call, const std::string& url,
                                 const json::object& had, const json::object& wanted) {
  json::object attributes = attributes_of(wanted);
  // A policy, a key or a switch that the template dropped goes back to none.
  for (std::string_view name : {"RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}) {
    if (had.contains(name) && !wanted.contains(name)) attributes[name] = "";
  }
  if (attributes != attributes_of(had) && !attributes.empty()) {
    TRY(sqs(call, "SetQueueAttributes", {{"QueueUrl", url}, {"Attributes", attributes}}));
  }
  if (is_changed(had, wanted, "Tags")) {
    json::array gone;
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(key);
    }
    if (!gone.empty()) TRY(sqs(call, "UntagQueue", {{"QueueUrl", url}, {"TagKeys", gone}}));
    TRY(sqs(call, "TagQueue", {{"QueueUrl", url}, {"Tags", call.tags(wanted)}}));
  }
  return queue_of(call, url);
}

ServiceResult<void> remove_queue(ResourceCall& call, const std::string& url, const json::object&) {
  const auto removed = sqs(call, "DeleteQueue", {{"QueueUrl", url}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<void> set_policy(ResourceCall& call, const json::object& properties,
                               const std::string& policy) {
  for (const json::value& queue : properties.at("Queues").get_array()) {
    TRY(sqs(call, "SetQueueAttributes",
            {{"QueueUrl", queue}, {"Attributes", json::object{{"Policy", policy}}}}));
  }
  return {};
}

ServiceResult<Made> create_queue_policy(ResourceCall& call, const json::object& wanted) {
  TRY(set_policy(call, wanted, document_text(wanted, "PolicyDocument")));
  const std::string id = call.generated_name(128);
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

ServiceResult<void> remove_queue_policy(ResourceCall& call, const std::string&,
                                        const json::object& had) {
  const auto removed = set_policy(call, had, "");
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

ServiceResult<Made> update_queue_policy(ResourceCall& call, const std::string& id,
                                        const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "Queues")) TRY(remove_queue_policy(call, id, had));
  TRY(set_policy(call, wanted, document_text(wanted, "PolicyDocument")));
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

constexpr std::array kSqsTypes = {
    ResourceType{"AWS::SQS::Queue", "Sqs", kQueue, "Arn QueueName QueueUrl", "QueueName",
                 create_queue, update_queue, remove_queue},
    ResourceType{"AWS::SQS::QueuePolicy", "Sqs", kQueuePolicy, "Id", "", create_queue_policy,
                 update_queue_policy, remove_queue_policy},
};

}  // namespace

std::span<const ResourceType> sqs_resources() {
  return kSqsTypes;
}

}  // namespace snapferry::emulator::cloudformation
