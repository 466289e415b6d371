// SNS, SQS and EventBridge: what their calls need.
// Source: IAM Service Authorization Reference, 2026-06.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "emulator/iam/access_needs.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

std::vector<std::string> topic_name(const ServiceCall& call, std::string_view member) {
  return {arn_here(call, "sns", peek(call, member))};
}

std::vector<std::string> publish_target(const ServiceCall& call, std::string_view) {
  const std::string topic = peek(call, "TopicArn");
  return {topic.empty() ? peek(call, "TargetArn") : topic};
}

// A subscription's ARN is its topic's and one part more; the right is the topic's.
std::vector<std::string> topic_of_subscription(const ServiceCall& call, std::string_view member) {
  const std::string arn = peek(call, member);
  return {arn.substr(0, arn.rfind(':'))};
}

constexpr auto kSns = std::to_array<AccessRow>({
    {"CreateTopic", "", topic_name, "Name", "TagResource"},
    {"DeleteTopic", "", arn_parameter, "TopicArn"},
    {"ListTopics", "", everything},
    {"GetTopicAttributes", "", arn_parameter, "TopicArn"},
    {"SetTopicAttributes", "", arn_parameter, "TopicArn"},
    {"Subscribe", "", arn_parameter, "TopicArn"},
    {"ConfirmSubscription", "", arn_parameter, "TopicArn"},
    {"Unsubscribe", "", topic_of_subscription, "SubscriptionArn"},
    {"GetSubscriptionAttributes", "", topic_of_subscription, "SubscriptionArn"},
    {"SetSubscriptionAttributes", "", topic_of_subscription, "SubscriptionArn"},
    {"ListSubscriptions", "", everything},
    {"ListSubscriptionsByTopic", "", arn_parameter, "TopicArn"},
    {"Publish", "", publish_target},
    {"PublishBatch", "Publish", arn_parameter, "TopicArn"},
    {"AddPermission", "", arn_parameter, "TopicArn"},
    {"RemovePermission", "", arn_parameter, "TopicArn"},
    {"TagResource", "", arn_parameter, "ResourceArn"},
    {"UntagResource", "", arn_parameter, "ResourceArn"},
    {"ListTagsForResource", "", arn_parameter, "ResourceArn"},
});

std::vector<std::string> queue_name(const ServiceCall& call, std::string_view member) {
  return {arn_here(call, "sqs", peek(call.input, member))};
}

// ".../123456789012/name"
std::vector<std::string> queue_url(const ServiceCall& call, std::string_view member) {
  const std::string url = peek(call.input, member);
  const auto name = url.rfind('/');
  const auto account = name == std::string::npos || name == 0 ? name : url.rfind('/', name - 1);
  if (account == std::string::npos) return {arn_here(call, "sqs", url)};
  return {fmt::format("arn:{}:sqs:{}:{}:{}", call.caller.partition, call.caller.region.str(),
                      url.substr(account + 1, name - account - 1), url.substr(name + 1))};
}

constexpr auto kSqs = std::to_array<AccessRow>({
    {"CreateQueue", "", queue_name, "QueueName", "TagQueue"},
    {"GetQueueUrl", "", queue_name, "QueueName"},
    {"DeleteQueue", "", queue_url, "QueueUrl"},
    {"GetQueueAttributes", "", queue_url, "QueueUrl"},
    {"SetQueueAttributes", "", queue_url, "QueueUrl"},
    {"SendMessage", "", queue_url, "QueueUrl"},
    {"SendMessageBatch", "SendMessage", queue_url, "QueueUrl"},
    {"ReceiveMessage", "", queue_url, "QueueUrl"},
    {"DeleteMessage", "", queue_url, "QueueUrl"},
    {"DeleteMessageBatch", "DeleteMessage", queue_url, "QueueUrl"},
    {"ChangeMessageVisibility", "", queue_url, "QueueUrl"},
    {"ChangeMessageVisibilityBatch", "ChangeMessageVisibility", queue_url, "QueueUrl"},
    {"PurgeQueue", "", queue_url, "QueueUrl"},
    {"ListDeadLetterSourceQueues", "", queue_url, "QueueUrl"},
    {"TagQueue", "", queue_url, "QueueUrl"},
    {"UntagQueue", "", queue_url, "QueueUrl"},
    {"ListQueueTags", "", queue_url, "QueueUrl"},
    {"AddPermission", "", queue_url, "QueueUrl"},
    {"RemovePermission", "", queue_url, "QueueUrl"},
    {"ListQueues", "", everything},
});

// A rule of the default bus is rule/NAME; of another one, rule/BUS/NAME.
std::vector<std::string> rule(const ServiceCall& call, std::string_view member) {
  std::string bus = peek(call.input, "EventBusName");
  bus = bus.substr(bus.rfind('/') + 1);
  const std::string name = peek(call.input, member);
  return {arn_here(
      call, "events",
      bus.empty() || bus == "default" ? "rule/" + name : fmt::format("rule/{}/{}", bus, name))};
}

