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

// Source: CloudFormation resource schemas in cfn-lint 1.51, 2026-11. What the emulator's SNS does
// not know (FIFO topics, delivery logging, data protection) is left out, and so refused.
constexpr std::string_view kTopic = R"(
DisplayName string
KmsMasterKeyId string
SignatureVersion string
TracingConfig string
Subscription objects
  Endpoint* string
  Protocol* string
Tags objects
  Key* string
  Value* string
TopicName! string
)";
constexpr std::string_view kTopicPolicy = R"(
PolicyDocument* json
Topics* strings
)";
constexpr std::string_view kSubscription = R"(
DeliveryPolicy json
Endpoint! string
FilterPolicy json
FilterPolicyScope string
Protocol*! string
RawMessageDelivery boolean
RedrivePolicy json
TopicArn*! string
)";
constexpr std::array<std::string_view, 4> kTopicAttributes = {"DisplayName", "KmsMasterKeyId",
                                                              "SignatureVersion", "TracingConfig"};
constexpr std::array<std::string_view, 5> kSubscriptionAttributes = {
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"};

ServiceResult<std::string> sns(ResourceCall& call, const std::string& operation,
                               const Fields& fields) {
  return call_query(call.world, call.caller, "sns", operation, fields);
}

ServiceResult<void> set_attribute(ResourceCall& call, const std::string& topic,
                                  std::string_view name, const std::string& value) {
  TRY(sns(call, "SetTopicAttributes",
          {{"TopicArn", topic}, {"AttributeName", std::string(name)}, {"AttributeValue", value}}));
  return {};
}

Made topic_of(const std::string& arn) {
  return {.physical_id = arn,
          .attributes = {{"TopicArn", arn}, {"TopicName", arn.substr(arn.rfind(':') + 1)}}};
}

ServiceResult<Made> create_topic(ResourceCall& call, const json::object& wanted) {
  Fields fields = {{"Name", text_of(wanted, "TopicName")}};
  if (fields[0].second.empty()) fields[0].second = call.generated_name(256);
  int number = 0;
  for (std::string_view name : kTopicAttributes) {
    if (!wanted.contains(name)) continue;
    const std::string item = fmt::format("Attributes.entry.{}", ++number);
    fields.emplace_back(item + ".key", std::string(name));
    fields.emplace_back(item + ".value", text_of(wanted, name));
  }
  add_tag_fields(fields, call.tags(wanted));
  const std::string arn = element_text(TRY(sns(call, "CreateTopic", fields)), "TopicArn");
  if (const json::value* subscriptions = wanted.if_contains("Subscription")) {
    for (const json::value& item : subscriptions->get_array()) {
      TRY(sns(call, "Subscribe",
              {{"TopicArn", arn},
               {"Protocol", text_of(item.get_object(), "Protocol")},
               {"Endpoint", text_of(item.get_object(), "Endpoint")}}));
    }
  }
  return topic_of(arn);
}

ServiceResult<Made> update_topic(ResourceCall& call, const std::string& arn,
                                 const json::object& had, const json::object& wanted) {
  for (std::string_view name : kTopicAttributes) {
    if (is_changed(had, wanted, name)) TRY(set_attribute(call, arn, name, text_of(wanted, name)));
  }
  if (is_changed(had, wanted, "Tags")) {
    Fields gone = {{"ResourceArn", arn}};
    for (const std::string& key : removed_keys(call.tags(had), call.tags(wanted))) {
      gone.emplace_back(fmt::format("TagKeys.member.{}", gone.size()), key);
    }
    if (gone.size() > 1) TRY(sns(call, "UntagResource", gone));
    Fields fields = {{"ResourceArn", arn}};
    add_tag_fields(fields, call.tags(wanted));
    if (fields.size() > 1) TRY(sns(call, "TagResource", fields));
  }
  if (is_changed(had, wanted, "Subscription")) {
    return std::unexpected(ServiceError{400, "ValidationError",
                                        "The emulator does not change the Subscription list of a "
                                        "topic; use AWS::SNS::Subscription"});
  }
  return topic_of(arn);
}

ServiceResult<void> remove_topic(ResourceCall& call, const std::string& arn, const json::object&) {
  const auto removed = sns(call, "DeleteTopic", {{"TopicArn", arn}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

// What SNS gives a topic that nobody wrote a policy for.
// Source: the policy that GetTopicAttributes shows for a new topic; AWS SNS Developer Guide, 2023.
std::string default_policy(const ResourceCall& call, const std::string& topic) {
  return json::serialize(json::object{
      {"Version", "2008-10-17"},
      {"Id", "__default_policy_ID"},
      {"Statement",
       json::array{json::object{
           {"Sid", "__default_statement_ID"},
           {"Effect", "Allow"},
           {"Principal", json::object{{"AWS", "*"}}},
           {"Action", json::array{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes",
                                  "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
                                  "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"}},
           {"Resource", topic},
           {"Condition",
            json::object{{"StringEquals",
                          json::object{{"AWS:SourceOwner", call.caller.account.str()}}}}}}}}});
}

ServiceResult<void> put_policies(ResourceCall& call, const json::object& wanted) {
  for (const json::value& topic : wanted.at("Topics").get_array()) {
    TRY(set_attribute(call, to_text(topic), "Policy", document_text(wanted, "PolicyDocument")));
  }
  return {};
}

ServiceResult<Made> create_topic_policy(ResourceCall& call, const json::object& wanted) {
  TRY(put_policies(call, wanted));
  const std::string id = call.generated_name(256);
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

ServiceResult<void> remove_topic_policy(ResourceCall& call, const std::string&,
                                        const json::object& had) {
  for (const json::value& topic : had.at("Topics").get_array()) {
    const std::string arn = to_text(topic);
    const auto reset = set_attribute(call, arn, "Policy", default_policy(call, arn));
    if (!reset) TRY(unless_missing(reset.error()));
  }
  return {};
}

ServiceResult<Made> update_topic_policy(ResourceCall& call, const std::string& id,
                                        const json::object& had, const json::object& wanted) {
  if (is_changed(had, wanted, "Topics")) TRY(remove_topic_policy(call, id, had));
  TRY(put_policies(call, wanted));
  return Made{.physical_id = id, .attributes = {{"Id", id}}};
}

ServiceResult<Made> create_subscription(ResourceCall& call, const json::object& wanted) {
  Fields fields = {{"TopicArn", text_of(wanted, "TopicArn")},
                   {"Protocol", text_of(wanted, "Protocol")},
                   {"Endpoint", text_of(wanted, "Endpoint")},
                   {"ReturnSubscriptionArn", "true"}};
  int number = 0;
  for (std::string_view name : kSubscriptionAttributes) {
    if (!wanted.contains(name)) continue;
    const std::string item = fmt::format("Attributes.entry.{}", ++number);
    fields.emplace_back(item + ".key", std::string(name));
    fields.emplace_back(item + ".value", text_of(wanted, name));
  }
  const std::string arn = element_text(TRY(sns(call, "Subscribe", fields)), "SubscriptionArn");
  return Made{.physical_id = arn, .attributes = {{"Arn", arn}}};
}

ServiceResult<Made> update_subscription(ResourceCall& call, const std::string& arn,
                                        const json::object& had, const json::object& wanted) {
  for (std::string_view name : kSubscriptionAttributes) {
    if (!is_changed(had, wanted, name)) continue;
    TRY(sns(call, "SetSubscriptionAttributes",
            {{"SubscriptionArn", arn},
             {"AttributeName", std::string(name)},
             {"AttributeValue", text_of(wanted, name)}}));
  }
  return Made{.physical_id = arn, .attributes = {{"Arn", arn}}};
}

ServiceResult<void> remove_subscription(ResourceCall& call, const std::string& arn,
                                        const json::object&) {
  const auto removed = sns(call, "Unsubscribe", {{"SubscriptionArn", arn}});
  return removed ? ServiceResult<void>() : unless_missing(removed.error());
}

constexpr std::array kSnsTypes = {
    ResourceType{"AWS::SNS::Topic", "Sns", kTopic, "TopicArn TopicName", "TopicName", create_topic,
                 update_topic, remove_topic},
    ResourceType{"AWS::SNS::TopicPolicy", "Sns", kTopicPolicy, "Id", "", create_topic_policy,
                 update_topic_policy, remove_topic_policy},
    ResourceType{"AWS::SNS::Subscription", "Sns", kSubscription, "Arn", "", create_subscription,
                 update_subscription, remove_subscription},
};

}  // namespace

std::span<const ResourceType> sns_resources() {
  return kSnsTypes;
}

}  // namespace snapferry::emulator::cloudformation
