// Publish, as a caller asks for it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/query/xml_writer.h"
#include "emulator/sns/sns_call.h"
#include "emulator/sns/sns_delivery.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

// Source: AWS SNS API, Publish, 2023.
constexpr size_t kMessageMax = size_t{256} * 1024;
constexpr size_t kSubjectMax = 100;

ServiceResult<SnsMessage> read_message(SnsCall& call) {
  QueryParameters& parameters = call.call.parameters;
  SnsMessage message;
  message.topic_arn = parameters.text("TopicArn").value_or("");
  const std::string target = parameters.text("TargetArn").value_or("");
  if (message.topic_arn.empty()) message.topic_arn = target;
  if (message.topic_arn.empty()) {
    return sns_invalid("TopicArn or TargetArn", "no value for required parameter");
  }
  message.message = parameters.text("Message").value_or("");
  message.subject = parameters.text("Subject").value_or("");
  for (const std::string& item : parameters.items("MessageAttributes", "entry")) {
    const std::string name = parameters.text(item + ".Name").value_or("");
    const std::string type = parameters.text(item + ".Value.DataType").value_or("");
    if (type.empty()) {
      return sns_invalid("MessageAttributes",
                         fmt::format("The message attribute '{}' needs a type", name));
    }
    const auto text = parameters.text(item + ".Value.StringValue");
    const auto binary = parameters.text(item + ".Value.BinaryValue");
    message.attributes[name] = text ? *text : binary.value_or("");
  }
  return message;
}

// Whether the topic's key can be used at all; whether this caller may was asked at the door.
// Source: botocore 1.43 sns service-2.json, Publish, 2026-11.
ServiceResult<void> check_topic_key(SnsCall& call, const SnsTopic& topic) {
  const auto found = topic.attributes.find("KmsMasterKeyId");
  if (found == topic.attributes.end() || found->second.empty()) return {};
  const std::string& reference = found->second;
  if (reference.find("alias/aws/") != std::string::npos) return {};
  const Caller& caller = call.call.caller;
  const KmsKey* key = call.call.world.kms.find(caller, reference);
  const auto refuse = [](std::string_view code, std::string message) {
    return std::unexpected(ServiceError{400, std::string(code), std::move(message)});
  };
  if (key == nullptr) return refuse("KMSNotFound", fmt::format("Invalid keyId {}", reference));
  if (key->state != "Enabled") {
    return refuse(key->state == "Disabled" ? "KMSDisabled" : "KMSInvalidState",
                  fmt::format("{} is {}.", key->arn, key->state));
  }
  return {};
}

}  // namespace

ServiceResult<std::string> sns_publish(SnsCall& call) {
  SnsMessage message = TRY(read_message(call));
  const std::string structure = call.call.parameters.text("MessageStructure").value_or("");
  TRY(call.call.parameters.refuse_unread());
  const SnsTopic* topic = TRY(sns_need_topic(call, message.topic_arn));
  if (message.message.empty()) return sns_invalid("Message", "Empty message");
  if (message.message.size() > kMessageMax) return sns_invalid("Message too long", "");
  if (message.subject.size() > kSubjectMax || message.subject.find('\n') != std::string::npos) {
    return sns_invalid("Subject", "");
  }
  if (!structure.empty() && structure != "json") return sns_invalid("MessageStructure", "");
  TRY(check_topic_key(call, *topic));
  message.time = call.call.now;
  XmlWriter xml;
  xml.element("MessageId", deliver(call.call.world, std::move(message)).message_id);
  return xml.text();
}

std::unexpected<ServiceError> sns_invalid(std::string_view what, std::string_view reason) {
  return std::unexpected(ServiceError{
      400, "InvalidParameter", fmt::format("Invalid parameter: {} Reason: {}", what, reason)});
}

ServiceResult<std::string> sns_required(SnsCall& call, std::string_view name) {
  auto value = call.call.parameters.text(name);
  if (!value || value->empty()) return sns_invalid(name, "no value for required parameter");
  return *value;
}

ServiceResult<SnsTopic*> sns_need_topic(SnsCall& call, const std::string& arn_text) {
  const Caller& caller = call.call.caller;
  const auto arn = core::parse_arn(arn_text);
  if (!arn || arn->service != "sns" || arn->resource.find(':') != std::string::npos) {
    return sns_invalid("TopicArn",
                       fmt::format("An ARN must have at least 6 elements, not {}", arn_text));
  }
  if (arn->region != caller.region) return sns_invalid("TopicArn", "");
  SnsTopic* topic = call.sns.find(caller, arn_text);
  if (topic == nullptr) {
    return std::unexpected(ServiceError{404, "NotFound", "Topic does not exist"});
  }
  if (topic->account != caller.account) {
    return std::unexpected(
        ServiceError{403, "AuthorizationError",
                     fmt::format("User: {} is not authorized to access resource: {}",
                                 caller.principal_arn, arn_text)});
  }
  return topic;
}

}  // namespace snapferry::emulator
