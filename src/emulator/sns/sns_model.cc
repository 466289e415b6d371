// SPDX-License-Identifier: Apache-2.0
#include "emulator/sns/sns_model.h"

#include <boost/json.hpp>

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using TextMap = std::map<std::string, std::string>;

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

}  // namespace

SnsTopic* SnsModel::find(const Caller& caller, const std::string& topic_arn) {
  const auto found = topics.find(topic_arn);
  if (found == topics.end() || found->second.region != caller.region) return nullptr;
  return &found->second;
}

SnsMessage& SnsModel::publish(SnsMessage message) {
  message.message_id = ids.uuid();
  outbox.push_back(std::move(message));
  if (outbox.size() > kOutboxMax) outbox.pop_front();
  return outbox.back();
}

json::value SnsModel::save() const {
  json::array saved_topics;
  for (const auto& [arn, topic] : topics) {
    saved_topics.push_back(json::object{{"arn", arn},
                                        {"account", topic.account.str()},
                                        {"region", topic.region.str()},
                                        {"attributes", json::value_from(topic.attributes)},
                                        {"tags", json::value_from(topic.tags)}});
  }
  json::array saved_subscriptions;
  for (const auto& [arn, subscription] : subscriptions) {
    saved_subscriptions.push_back(
        json::object{{"arn", arn},
                     {"topic_arn", subscription.topic_arn},
                     {"protocol", subscription.protocol},
                     {"endpoint", subscription.endpoint},
                     {"owner", subscription.owner.str()},
                     {"is_confirmed", subscription.is_confirmed},
                     {"token", subscription.token},
                     {"attributes", json::value_from(subscription.attributes)}});
  }
  json::array saved_outbox;
  for (const SnsMessage& message : outbox) {
    json::array deliveries;
    for (const SnsDelivery& delivery : message.deliveries) {
      deliveries.push_back(json::object{{"protocol", delivery.protocol},
                                        {"endpoint", delivery.endpoint},
                                        {"refused_with", delivery.refused_with}});
    }
    saved_outbox.push_back(json::object{{"message_id", message.message_id},
                                        {"topic_arn", message.topic_arn},
                                        {"subject", message.subject},
                                        {"message", message.message},
                                        {"attributes", json::value_from(message.attributes)},
                                        {"time_ms", message.time.time_since_epoch().count()},
                                        {"deliveries", std::move(deliveries)}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"topics", std::move(saved_topics)},
                      {"subscriptions", std::move(saved_subscriptions)},
                      {"outbox", std::move(saved_outbox)}};
}

void SnsModel::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  topics.clear();
  subscriptions.clear();
  outbox.clear();
  for (const json::value& item : root.at("topics").as_array()) {
    const json::object& topic = item.as_object();
    const std::string arn = text_at(topic, "arn");
    topics[arn] = {.arn = arn,
                   .account = core::AccountId(text_at(topic, "account")),
                   .region = core::Region(text_at(topic, "region")),
                   .attributes = json::value_to<TextMap>(topic.at("attributes")),
                   .tags = json::value_to<TextMap>(topic.at("tags"))};
  }
  for (const json::value& item : root.at("subscriptions").as_array()) {
    const json::object& subscription = item.as_object();
    const std::string arn = text_at(subscription, "arn");
    subscriptions[arn] = {.arn = arn,
                          .topic_arn = text_at(subscription, "topic_arn"),
                          .protocol = text_at(subscription, "protocol"),
                          .endpoint = text_at(subscription, "endpoint"),
                          .owner = core::AccountId(text_at(subscription, "owner")),
                          .is_confirmed = subscription.at("is_confirmed").as_bool(),
                          .token = text_at(subscription, "token"),
                          .attributes = json::value_to<TextMap>(subscription.at("attributes"))};
  }
  for (const json::value& item : root.at("outbox").as_array()) {
    const json::object& message = item.as_object();
    outbox.push_back({.message_id = text_at(message, "message_id"),
                      .topic_arn = text_at(message, "topic_arn"),
                      .subject = text_at(message, "subject"),
                      .message = text_at(message, "message"),
                      .attributes = json::value_to<TextMap>(message.at("attributes")),
                      .time = core::Instant(core::Milliseconds(message.at("time_ms").as_int64()))});
    for (const json::value& delivery : message.at("deliveries").as_array()) {
      outbox.back().deliveries.push_back(
          {.protocol = text_at(delivery.as_object(), "protocol"),
           .endpoint = text_at(delivery.as_object(), "endpoint"),
           .refused_with = text_at(delivery.as_object(), "refused_with")});
    }
  }
}

}  // namespace snapferry::emulator
