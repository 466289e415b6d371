// SPDX-License-Identifier: Apache-2.0
#include "emulator/sns/sns_service.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/query/query_answer.h"
#include "emulator/query/xml_writer.h"
#include "emulator/sns/sns_call.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

// Source: AWS SNS API, CreateTopic, 2023.
constexpr size_t kTopicNameMax = 256;

using Inner = ServiceResult<std::string>;
using Call = SnsCall;

std::unexpected<ServiceError> invalid(std::string_view what, std::string_view reason) {
  return sns_invalid(what, reason);
}

ServiceResult<std::string> required(Call& call, std::string_view name) {
  return sns_required(call, name);
}

ServiceResult<SnsTopic*> need_topic(Call& call, const std::string& arn_text) {
  return sns_need_topic(call, arn_text);
}

// Source: AWS SNS API, SetTopicAttributes, 2023: the rest is computed.
constexpr std::array<std::string_view, 8> kSettable = {
    "DisplayName",   "Policy",           "DeliveryPolicy", "KmsMasterKeyId",
    "TracingConfig", "SignatureVersion", "ArchivePolicy",  "ContentBasedDeduplication"};

ServiceResult<void> check_attribute(const std::string& name, const std::string& value) {
  if (std::ranges::find(kSettable, name) == kSettable.end()) return invalid("AttributeName", "");
  if (name != "Policy" || value.empty()) return {};
  boost::json::error_code error;
  const boost::json::value policy = boost::json::parse(value, error);
  if (error || !policy.is_object() || !policy.get_object().contains("Statement")) {
    return invalid("Policy", "Policy Error: null");
  }
  return {};
}

Inner create_topic(Call& call) {
  const std::string name = TRY(required(call, "Name"));
  const auto attributes = call.call.parameters.pairs("Attributes", "entry", "key", "value");
  const auto tags = call.call.parameters.pairs("Tags", "member");
  TRY(call.call.parameters.refuse_unread());
  const bool is_plain = name.size() <= kTopicNameMax && std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                 (c >= '0' && c <= '9') || c == '_' || c == '-';
                        });
  if (!is_plain) return invalid("Topic Name", "");
  for (const auto& [key, value] : attributes) TRY(check_attribute(key, value));
  const std::string arn =
      fmt::format("arn:{}:sns:{}:{}:{}", call.call.caller.partition, call.call.caller.region.str(),
                  call.call.caller.account.str(), name);
  SnsTopic& topic = call.sns.topics[arn];  // a topic that is there already is given back
  topic.arn = arn;
  topic.account = call.call.caller.account;
  topic.region = call.call.caller.region;
  for (const auto& [key, value] : attributes) topic.attributes[key] = value;
  for (const auto& [key, value] : tags) topic.tags[key] = value;
  XmlWriter xml;
  xml.element("TopicArn", arn);
  return xml.text();
}

Inner delete_topic(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  TRY(call.call.parameters.refuse_unread());
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
  (void)call.call.parameters.text("NextToken");
  TRY(call.call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("Topics");
  for (const auto& [arn, topic] : call.sns.topics) {
    if (topic.account != call.call.caller.account || topic.region != call.call.caller.region)
      continue;
    xml.open("member").element("TopicArn", arn).close();
  }
  xml.close();
  return xml.text();
}

Inner get_topic_attributes(Call& call) {
  const std::string arn = TRY(required(call, "TopicArn"));
  TRY(call.call.parameters.refuse_unread());
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
  const std::string value = call.call.parameters.text("AttributeValue").value_or("");
  TRY(call.call.parameters.refuse_unread());
  SnsTopic* topic = TRY(need_topic(call, arn));
  TRY(check_attribute(name, value));
  topic->attributes[name] = value;
  return "";
}

ServiceResult<SnsTopic*> tagged_topic(Call& call) {
  const std::string arn = TRY(required(call, "ResourceArn"));
  auto topic = need_topic(call, arn);
  if (!topic && topic.error().code == "NotFound") {
    return std::unexpected(ServiceError{404, "ResourceNotFound", "Resource does not exist"});
  }
  return topic;
}

Inner tag_resource(Call& call) {
  SnsTopic* topic = TRY(tagged_topic(call));
  const auto tags = call.call.parameters.pairs("Tags", "member");
  TRY(call.call.parameters.refuse_unread());
  for (const auto& [key, value] : tags) topic->tags[key] = value;
  return "";
}

Inner untag_resource(Call& call) {
  SnsTopic* topic = TRY(tagged_topic(call));
  const auto keys = call.call.parameters.texts("TagKeys");
  TRY(call.call.parameters.refuse_unread());
  for (const std::string& key : keys) topic->tags.erase(key);
  return "";
}

Inner list_tags_for_resource(Call& call) {
  const SnsTopic* topic = TRY(tagged_topic(call));
  TRY(call.call.parameters.refuse_unread());
  XmlWriter xml;
  xml.open("Tags");
  for (const auto& [key, value] : topic->tags) {
    xml.open("member").element("Key", key).element("Value", value).close();
  }
  xml.close();
  return xml.text();
}

struct Operation {
  std::string_view name;
  Inner (*serve)(Call&);
  bool has_result;
};

// Source: botocore 1.43 sns service-2.json, 2026-11.
constexpr std::array kOperations = {
    Operation{"CreateTopic", create_topic, true},
    Operation{"DeleteTopic", delete_topic, false},
    Operation{"ListTopics", list_topics, true},
    Operation{"GetTopicAttributes", get_topic_attributes, true},
    Operation{"SetTopicAttributes", set_topic_attributes, false},
    Operation{"TagResource", tag_resource, true},
    Operation{"UntagResource", untag_resource, true},
    Operation{"ListTagsForResource", list_tags_for_resource, true},
    Operation{"Subscribe", sns_subscribe, true},
    Operation{"ConfirmSubscription", sns_confirm_subscription, true},
    Operation{"Unsubscribe", sns_unsubscribe, false},
    Operation{"ListSubscriptions", sns_list_subscriptions, true},
    Operation{"ListSubscriptionsByTopic", sns_list_subscriptions_by_topic, true},
    Operation{"GetSubscriptionAttributes", sns_get_subscription_attributes, true},
    Operation{"SetSubscriptionAttributes", sns_set_subscription_attributes, false},
    Operation{"Publish", sns_publish, true},
};

}  // namespace

ServiceResult<std::string> serve_sns(ServiceCall& call) {
  const std::string action = call.parameters.text("Action").value_or("");
  const std::string version = call.parameters.text("Version").value_or("");
  const auto* operation = std::ranges::find(kOperations, action, &Operation::name);
  if (operation == kOperations.end() || version != kSnsVersion) {
    return std::unexpected(
        ServiceError{400, "InvalidAction",
                     fmt::format("Could not find operation {} for version {}", action, version)});
  }
  Call inner{.call = call, .sns = call.world.sns};
  const std::string result = TRY(operation->serve(inner));
  return query_answer(action, kSnsXmlns, result, call.request_id, operation->has_result);
}

}  // namespace snapferry::emulator
