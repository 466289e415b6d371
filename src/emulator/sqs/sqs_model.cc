// SPDX-License-Identifier: Apache-2.0
#include "emulator/sqs/sqs_model.h"

#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/ids.h"
#include "emulator/iam/service_permission.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using TextMap = std::map<std::string, std::string>;

// Source: botocore 1.43 sqs service-2.json, CreateQueueRequest$Attributes, 2026-11.
struct Default {
  std::string_view name;
  std::string_view value;
};
constexpr std::array kDefaults = {
    Default{"VisibilityTimeout", "30"},
    Default{"DelaySeconds", "0"},
    Default{"MaximumMessageSize", "1048576"},
    Default{"MessageRetentionPeriod", "345600"},
    Default{"ReceiveMessageWaitTimeSeconds", "0"},
};

long to_ms(core::Instant instant) {
  return instant.time_since_epoch().count();
}

core::Instant from_ms(const json::value& value) {
  return core::Instant(core::Milliseconds(value.as_int64()));
}

std::string text_at(const json::value& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

json::object save_message(const SqsMessage& message) {
  json::object attributes;
  for (const auto& [name, attribute] : message.attributes) {
    attributes[name] = json::object{{"type", attribute.type}, {"value", attribute.value}};
  }
  json::object saved = {{"message_id", message.message_id},
                        {"body", message.body},
                        {"attributes", std::move(attributes)},
                        {"sender_id", message.sender_id},
                        {"sent_ms", to_ms(message.sent)},
                        {"visible_ms", to_ms(message.visible)},
                        {"receive_count", message.receive_count},
                        {"receipt_handle", message.receipt_handle},
                        {"dead_letter_source", message.dead_letter_source}};
  if (message.first_received) saved["first_received_ms"] = to_ms(*message.first_received);
  return saved;
}

SqsMessage load_message(const json::value& saved) {
  SqsMessage message{.message_id = text_at(saved, "message_id"),
                     .body = text_at(saved, "body"),
                     .attributes = {},
                     .sender_id = text_at(saved, "sender_id"),
                     .sent = from_ms(saved.at("sent_ms")),
                     .visible = from_ms(saved.at("visible_ms")),
                     .receive_count = saved.at("receive_count").as_int64(),
                     .first_received = std::nullopt,
                     .receipt_handle = text_at(saved, "receipt_handle"),
                     .dead_letter_source = text_at(saved, "dead_letter_source")};
  for (const auto& [name, attribute] : saved.at("attributes").as_object()) {
    message.attributes[std::string(name)] = {.type = text_at(attribute, "type"),
                                             .value = text_at(attribute, "value")};
  }
  if (const json::value* time = saved.as_object().if_contains("first_received_ms")) {
    message.first_received = from_ms(*time);
  }
  return message;
}

SqsQueue load_queue(const json::value& saved) {
  SqsQueue queue{.name = text_at(saved, "name"),
                 .arn = text_at(saved, "arn"),
                 .account = core::AccountId(text_at(saved, "account")),
                 .region = core::Region(text_at(saved, "region")),
                 .created = from_ms(saved.at("created_ms")),
                 .modified = from_ms(saved.at("modified_ms")),
                 .purged = std::nullopt,
                 .attributes = json::value_to<TextMap>(saved.at("attributes")),
                 .tags = json::value_to<TextMap>(saved.at("tags")),
                 .messages = {},
                 .touched = {},
                 .measured = {}};
  // What was saved before depths were told was last touched when it was made.
  const auto ms_or_created = [&](const char* name) {
    const json::value* time = saved.as_object().if_contains(name);
    return time == nullptr ? queue.created : from_ms(*time);
  };
  queue.touched = ms_or_created("touched_ms");
  queue.measured = ms_or_created("measured_ms");
  if (const json::value* time = saved.as_object().if_contains("purged_ms")) {
    queue.purged = from_ms(*time);
  }
  for (const json::value& item : saved.at("messages").as_array()) {
    queue.messages.push_back(load_message(item));
  }
  return queue;
}

}  // namespace

