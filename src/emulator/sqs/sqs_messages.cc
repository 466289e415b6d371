// Messages: sent, received, hidden, deleted, moved to where dead letters go.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/digests.h"
#include "emulator/sqs/sqs_call.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using Output = ServiceResult<json::object>;
using Attributes = std::map<std::string, SqsAttribute>;

// Source: botocore 1.43 sqs service-2.json, SendMessage and ReceiveMessage, 2026-11.
constexpr size_t kAttributesMax = 10;
constexpr long kDelayMax = 900;
constexpr long kReceiveMax = 10;
constexpr long kWaitMax = 20;
constexpr long kVisibilityMax = 43200;

std::unexpected<ServiceError> invalid_parameter(std::string message) {
  return refuse(400, "InvalidParameterValue", std::move(message));
}

std::string_view plain_type(std::string_view type) {
  return type.substr(0, type.find('.'));
}

// {"name": {"DataType": "String", "StringValue": "..."}}
ServiceResult<Attributes> read_attributes(const JsonInput& input) {
  Attributes attributes;
  const auto map = TRY(input.object("MessageAttributes"));
  if (!map) return attributes;
  for (const auto& [name, item] : map->raw()) {
    if (!item.is_object()) return invalid_parameter("a message attribute must be a structure");
    const JsonInput attribute(item.get_object(), "ValidationException",
                              map->place_of(std::string_view(name)));
    const std::string type = TRY(attribute.text("DataType"));
    const bool is_binary = plain_type(type) == "Binary";
    const std::string text = TRY(attribute.text("StringValue"));
    const std::string bytes = TRY(attribute.text("BinaryValue"));
    TRY(attribute.only({"DataType", "StringValue", "BinaryValue"}));
    if (plain_type(type) != "String" && plain_type(type) != "Number" && !is_binary) {
      return invalid_parameter(
          fmt::format("The type of message (user) attribute '{}' is invalid. You must use only the "
                      "following supported type prefixes: Binary, Number, String.",
                      std::string_view(name)));
    }
    const std::string& kept = is_binary ? bytes : text;
    if (kept.empty() || (is_binary && !base64_decode(kept))) {
      return invalid_parameter(fmt::format(
          "The message (user) attribute '{}' must contain a non-empty message attribute "
          "value for message attribute type '{}'.",
          std::string_view(name), type));
    }
    attributes[std::string(name)] = {.type = type, .value = kept};
  }
  if (attributes.size() > kAttributesMax) {
    return invalid_parameter(
        fmt::format("Number of message attributes [{}] exceeds the allowed maximum [{}].",
                    attributes.size(), kAttributesMax));
  }
  return attributes;
}

// Source: Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes",
// 2024.
std::string md5_of(const Attributes& attributes) {
  std::string text;
  const auto append = [&](std::string_view part) {
    const auto size = static_cast<unsigned>(part.size());
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>((size >> shift) & 0xff);
    text += part;
  };
  for (const auto& [name, attribute] : attributes) {
    const bool is_binary = plain_type(attribute.type) == "Binary";
    append(name);
    append(attribute.type);
    text += is_binary ? '\2' : '\1';
    append(is_binary ? base64_decode(attribute.value).value_or("") : attribute.value);
  }
  return md5_hex(text);
}

// "All", ".*", "name" or "name.*", as ReceiveMessage asks.
bool is_wanted(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view wanted) {
    if (wanted == "All" || wanted == ".*" || wanted == name) return true;
    return wanted.ends_with(".*") && name.starts_with(wanted.substr(0, wanted.size() - 1));
  });
}

json::object show_message(const SqsMessage& message, const std::vector<std::string>& system_names,
                          const std::vector<std::string>& names) {
  json::object shown = {{"MessageId", message.message_id},
                        {"ReceiptHandle", message.receipt_handle},
                        {"MD5OfBody", md5_hex(message.body)},
                        {"Body", message.body}};
  const auto ms = [](core::Instant instant) {
    return std::to_string(instant.time_since_epoch().count());
  };
  std::map<std::string, std::string> system = {
      {"SenderId", message.sender_id},
      {"SentTimestamp", ms(message.sent)},
      {"ApproximateReceiveCount", std::to_string(message.receive_count)},
      {"ApproximateFirstReceiveTimestamp", ms(message.first_received.value_or(message.sent))}};
  if (!message.dead_letter_source.empty()) {
    system["DeadLetterQueueSourceArn"] = message.dead_letter_source;
  }
  json::object shown_system;
  for (const auto& [name, value] : system) {
    if (is_wanted(system_names, name)) shown_system[name] = value;
  }
  if (!shown_system.empty()) shown["Attributes"] = std::move(shown_system);
  json::object shown_attributes;
  Attributes told;
  for (const auto& [name, attribute] : message.attributes) {
    if (!is_wanted(names, name)) continue;
    told[name] = attribute;
    const bool is_binary = plain_type(attribute.type) == "Binary";
    shown_attributes[name] = json::object{
        {"DataType", attribute.type}, {is_binary ? "BinaryValue" : "StringValue", attribute.value}};
  }
  if (!told.empty()) {
    shown["MD5OfMessageAttributes"] = md5_of(told);
    shown["MessageAttributes"] = std::move(shown_attributes);
  }
  return shown;
}

