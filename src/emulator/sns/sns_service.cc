// SPDX-License-Identifier: Apache-2.0
#include "emulator/sns/sns_service.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/result.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/xml_writer.h"

namespace snapferry::emulator {
namespace {

// Source: AWS SNS API, Publish and CreateTopic, 2023.
constexpr size_t kMessageMax = size_t{256} * 1024;
constexpr size_t kSubjectMax = 100;
constexpr size_t kTopicNameMax = 256;

using Inner = ServiceResult<std::string>;

std::unexpected<ServiceError> refuse(int status, std::string_view code, std::string message) {
  return std::unexpected(ServiceError{status, std::string(code), std::move(message)});
}

std::unexpected<ServiceError> invalid(std::string_view what, std::string_view reason) {
  return refuse(400, "InvalidParameter",
                fmt::format("Invalid parameter: {} Reason: {}", what, reason));
}

struct Call {
  SnsModel& sns;
  core::Instant now;
  const Caller& caller;
  QueryParameters& parameters;
};

ServiceResult<std::string> required(Call& call, std::string_view name) {
  auto value = call.parameters.text(name);
  if (!value || value->empty()) return invalid(name, "no value for required parameter");
  return *value;
}

ServiceResult<SnsTopic*> need_topic(Call& call, const std::string& arn_text) {
  const auto arn = core::parse_arn(arn_text);
  if (!arn || arn->service != "sns" || arn->resource.find(':') != std::string::npos) {
    return invalid("TopicArn",
                   fmt::format("An ARN must have at least 6 elements, not {}", arn_text));
  }
  if (arn->region != call.caller.region) return invalid("TopicArn", "");
  SnsTopic* topic = call.sns.find(call.caller, arn_text);
  if (topic == nullptr) return refuse(404, "NotFound", "Topic does not exist");
  if (topic->account != call.caller.account) {
    return refuse(403, "AuthorizationError",
                  fmt::format("User: {} is not authorized to access resource: {}",
                              call.caller.principal_arn, arn_text));
  }
  return topic;
}

Inner create_topic(Call& call) {
  const std::string name = TRY(required(call, "Name"));
  const auto attributes = call.parameters.pairs("Attributes", "entry", "key", "value");
  const auto tags = call.parameters.pairs("Tags", "member");
  TRY(call.parameters.refuse_unread());
  const bool is_plain = name.size() <= kTopicNameMax && std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '_' || c == '-';
                        });
  if (!is_plain) return invalid("Topic Name", "");
  const std::string arn = fmt::format("arn:{}:sns:{}:{}:{}", call.caller.partition,
                                      call.caller.region.str(), call.caller.account.str(), name);
  SnsTopic& topic = call.sns.topics[arn];  // a topic that is there already is given back
  topic.arn = arn;
  topic.account = call.caller.account;
  topic.region = call.caller.region;
  for (const auto& [key, value] : attributes) topic.attributes[key] = value;
  for (const auto& [key, value] : tags) topic.tags[key] = value;
  XmlWriter xml;
  xml.element("TopicArn", arn);
  return xml.text();
}

Inner delete_topic(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  TRY(call.parameters.refuse_unread());
  auto topic = need_topic(call, arn);
  if (!topic) {
    // Deleting twice is no error; whatever else is wrong with the ARN is.
    if (topic.error().code == "NotFound") return "";
    return std::unexpected(topic.error());
  }
  std::erase_if(call.sns.subscriptions,
                [&](const auto& entry) { return entry.second.topic_arn == arn; });
  call.sns.topics.erase(arn);
  return "";
}

