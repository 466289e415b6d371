// Subscriptions: asked for, confirmed, given attributes, ended.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/query/xml_writer.h"
#include "emulator/sns/sns_call.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

using Inner = ServiceResult<std::string>;

bool is_json_object(const std::string& text) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  return !error && value.is_object();
}

// Source: AWS SNS API, SetSubscriptionAttributes, 2024.
ServiceResult<void> check_attribute(const SnsSubscription& subscription, const std::string& name,
                                    const std::string& value) {
  if (name == "RawMessageDelivery") {
    if (value != "true" && value != "false") {
      return sns_invalid("Attributes", "RawMessageDelivery: Invalid value");
    }
    const bool is_raw_taken = subscription.protocol == "sqs" || subscription.protocol == "http" ||
                              subscription.protocol == "https" ||
                              subscription.protocol == "firehose";
    if (value == "true" && !is_raw_taken) {
      return sns_invalid("Attributes",
                         fmt::format("RawMessageDelivery: Delivery protocol [{}] does not support "
                                     "raw message delivery.",
                                     subscription.protocol));
    }
    return {};
  }
  if (name == "FilterPolicyScope") {
    if (value == "MessageAttributes" || value == "MessageBody") return {};
    return sns_invalid("Attributes", "FilterPolicyScope: Invalid value");
  }
  if (name == "FilterPolicy" || name == "RedrivePolicy" || name == "DeliveryPolicy") {
    if (value.empty() || is_json_object(value)) return {};
    return sns_invalid("Attributes", fmt::format("{}: failed to parse JSON.", name));
  }
  return sns_invalid("AttributeName", "");
}

void set_attribute(SnsSubscription& subscription, const std::string& name,
                   const std::string& value) {
  if (value.empty()) {
    subscription.attributes.erase(name);
  } else {
    subscription.attributes[name] = value;
  }
}

// An endpoint of the wrong kind is the commonest slip.
ServiceResult<void> check_endpoint(const std::string& protocol, const std::string& endpoint) {
  // Source: AWS SNS API, Subscribe, 2023.
  constexpr std::array<std::string_view, 9> kProtocols = {
      "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"};
  if (std::ranges::find(kProtocols, protocol) == kProtocols.end()) {
    return sns_invalid("Protocol", fmt::format("Unknown protocol {}", protocol));
  }
  if (endpoint.empty()) return sns_invalid("Endpoint", "Endpoint must not be empty");
  const bool is_url = protocol == "http" || protocol == "https";
  if (is_url && !endpoint.starts_with(protocol + "://")) {
    return sns_invalid("Endpoint must match the specified protocol", "");
  }
  const bool is_mail = protocol.starts_with("email");
  if (is_mail && endpoint.find('@') == std::string::npos) {
    return sns_invalid("Email address", endpoint);
  }
  const bool is_arn = protocol == "sqs" || protocol == "lambda" || protocol == "firehose";
  const auto arn = core::parse_arn(endpoint);
  if (is_arn && (!arn || arn->service != protocol)) {
    return sns_invalid(fmt::format("{} endpoint ARN", protocol == "sqs" ? "SQS" : protocol), "");
  }
  return {};
}

// What is sent to those who have to say yes first.
void send_confirmation(SnsCall& call, const SnsSubscription& subscription) {
  call.sns.publish(
      {.message_id = {},
       .topic_arn = subscription.topic_arn,
       .subject = "AWS Notification - Subscription Confirmation",
       .message = fmt::format("You have chosen to subscribe to the topic:\n{}\n\nTo confirm this "
                              "subscription, call ConfirmSubscription with the token:\n{}\n",
                              subscription.topic_arn, subscription.token),
       .attributes = {},
       .time = call.call.now,
       .deliveries = {{.protocol = subscription.protocol,
                       .endpoint = subscription.endpoint,
                       .refused_with = {}}}});
}

ServiceResult<SnsSubscription*> need_subscription(SnsCall& call) {
  const std::string arn = TRY(sns_required(call, "SubscriptionArn"));
  const auto found = call.sns.subscriptions.find(arn);
  if (found == call.sns.subscriptions.end()) {
    return std::unexpected(ServiceError{404, "NotFound", "Subscription does not exist"});
  }
  if (found->second.owner != call.call.caller.account) {
    return std::unexpected(ServiceError{403, "AuthorizationError", "not authorized"});
  }
  return &found->second;
}

std::string list(SnsCall& call, const std::string& topic_arn) {
  XmlWriter xml;
  xml.open("Subscriptions");
  for (const auto& [arn, subscription] : call.sns.subscriptions) {
    const auto topic = core::parse_arn(subscription.topic_arn);
    const bool is_here = topic && topic->region == call.call.caller.region &&
                         subscription.owner == call.call.caller.account;
    if (topic_arn.empty() ? !is_here : subscription.topic_arn != topic_arn) continue;
    xml.open("member")
        .element("SubscriptionArn",
                 subscription.is_confirmed ? arn : std::string("PendingConfirmation"))
        .element("Owner", subscription.owner.str())
        .element("Protocol", subscription.protocol)
        .element("Endpoint", subscription.endpoint)
        .element("TopicArn", subscription.topic_arn)
        .close();
  }
  xml.close();
  return xml.text();
}

}  // namespace