std::string bus_arn(const ServiceCall& call, const std::string& name) {
  if (name.starts_with("arn:")) return name;
  return arn_here(call, "events", "event-bus/" + (name.empty() ? "default" : name));
}

std::vector<std::string> bus(const ServiceCall& call, std::string_view member) {
  return {bus_arn(call, peek(call.input, member))};
}

constexpr auto kEvents = std::to_array<AccessRow>({
    {"PutRule", "", rule, "Name", "TagResource"},
    {"DeleteRule", "", rule, "Name"},
    {"DescribeRule", "", rule, "Name"},
    {"EnableRule", "", rule, "Name"},
    {"DisableRule", "", rule, "Name"},
    {"PutTargets", "", rule, "Rule"},
    {"RemoveTargets", "", rule, "Rule"},
    {"ListTargetsByRule", "", rule, "Rule"},
    {"ListRules", "", everything},
    {"ListRuleNamesByTarget", "", everything},
    {"ListEventBuses", "", everything},
    {"CreateEventBus", "", bus, "Name", "TagResource"},
    {"DeleteEventBus", "", bus, "Name"},
    {"DescribeEventBus", "", bus, "Name"},
    {"PutPermission", "", bus, "EventBusName"},
    {"RemovePermission", "", bus, "EventBusName"},
    {"TestEventPattern", "", everything},
    {"TagResource", "", arn_parameter, "ResourceARN"},
    {"UntagResource", "", arn_parameter, "ResourceARN"},
    {"ListTagsForResource", "", arn_parameter, "ResourceARN"},
});

const json::array& list_of(const json::object& input, std::string_view member) {
  static const json::array empty;
  const json::value* value = input.if_contains(member);
  return value != nullptr && value->is_array() ? value->get_array() : empty;
}

// Each entry is asked about by itself: its bus, its source, its kind.
std::vector<AccessRequest> put_events(const ServiceCall& call) {
  std::vector<AccessRequest> needs;
  for (const json::value& item : list_of(call.input, "Entries")) {
    const json::object* entry = item.if_object();
    if (entry == nullptr) continue;
    AccessRequest need{.action = "events:PutEvents",
                       .resource = bus_arn(call, peek(*entry, "EventBusName"))};
    need.context["events:source"] = {peek(*entry, "Source")};
    need.context["events:detail-type"] = {peek(*entry, "DetailType")};
    needs.push_back(std::move(need));
  }
  return needs;
}

// A rule or a target that names a role hands it to EventBridge.
void add_passed_roles(const ServiceCall& call, std::vector<AccessRequest>& needs) {
  const auto add = [&](const std::string& role) {
    if (!role.empty()) needs.push_back(pass_role(role, "events.amazonaws.com"));
  };
  if (call.operation == "PutRule") add(peek(call.input, "RoleArn"));
  if (call.operation != "PutTargets") return;
  for (const json::value& target : list_of(call.input, "Targets")) {
    if (target.is_object()) add(peek(target.get_object(), "RoleArn"));
  }
}

// Whoever publishes to an encrypted topic needs its key, through SNS.
// Source: Amazon SNS Developer Guide, "Key management", 2023.
void add_topic_key(const ServiceCall& call, std::vector<AccessRequest>& needs) {
  const std::string topic_arn = publish_target(call, "").front();
  const auto topic = call.world.sns.topics.find(topic_arn);
  if (topic == call.world.sns.topics.end()) return;
  const auto reference = topic->second.attributes.find("KmsMasterKeyId");
  if (reference == topic->second.attributes.end() || reference->second.empty()) return;
  const KmsKey* key = call.world.kms.find(call.caller, reference->second);
  if (key == nullptr) return;
  for (const char* action : {"kms:GenerateDataKey", "kms:Decrypt"}) {
    needs.push_back({.action = action,
                     .resource = key->arn,
                     .context = {{"kms:ViaService",
                                  {fmt::format("sns.{}.amazonaws.com", call.caller.region.str())}},
                                 {"aws:ViaAWSService", {"true"}},
                                 {"aws:CalledVia", {"sns.amazonaws.com"}},
                                 {"kms:EncryptionContext:aws:sns:topicArn", {topic_arn}}}});
  }
}

}  // namespace

Needs messaging_needs(const ServiceCall& call, std::string_view service) {
  // SNS writes its own name in capitals in what it refuses.
  if (service == "sns") {
    Needs needs = find_needs(call, "SNS", kSns);
    if (needs && call.operation.starts_with("Publish")) add_topic_key(call, *needs);
    return needs;
  }
  if (service == "sqs") return find_needs(call, "sqs", kSqs);
  if (call.operation == "PutEvents") return put_events(call);
  Needs needs = find_needs(call, "events", kEvents);
  if (needs) add_passed_roles(call, *needs);
  return needs;
}

}  // namespace snapferry::emulator