Inner list_topics(Call& call) {
  (void)call.parameters.text("NextToken");
  TRY(call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("Topics");
  for (const auto& [arn, topic] : call.sns.topics) {
    if (topic.account != call.caller.account || topic.region != call.caller.region) continue;
    xml.open("member").element("TopicArn", arn).close();
  }
  xml.close();
  return xml.text();
}

Inner get_topic_attributes(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  TRY(call.parameters.refuse_unread());
  const SnsTopic* topic = TRY(need_topic(call, arn));
  const auto count = [&](bool is_confirmed) {
    return std::to_string(std::ranges::count_if(call.sns.subscriptions, [&](const auto& entry) {
      return entry.second.topic_arn == arn && entry.second.is_confirmed == is_confirmed;
    }));
  };
  std::map<std::string, std::string> all = {{"DisplayName", ""}};
  for (const auto& [key, value] : topic->attributes) all[key] = value;
  all["TopicArn"] = arn;
  all["Owner"] = topic->account.str();
  all["SubscriptionsConfirmed"] = count(true);
  all["SubscriptionsPending"] = count(false);
  all["SubscriptionsDeleted"] = "0";
  XmlWriter xml;
  xml.open("Attributes");
  for (const auto& [key, value] : all) {
    xml.open("entry").element("key", key).element("value", value).close();
  }
  xml.close();
  return xml.text();
}

Inner set_topic_attributes(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  const std::string name = TRY(required(call, "AttributeName"));
  const std::string value = call.parameters.text("AttributeValue").value_or("");
  TRY(call.parameters.refuse_unread());
  SnsTopic* topic = TRY(need_topic(call, arn));
  // Source: AWS SNS API, SetTopicAttributes, 2023: the rest is computed.
  constexpr std::array<std::string_view, 8> kSettable = {
      "DisplayName",   "Policy",           "DeliveryPolicy", "KmsMasterKeyId",
      "TracingConfig", "SignatureVersion", "ArchivePolicy",  "ContentBasedDeduplication"};
  if (std::ranges::find(kSettable, name) == kSettable.end()) return invalid("AttributeName", "");
  topic->attributes[name] = value;
  return "";
}

Inner subscribe(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  const std::string protocol = TRY(required(call, "Protocol"));
  const std::string endpoint = call.parameters.text("Endpoint").value_or("");
  const bool is_arn_wanted = TRY(call.parameters.boolean("ReturnSubscriptionArn")).value_or(false);
  (void)call.parameters.pairs("Attributes", "entry", "key", "value");
  TRY(call.parameters.refuse_unread());
  TRY(need_topic(call, arn));
  // Source: AWS SNS API, Subscribe, 2023. Endpoints of people have to confirm, resources need not.
  constexpr std::array<std::string_view, 9> kProtocols = {
      "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"};
  if (std::ranges::find(kProtocols, protocol) == kProtocols.end()) {
    return invalid("Protocol", fmt::format("Unknown protocol {}", protocol));
  }
  if (endpoint.empty()) return invalid("Endpoint", "Endpoint must not be empty");
  SnsSubscription subscription{.arn = arn + ":" + call.sns.ids.uuid(),
                               .topic_arn = arn,
                               .protocol = protocol,
                               .endpoint = endpoint,
                               .owner = call.caller.account,
                               .is_confirmed = protocol == "sqs" || protocol == "lambda" ||
                                               protocol == "firehose" ||
                                               protocol == "application" || protocol == "sms"};
  XmlWriter xml;
  xml.element("SubscriptionArn", subscription.is_confirmed || is_arn_wanted
                                     ? subscription.arn
                                     : std::string("pending confirmation"));
  const std::string subscription_arn = subscription.arn;
  call.sns.subscriptions[subscription_arn] = std::move(subscription);
  return xml.text();
}

Inner unsubscribe(Call& call) {
  const std::string arn = TRY(required(call, "SubscriptionArn"));
  TRY(call.parameters.refuse_unread());
  call.sns.subscriptions.erase(arn);
  return "";
}

Inner list_subscriptions_by_topic(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  (void)call.parameters.text("NextToken");
  TRY(call.parameters.refuse_unread());
  TRY(need_topic(call, arn));
  XmlWriter xml;
  xml.open("Subscriptions");
  for (const auto& [subscription_arn, subscription] : call.sns.subscriptions) {
    if (subscription.topic_arn != arn) continue;
    xml.open("member")
        .element("SubscriptionArn",
                 subscription.is_confirmed ? subscription_arn : std::string("PendingConfirmation"))
        .element("Owner", subscription.owner.str())
        .element("Protocol", subscription.protocol)
        .element("Endpoint", subscription.endpoint)
        .element("TopicArn", arn)
        .close();
  }
  xml.close();
  return xml.text();
}

Inner publish(Call& call) {
  SnsMessage message;
  message.topic_arn = call.parameters.text("TopicArn").value_or("");
  const std::string target = call.parameters.text("TargetArn").value_or("");
  if (message.topic_arn.empty()) message.topic_arn = target;
  if (message.topic_arn.empty()) {
    return invalid("TopicArn or TargetArn", "no value for required parameter");
  }
  message.message = call.parameters.text("Message").value_or("");
  message.subject = call.parameters.text("Subject").value_or("");
  const std::string structure = call.parameters.text("MessageStructure").value_or("");
  for (const std::string& item : call.parameters.items("MessageAttributes", "entry")) {
    const std::string name = call.parameters.text(item + ".Name").value_or("");
    const std::string type = call.parameters.text(item + ".Value.DataType").value_or("");
    if (type.empty()) {
      return invalid("MessageAttributes",
                     fmt::format("The message attribute '{}' needs a type", name));
    }
    const auto text = call.parameters.text(item + ".Value.StringValue");
    const auto binary = call.parameters.text(item + ".Value.BinaryValue");
    message.attributes[name] = text ? *text : binary.value_or("");
  }
  TRY(call.parameters.refuse_unread());
  TRY(need_topic(call, message.topic_arn));
  if (message.message.empty()) return invalid("Message", "Empty message");
  if (message.message.size() > kMessageMax) return invalid("Message too long", "");
  if (message.subject.size() > kSubjectMax || message.subject.find('\n') != std::string::npos) {
    return invalid("Subject", "");
  }
  if (!structure.empty() && structure != "json") return invalid("MessageStructure", "");
  message.time = call.now;
  XmlWriter xml;
  xml.element("MessageId", call.sns.publish(std::move(message)).message_id);
  return xml.text();
}

struct Operation {
  std::string_view name;
  Inner (*serve)(Call&);
  bool has_result;
};

// Source: botocore 1.43 sns service-2.json, 2026-08.
constexpr std::array kOperations = {
    Operation{"CreateTopic", create_topic, true},
    Operation{"DeleteTopic", delete_topic, false},
    Operation{"ListTopics", list_topics, true},
    Operation{"GetTopicAttributes", get_topic_attributes, true},
    Operation{"SetTopicAttributes", set_topic_attributes, false},
    Operation{"Subscribe", subscribe, true},
    Operation{"Unsubscribe", unsubscribe, false},
    Operation{"ListSubscriptionsByTopic", list_subscriptions_by_topic, true},
    Operation{"Publish", publish, true},
};

}  // namespace

ServiceResult<std::string> serve_sns(SnsModel& sns, core::Instant now, const Caller& caller,
                                     QueryParameters& parameters, const std::string& request_id) {
  const std::string action = parameters.text("Action").value_or("");
  const std::string version = parameters.text("Version").value_or("");
  const auto* operation = std::ranges::find(kOperations, action, &Operation::name);
  if (operation == kOperations.end() || version != kSnsVersion) {
    return refuse(400, "InvalidAction",
                  fmt::format("Could not find operation {} for version {}", action, version));
  }
  Call call{sns, now, caller, parameters};
  const std::string inner = TRY(operation->serve(call));
  return query_answer(action, kSnsXmlns, inner, request_id, operation->has_result);
}

}  // namespace snapferry::emulator