std::string SqsQueue::attribute(const std::string& attribute_name) const {
  if (const auto found = attributes.find(attribute_name); found != attributes.end()) {
    return found->second;
  }
  for (const Default& known : kDefaults) {
    if (known.name == attribute_name) return std::string(known.value);
  }
  return {};
}

core::Milliseconds SqsQueue::seconds(const std::string& attribute_name) const {
  return core::Seconds(std::stol(attribute(attribute_name)));
}

void SqsQueue::settle(core::Instant now) {
  const core::Instant oldest = now - seconds("MessageRetentionPeriod");
  std::erase_if(messages, [&](const SqsMessage& message) { return message.sent < oldest; });
}

SqsQueue* SqsModel::find(const std::string& queue_arn) {
  const auto found = queues.find(queue_arn);
  return found == queues.end() ? nullptr : &found->second;
}

const SqsMessage& SqsModel::put(SqsQueue& queue, SqsMessage message, core::Instant now) {
  queue.settle(now);
  queue.touched = now;
  message.message_id = ids.uuid();
  message.sent = now;
  if (message.visible < now) message.visible = now;
  queue.messages.push_back(std::move(message));
  return queue.messages.back();
}

ServiceResult<void> SqsModel::send(const std::string& queue_arn, const std::string& body,
                                   const TextMap& attributes, core::Instant now,
                                   const std::string& service_principal,
                                   const std::string& source_arn) {
  SqsQueue* queue = find(queue_arn);
  if (queue == nullptr) {
    return std::unexpected(ServiceError{400, "AWS.SimpleQueueService.NonExistentQueue",
                                        "The specified queue does not exist."});
  }
  const bool is_allowed =
      service_principal.empty() ||
      allows_service(queue->attribute("Policy"), {.service_principal = service_principal,
                                                  .action = "sqs:SendMessage",
                                                  .resource = queue_arn,
                                                  .source_arn = source_arn,
                                                  .account = queue->account.str()});
  if (!is_allowed) {
    return std::unexpected(
        ServiceError{403, "AccessDenied",
                     fmt::format("User: {} is not authorized to perform: sqs:SendMessage on "
                                 "resource: {} because no resource-based policy allows the "
                                 "sqs:SendMessage action",
                                 service_principal, queue_arn)});
  }
  SqsMessage message;
  message.body = body;
  for (const auto& [name, value] : attributes) message.attributes[name] = {"String", value};
  message.sender_id = service_principal;
  message.visible = now + queue->seconds("DelaySeconds");
  put(*queue, std::move(message), now);
  return {};
}

json::value SqsModel::save() const {
  json::array saved_queues;
  for (const auto& [arn, queue] : queues) {
    json::array messages;
    for (const SqsMessage& message : queue.messages) messages.push_back(save_message(message));
    json::object saved = {{"name", queue.name},
                          {"arn", arn},
                          {"account", queue.account.str()},
                          {"region", queue.region.str()},
                          {"created_ms", to_ms(queue.created)},
                          {"modified_ms", to_ms(queue.modified)},
                          {"attributes", json::value_from(queue.attributes)},
                          {"tags", json::value_from(queue.tags)},
                          {"messages", std::move(messages)},
                          {"touched_ms", to_ms(queue.touched)},
                          {"measured_ms", to_ms(queue.measured)}};
    if (queue.purged) saved["purged_ms"] = to_ms(*queue.purged);
    saved_queues.push_back(std::move(saved));
  }
  json::object saved_deleted;
  for (const auto& [arn, when] : deleted) saved_deleted[arn] = to_ms(when);
  return json::object{{"ids_drawn", ids.drawn()},
                      {"queues", std::move(saved_queues)},
                      {"deleted", std::move(saved_deleted)}};
}

void SqsModel::load(const json::value& saved) {
  ids.set_drawn(json::value_to<unsigned long>(saved.at("ids_drawn")));
  queues.clear();
  deleted.clear();
  for (const json::value& item : saved.at("queues").as_array()) {
    SqsQueue queue = load_queue(item);
    const std::string arn = queue.arn;
    queues[arn] = std::move(queue);
  }
  for (const auto& [arn, when] : saved.at("deleted").as_object()) deleted[arn] = from_ms(when);
}

}  // namespace snapferry::emulator