ServiceResult<long> in_range(SqsCall& call, std::string_view name, long otherwise, long least,
                             long most) {
  const long value = TRY(call.input.integer(name)).value_or(otherwise);
  if (value < least || value > most) {
    return invalid_parameter(
        fmt::format("Value {} for parameter {} is invalid. Reason: Must be between {} and {}, if "
                    "provided.",
                    value, name, least, most));
  }
  return value;
}

// What was received too often lies in the dead-letter queue from now on.
void move_dead_letters(SqsCall& call, SqsQueue& queue) {
  const auto redrive = read_redrive(queue.attribute("RedrivePolicy"));
  SqsQueue* target = redrive ? call.sqs.find(redrive->target_arn) : nullptr;
  if (target == nullptr) return;
  for (auto message = queue.messages.begin(); message != queue.messages.end();) {
    if (message->visible > call.call.now || message->receive_count < redrive->receives_max) {
      ++message;
      continue;
    }
    message->dead_letter_source = queue.arn;
    target->touched = call.call.now;
    target->messages.push_back(std::move(*message));
    message = queue.messages.erase(message);
  }
}

// The handle of a receive is its message's, whether a newer receive has another or not.
SqsMessage* find_by_handle(SqsQueue& queue, const std::string& handle) {
  const auto found = std::ranges::find_if(queue.messages, [&](const SqsMessage& message) {
    return handle.starts_with(message.message_id + "#");
  });
  return found == queue.messages.end() ? nullptr : &*found;
}

ServiceResult<std::string> read_handle(SqsCall& call) {
  std::string handle = TRY(call.input.required("ReceiptHandle"));
  if (handle.find('#') == std::string::npos) {
    return refuse(
        400, "ReceiptHandleIsInvalid",
        fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.", handle));
  }
  return handle;
}

}  // namespace

std::unexpected<ServiceError> no_such_queue() {
  return refuse(400, "AWS.SimpleQueueService.NonExistentQueue",
                "The specified queue does not exist.");
}

std::string sqs_queue_arn(const Caller& caller, const std::string& name) {
  return fmt::format("arn:{}:sqs:{}:{}:{}", caller.partition, caller.region.str(),
                     caller.account.str(), name);
}

std::string sqs_queue_url(const World& world, const SqsQueue& queue) {
  return fmt::format("{}/{}/{}", world.endpoint_url, queue.account.str(), queue.name);
}

ServiceResult<SqsQueue*> need_queue(SqsCall& call) {
  const std::string url = TRY(call.input.required("QueueUrl"));
  const auto name_start = url.rfind('/');
  const auto account_start =
      name_start == std::string::npos ? name_start : url.rfind('/', name_start - 1);
  if (account_start == std::string::npos) {
    return std::unexpected(ServiceError{
        404, "InvalidAddress", fmt::format("The address {} is not valid for this endpoint.", url)});
  }
  Caller owner = call.call.caller;
  owner.account = core::AccountId(url.substr(account_start + 1, name_start - account_start - 1));
  SqsQueue* queue = call.sqs.find(sqs_queue_arn(owner, url.substr(name_start + 1)));
  if (queue == nullptr || queue->account != call.call.caller.account) return no_such_queue();
  queue->touched = call.call.now;
  return queue;
}