Inner sns_subscribe(SnsCall& call) {
  QueryParameters& parameters = call.call.parameters;
  const std::string arn = TRY(sns_required(call, "TopicArn"));
  SnsSubscription asked{.arn = {},
                        .topic_arn = arn,
                        .protocol = TRY(sns_required(call, "Protocol")),
                        .endpoint = parameters.text("Endpoint").value_or(""),
                        .owner = call.call.caller.account};
  const bool is_arn_wanted = TRY(parameters.boolean("ReturnSubscriptionArn")).value_or(false);
  const auto attributes = parameters.pairs("Attributes", "entry", "key", "value");
  TRY(parameters.refuse_unread());
  TRY(sns_need_topic(call, arn));
  TRY(check_endpoint(asked.protocol, asked.endpoint));
  for (const auto& [name, value] : attributes) {
    TRY(check_attribute(asked, name, value));
    set_attribute(asked, name, value);
  }
  // Subscribing twice gives back the one that is there.
  const auto same = std::ranges::find_if(call.sns.subscriptions, [&](const auto& entry) {
    return entry.second.topic_arn == arn && entry.second.protocol == asked.protocol &&
           entry.second.endpoint == asked.endpoint;
  });
  const bool is_new = same == call.sns.subscriptions.end();
  if (!is_new && same->second.attributes != asked.attributes) {
    return sns_invalid("Attributes", "Subscription already exists with different attributes");
  }
  // Endpoints of people have to confirm, resources need not.
  asked.is_confirmed = asked.protocol == "sqs" || asked.protocol == "lambda" ||
                       asked.protocol == "firehose" || asked.protocol == "application" ||
                       asked.protocol == "sms";
  if (is_new) {
    asked.arn = arn + ":" + call.sns.ids.uuid();
    // Ours: shorter than the real one, and as opaque.
    asked.token = call.sns.ids.text(64, "0123456789abcdef");
  } else {
    asked = same->second;
  }
  XmlWriter xml;
  xml.element("SubscriptionArn", asked.is_confirmed || is_arn_wanted
                                     ? asked.arn
                                     : std::string("pending confirmation"));
  if (!asked.is_confirmed) send_confirmation(call, asked);
  call.sns.subscriptions[asked.arn] = asked;
  return xml.text();
}

Inner sns_confirm_subscription(SnsCall& call) {
  const std::string arn = TRY(sns_required(call, "TopicArn"));
  const std::string token = TRY(sns_required(call, "Token"));
  (void)call.call.parameters.text("AuthenticateOnUnsubscribe");
  TRY(call.call.parameters.refuse_unread());
  TRY(sns_need_topic(call, arn));
  const auto found = std::ranges::find_if(call.sns.subscriptions, [&](const auto& entry) {
    return entry.second.topic_arn == arn && entry.second.token == token;
  });
  if (found == call.sns.subscriptions.end()) return sns_invalid("Token", "");
  found->second.is_confirmed = true;
  XmlWriter xml;
  xml.element("SubscriptionArn", found->first);
  return xml.text();
}

Inner sns_unsubscribe(SnsCall& call) {
  const std::string arn = TRY(sns_required(call, "SubscriptionArn"));
  TRY(call.call.parameters.refuse_unread());
  call.sns.subscriptions.erase(arn);
  return "";
}

Inner sns_list_subscriptions(SnsCall& call) {
  (void)call.call.parameters.text("NextToken");  // all are shown on one page
  TRY(call.call.parameters.refuse_unread());
  return list(call, "");
}

Inner sns_list_subscriptions_by_topic(SnsCall& call) {
  const std::string arn = TRY(sns_required(call, "TopicArn"));
  (void)call.call.parameters.text("NextToken");
  TRY(call.call.parameters.refuse_unread());
  TRY(sns_need_topic(call, arn));
  return list(call, arn);
}

Inner sns_get_subscription_attributes(SnsCall& call) {
  const SnsSubscription* subscription = TRY(need_subscription(call));
  TRY(call.call.parameters.refuse_unread());
  std::map<std::string, std::string> all = subscription->attributes;
  all["SubscriptionArn"] = subscription->arn;
  all["TopicArn"] = subscription->topic_arn;
  all["Protocol"] = subscription->protocol;
  all["Endpoint"] = subscription->endpoint;
  all["Owner"] = subscription->owner.str();
  all["PendingConfirmation"] = subscription->is_confirmed ? "false" : "true";
  all["ConfirmationWasAuthenticated"] = subscription->is_confirmed ? "true" : "false";
  all.try_emplace("RawMessageDelivery", "false");
  XmlWriter xml;
  xml.open("Attributes");
  for (const auto& [key, value] : all) {
    xml.open("entry").element("key", key).element("value", value).close();
  }
  xml.close();
  return xml.text();
}

Inner sns_set_subscription_attributes(SnsCall& call) {
  SnsSubscription* subscription = TRY(need_subscription(call));
  const std::string name = TRY(sns_required(call, "AttributeName"));
  const std::string value = call.call.parameters.text("AttributeValue").value_or("");
  TRY(call.call.parameters.refuse_unread());
  TRY(check_attribute(*subscription, name, value));
  set_attribute(*subscription, name, value);
  return "";
}

}  // namespace snapferry::emulator
