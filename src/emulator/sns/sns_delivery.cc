// SPDX-License-Identifier: Apache-2.0
#include "emulator/sns/sns_delivery.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/door/auth.h"
#include "emulator/iam/service_permission.h"
#include "emulator/query/xml_writer.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

// One rule of a filter policy against an attribute's value; nullptr when the message has none.
bool accepts(const json::value& rule, const std::string* value) {
  if (rule.is_string()) return value != nullptr && rule.get_string() == *value;
  const json::object* object = rule.if_object();
  if (object == nullptr) return false;
  if (const json::value* exists = object->if_contains("exists")) {
    return *exists == (value != nullptr);
  }
  if (value == nullptr) return false;
  if (const json::value* prefix = object->if_contains("prefix")) {
    return prefix->is_string() &&
           std::string_view(*value).starts_with(std::string_view(prefix->get_string()));
  }
  if (const json::value* others = object->if_contains("anything-but")) {
    if (others->is_string()) return others->get_string() != *value;
    return others->is_array() && std::ranges::none_of(others->get_array(), [&](const auto& one) {
             return one.is_string() && one.get_string() == *value;
           });
  }
  return false;
}

// Source: Amazon SNS Developer Guide, "Filter policy constraints", 2024.
bool passes_filter(const SnsSubscription& subscription, const SnsMessage& message) {
  const auto policy = subscription.attributes.find("FilterPolicy");
  if (policy == subscription.attributes.end()) return true;
  const auto scope = subscription.attributes.find("FilterPolicyScope");
  std::map<std::string, std::string> values = message.attributes;
  json::error_code error;
  if (scope != subscription.attributes.end() && scope->second == "MessageBody") {
    values.clear();
    const json::value body = json::parse(message.message, error);
    if (error || !body.is_object()) return false;
    for (const auto& [name, value] : body.get_object()) {
      if (value.is_string()) values[std::string(name)] = std::string(value.get_string());
    }
  }
  const json::value document = json::parse(policy->second, error);
  if (error || !document.is_object()) return false;
  return std::ranges::all_of(document.get_object(), [&](const auto& entry) {
    const auto found = values.find(std::string(entry.key()));
    const std::string* value = found == values.end() ? nullptr : &found->second;
    const json::value& rules = entry.value();
    return rules.is_array() && std::ranges::any_of(rules.get_array(), [&](const json::value& rule) {
             return accepts(rule, value);
           });
  });
}

// Source: Amazon SNS Developer Guide, "Parsing message formats", 2024. The signature is of nobody.
std::string envelope(const World& world, const SnsSubscription& subscription,
                     const SnsMessage& message) {
  json::object document = {
      {"Type", "Notification"}, {"MessageId", message.message_id}, {"TopicArn", message.topic_arn}};
  if (!message.subject.empty()) document["Subject"] = message.subject;
  document["Message"] = message.message;
  document["Timestamp"] = format_wire_time(message.time);
  document["SignatureVersion"] = "1";
  document["Signature"] = "EXAMPLE";
  document["SigningCertURL"] = world.endpoint_url + "/SimpleNotificationService.pem";
  document["UnsubscribeURL"] = fmt::format("{}/?Action=Unsubscribe&SubscriptionArn={}",
                                           world.endpoint_url, subscription.arn);
  if (!message.attributes.empty()) {
    json::object attributes;
    for (const auto& [name, value] : message.attributes) {
      attributes[name] = json::object{{"Type", "String"}, {"Value", value}};
    }
    document["MessageAttributes"] = std::move(attributes);
  }
  return json::serialize(document);
}

SnsDelivery deliver_to(World& world, const SnsSubscription& subscription,
                       const SnsMessage& message) {
  SnsDelivery delivery{
      .protocol = subscription.protocol, .endpoint = subscription.endpoint, .refused_with = {}};
  if (subscription.protocol != "sqs") return delivery;
  const auto raw = subscription.attributes.find("RawMessageDelivery");
  const bool is_raw = raw != subscription.attributes.end() && raw->second == "true";
  const auto sent = world.sqs.send(
      subscription.endpoint, is_raw ? message.message : envelope(world, subscription, message),
      is_raw ? message.attributes : std::map<std::string, std::string>(), message.time,
      "sns.amazonaws.com", message.topic_arn);
  if (!sent) delivery.refused_with = fmt::format("{}: {}", sent.error().code, sent.error().message);
  return delivery;
}

// A topic that was given no policy lets its own account's alarms in, and no other service.
// Source: Amazon SNS Developer Guide, "Default access policy" (AWS:SourceOwner), 2024; EventBridge
// User Guide, "Resource-based policies": SNS topics need one, 2024.
bool is_let_in_by_default(const SnsTopic& topic, const ServiceUse& use) {
  return use.service_principal == "cloudwatch.amazonaws.com" && use.account == topic.account.str();
}

// What the topic's policy and key say of the service.
ServiceResult<void> may_publish(World& world, const SnsTopic& topic, const ServiceUse& use) {
  const auto policy = topic.attributes.find("Policy");
  const bool is_let_in = policy == topic.attributes.end() || policy->second.empty()
                             ? is_let_in_by_default(topic, use)
                             : allows_service(policy->second, use);
  if (!is_let_in) {
    return std::unexpected(ServiceError{
        403, "AuthorizationError",
        fmt::format("User: {} is not authorized to perform: SNS:Publish on resource: "
                    "{} because no resource-based policy allows the SNS:Publish action",
                    use.service_principal, topic.arn)});
  }
  const auto key = topic.attributes.find("KmsMasterKeyId");
  if (key == topic.attributes.end() || key->second.empty()) return {};
  return lets_service_encrypt(world.kms, root_of(topic.account, topic.region), key->second, use);
}

}  // namespace

const SnsMessage& deliver(World& world, SnsMessage message) {
  SnsMessage& kept = world.sns.publish(std::move(message));
  for (const auto& [arn, subscription] : world.sns.subscriptions) {
    const bool is_meant = subscription.topic_arn == kept.topic_arn && subscription.is_confirmed &&
                          passes_filter(subscription, kept);
    if (is_meant) kept.deliveries.push_back(deliver_to(world, subscription, kept));
  }
  return kept;
}

ServiceResult<void> publish_as_service(World& world, const std::string& service_principal,
                                       const std::string& source_arn, const std::string& topic_arn,
                                       const std::string& subject, const std::string& message) {
  const auto found = world.sns.topics.find(topic_arn);
  if (found == world.sns.topics.end()) {
    return std::unexpected(ServiceError{404, "NotFound", "Topic does not exist"});
  }
  const SnsTopic& topic = found->second;
  const auto source = core::parse_arn(source_arn);
  SnsMessage published{.message_id = {},
                       .topic_arn = topic_arn,
                       .subject = subject,
                       .message = message,
                       .attributes = {},
                       .time = world.clock.now()};
  const auto allowed =
      may_publish(world, topic,
                  {.service_principal = service_principal,
                   .action = "sns:Publish",
                   .resource = topic_arn,
                   .source_arn = source_arn,
                   .account = source ? source->account.str() : topic.account.str()});
  if (!allowed) {
    // AWS loses it without a word to the sender; here somebody may look.
    published.deliveries = {
        {.protocol = "sns",
         .endpoint = topic_arn,
         .refused_with = fmt::format("{}: {}", allowed.error().code, allowed.error().message)}};
    world.sns.publish(std::move(published));
    return allowed;
  }
  deliver(world, std::move(published));
  return {};
}

}  // namespace snapferry::emulator