std::optional<SqsRedrive> read_redrive(const std::string& policy) {
  json::error_code error;
  const json::value value = json::parse(policy.empty() ? "null" : policy, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* target = object ? object->if_contains("deadLetterTargetArn") : nullptr;
  const json::value* count = object ? object->if_contains("maxReceiveCount") : nullptr;
  if (target == nullptr || count == nullptr || !target->is_string()) return std::nullopt;
  SqsRedrive redrive{.target_arn = std::string(target->get_string()), .receives_max = 0};
  if (count->is_int64()) {
    redrive.receives_max = count->get_int64();
  } else if (count->is_string()) {
    const std::string_view text = count->get_string();
    const auto [end, status] =
        std::from_chars(text.data(), text.data() + text.size(), redrive.receives_max);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  }
  // Source: botocore 1.43 sqs service-2.json, RedrivePolicy: 1 to 1000.
  if (redrive.receives_max < 1 || redrive.receives_max > 1000) return std::nullopt;
  return redrive;
}

Output sqs_send_message(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  SqsMessage message;
  message.body = TRY(call.input.text("MessageBody"));
  message.attributes = TRY(read_attributes(call.input));
  const auto own_delay = queue->seconds("DelaySeconds");
  const long delay =
      TRY(in_range(call, "DelaySeconds",
                   std::chrono::duration_cast<core::Seconds>(own_delay).count(), 0, kDelayMax));
  TRY(call.input.only({"QueueUrl", "MessageBody", "MessageAttributes", "DelaySeconds"}));
  if (message.body.empty()) {  // or was not sent
    return refuse(400, "MissingParameter", "The request must contain the parameter MessageBody.");
  }
  size_t size = message.body.size();
  for (const auto& [name, attribute] : message.attributes) {
    size += name.size() + attribute.type.size() + attribute.value.size();
  }
  const auto most = std::stoul(queue->attribute("MaximumMessageSize"));
  if (size > most) {
    return invalid_parameter(
        fmt::format("One or more parameters are invalid. Reason: Message must "
                    "be shorter than {} bytes.",
                    most));
  }
  message.sender_id = call.call.caller.user_id;
  message.visible = call.call.now + core::Seconds(delay);
  const SqsMessage& sent = call.sqs.put(*queue, std::move(message), call.call.now);
  json::object answer = {{"MessageId", sent.message_id}, {"MD5OfMessageBody", md5_hex(sent.body)}};
  if (!sent.attributes.empty()) answer["MD5OfMessageAttributes"] = md5_of(sent.attributes);
  return answer;
}

Output sqs_receive_message(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  auto system_names = TRY(call.input.texts("MessageSystemAttributeNames"));
  for (std::string& name : TRY(call.input.texts("AttributeNames"))) system_names.push_back(name);
  const auto names = TRY(call.input.texts("MessageAttributeNames"));
  const long most = TRY(in_range(call, "MaxNumberOfMessages", 1, 1, kReceiveMax));
  const long hidden =
      TRY(in_range(call, "VisibilityTimeout", std::stol(queue->attribute("VisibilityTimeout")), 0,
                   kVisibilityMax));
  TRY(in_range(call, "WaitTimeSeconds", 0, 0, kWaitMax));
  TRY(call.input.only({"QueueUrl", "MessageSystemAttributeNames", "AttributeNames",
                       "MessageAttributeNames", "MaxNumberOfMessages", "VisibilityTimeout",
                       "WaitTimeSeconds"}));
  const core::Instant now = call.call.now;
  queue->settle(now);
  move_dead_letters(call, *queue);
  json::array received;
  for (SqsMessage& message : queue->messages) {
    if (std::ssize(received) == most) break;
    if (message.visible > now) continue;
    ++message.receive_count;
    if (!message.first_received) message.first_received = now;
    message.visible = now + core::Seconds(hidden);
    message.receipt_handle = fmt::format("{}#{}", message.message_id, message.receive_count);
    received.push_back(show_message(message, system_names, names));
  }
  return received.empty() ? json::object() : json::object{{"Messages", std::move(received)}};
}

Output sqs_delete_message(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const std::string handle = TRY(read_handle(call));
  TRY(call.input.only({"QueueUrl", "ReceiptHandle"}));
  std::erase_if(queue->messages, [&](const SqsMessage& message) {
    return handle.starts_with(message.message_id + "#");
  });
  return json::object();  // deleting twice is no error
}

Output sqs_change_message_visibility(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const std::string handle = TRY(read_handle(call));
  const long hidden = TRY(in_range(call, "VisibilityTimeout", 0, 0, kVisibilityMax));
  TRY(call.input.only({"QueueUrl", "ReceiptHandle", "VisibilityTimeout"}));
  SqsMessage* message = find_by_handle(*queue, handle);
  if (message == nullptr || message->visible <= call.call.now) {
    return refuse(400, "AWS.SimpleQueueService.MessageNotInflight",
                  fmt::format("Value {} for parameter ReceiptHandle is invalid. Reason: "
                              "Message does not exist or is not available for visibility "
                              "timeout change.",
                              handle));
  }
  message->visible = call.call.now + core::Seconds(hidden);
  return json::object();
}

}  // namespace snapferry::emulator
