// SPDX-License-Identifier: Apache-2.0
#include "emulator/sqs/sqs_service.h"

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

// A name rests for so long after its queue was deleted, and a purge keeps the next one off.
// Source: Amazon SQS API Reference, DeleteQueue and PurgeQueue, 2024.
constexpr core::Seconds kRest{60};

struct Settable {
  std::string_view name;
  enum class Kind { number, boolean, text, json_object } kind;
  long least = 0;
  long most = 0;
};

// Source: botocore 1.43 sqs service-2.json, CreateQueueRequest$Attributes, 2026-11.
constexpr std::array kSettable = {
    Settable{"DelaySeconds", Settable::Kind::number, 0, 900},
    Settable{"MaximumMessageSize", Settable::Kind::number, 1024, 1048576},
    Settable{"MessageRetentionPeriod", Settable::Kind::number, 60, 1209600},
    Settable{"ReceiveMessageWaitTimeSeconds", Settable::Kind::number, 0, 20},
    Settable{"VisibilityTimeout", Settable::Kind::number, 0, 43200},
    Settable{"KmsDataKeyReusePeriodSeconds", Settable::Kind::number, 60, 86400},
    Settable{"KmsMasterKeyId", Settable::Kind::text},
    Settable{"SqsManagedSseEnabled", Settable::Kind::boolean},
    Settable{"Policy", Settable::Kind::json_object},
    Settable{"RedrivePolicy", Settable::Kind::json_object},
    Settable{"RedriveAllowPolicy", Settable::Kind::json_object},
};

std::unexpected<ServiceError> invalid_value(std::string_view name) {
  return refuse(400, "InvalidAttributeValue",
                fmt::format("Invalid value for the parameter {}.", name));
}

bool is_value(const Settable& known, const std::string& value) {
  switch (known.kind) {
    case Settable::Kind::number: {
      long number = 0;
      const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
      return status == std::errc() && end == value.data() + value.size() && number >= known.least &&
             number <= known.most;
    }
    case Settable::Kind::boolean:
      return value == "true" || value == "false";
    case Settable::Kind::text:
      return true;
    case Settable::Kind::json_object: {
      // An empty text takes the attribute away.
      if (value.empty()) return true;
      json::error_code error;
      const json::value parsed = json::parse(value, error);
      return !error && parsed.is_object();
    }
  }
  return false;
}

// {"deadLetterTargetArn": "...", "maxReceiveCount": 3 or "3"}
ServiceResult<void> check_redrive(SqsCall& call, const std::string& value) {
  if (value.empty()) return {};
  const auto redrive = read_redrive(value);
  if (!redrive) {
    return refuse(400, "InvalidParameterValue",
                  fmt::format("Value {} for parameter RedrivePolicy is invalid. Reason: "
                              "Redrive policy does not contain mandatory attributes.",
                              value));
  }
  const SqsQueue* target = call.sqs.find(redrive->target_arn);
  const bool is_near = target != nullptr && target->account == call.call.caller.account &&
                       target->region == call.call.caller.region;
  if (!is_near) {
    return refuse(400, "AWS.SimpleQueueService.NonExistentQueue",
                  fmt::format("Value {} for parameter RedrivePolicy is invalid. Reason: Dead "
                              "letter target does not exist.",
                              value));
  }
  return {};
}

ServiceResult<void> check_attributes(SqsCall& call,
                                     const std::map<std::string, std::string>& attributes) {
  for (const auto& [name, value] : attributes) {
    if (name == "FifoQueue" || name == "ContentBasedDeduplication") {
      return refuse(400, "InvalidAttributeName",
                    fmt::format("The emulator has standard queues only, so no {}", name));
    }
    const auto* known = std::ranges::find(kSettable, name, &Settable::name);
    if (known == kSettable.end()) {
      return refuse(400, "InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
    }
    if (!is_value(*known, value)) return invalid_value(name);
    if (name == "RedrivePolicy") TRY(check_redrive(call, value));
  }
  const auto at = [&](const char* name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string() : found->second;
  };
  if (!at("KmsMasterKeyId").empty() && at("SqsManagedSseEnabled") == "true") {
    return refuse(400, "InvalidAttributeValue",
                  "You can use one type of server-side encryption (SSE) at one time. You can "
                  "either enable KMS SSE or SQS SSE.");
  }
  return {};
}

bool is_queue_name(const std::string& name) {
  return !name.empty() && name.size() <= 80 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

json::object show_url(const SqsCall& call, const SqsQueue& queue) {
  return {{"QueueUrl", sqs_queue_url(call.call.world, queue)}};
}

Output create_queue(SqsCall& call) {
  const std::string name = TRY(call.input.required("QueueName"));
  auto attributes = TRY(call.input.text_map("Attributes"));
  auto tags = TRY(call.input.text_map("tags"));
  TRY(call.input.only({"QueueName", "Attributes", "tags"}));
  if (!is_queue_name(name)) {
    return refuse(400, "InvalidParameterValue",
                  "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 "
                  "in length");
  }
  TRY(check_attributes(call, attributes));
  const Caller& caller = call.call.caller;
  const std::string arn = sqs_queue_arn(caller, name);
  if (const SqsQueue* found = call.sqs.find(arn)) {
    for (const auto& [attribute, value] : attributes) {
      if (found->attribute(attribute) == value) continue;
      return refuse(400, "QueueAlreadyExists",
                    fmt::format("A queue already exists with the same name and a different "
                                "value for attribute {}",
                                attribute));
    }
    return show_url(call, *found);
  }
  if (const auto gone = call.sqs.deleted.find(arn); gone != call.sqs.deleted.end()) {
    if (call.call.now < gone->second + kRest) {
      return refuse(400, "AWS.SimpleQueueService.QueueDeletedRecently",
                    "You must wait 60 seconds after deleting a queue before you can create "
                    "another with the same name.");
    }
    call.sqs.deleted.erase(gone);
  }
  SqsQueue& queue = call.sqs.queues[arn];
  queue.name = name;
  queue.arn = arn;
  queue.account = caller.account;
  queue.region = caller.region;
  queue.created = queue.modified = queue.touched = call.call.now;
  queue.attributes = std::move(attributes);
  queue.tags = std::move(tags);
  return show_url(call, queue);
}

Output get_queue_url(SqsCall& call) {
  const std::string name = TRY(call.input.required("QueueName"));
  const std::string owner = TRY(call.input.text("QueueOwnerAWSAccountId"));
  TRY(call.input.only({"QueueName", "QueueOwnerAWSAccountId"}));
  Caller caller = call.call.caller;
  if (!owner.empty()) caller.account = core::AccountId(owner);
  const SqsQueue* queue = call.sqs.find(sqs_queue_arn(caller, name));
  const bool is_own = queue != nullptr && queue->account == call.call.caller.account;
  if (!is_own) return no_such_queue();
  return show_url(call, *queue);
}

Output list_queues(SqsCall& call) {
  const std::string prefix = TRY(call.input.text("QueueNamePrefix"));
  TRY(call.input.integer("MaxResults", 1, 1000));  // all are shown on one page
  TRY(call.input.only({"QueueNamePrefix", "MaxResults"}));
  json::array urls;
  for (const auto& [arn, queue] : call.sqs.queues) {
    const bool is_listed = queue.account == call.call.caller.account &&
                           queue.region == call.call.caller.region &&
                           queue.name.starts_with(prefix);
    if (is_listed) urls.emplace_back(sqs_queue_url(call.call.world, queue));
  }
  return urls.empty() ? json::object() : json::object{{"QueueUrls", std::move(urls)}};
}

Output get_queue_attributes(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const auto names = TRY(call.input.texts("AttributeNames"));
  TRY(call.input.only({"QueueUrl", "AttributeNames"}));
  const core::Instant now = call.call.now;
  queue->settle(now);
  std::map<std::string, std::string> all = queue->attributes;
  for (const char* name : {"VisibilityTimeout", "DelaySeconds", "MaximumMessageSize",
                           "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds"}) {
    all[name] = queue->attribute(name);
  }
  // Source: Amazon SQS Developer Guide, "Managed SSE", 2023: on unless KMS or the caller says no.
  const bool has_kms = !queue->attribute("KmsMasterKeyId").empty();
  all.try_emplace("SqsManagedSseEnabled", has_kms ? "false" : "true");
  if (has_kms) all.try_emplace("KmsDataKeyReusePeriodSeconds", "300");
  const SqsQueue::Depth depth = queue->depth(now);
  all["ApproximateNumberOfMessages"] = std::to_string(depth.visible);
  all["ApproximateNumberOfMessagesNotVisible"] = std::to_string(depth.not_visible);
  all["ApproximateNumberOfMessagesDelayed"] = std::to_string(depth.delayed);
  const auto epoch = [](core::Instant instant) {
    return std::to_string(std::chrono::floor<core::Seconds>(instant).time_since_epoch().count());
  };
  all["CreatedTimestamp"] = epoch(queue->created);
  all["LastModifiedTimestamp"] = epoch(queue->modified);
  all["QueueArn"] = queue->arn;
  json::object shown;
  for (const std::string& name : names) {
    const bool is_known = name == "All" || all.contains(name) ||
                          std::ranges::find(kSettable, name, &Settable::name) != kSettable.end();
    if (!is_known) {
      return refuse(400, "InvalidAttributeName", fmt::format("Unknown Attribute {}.", name));
    }
  }
  for (const auto& [name, value] : all) {
    const bool is_wanted = std::ranges::find(names, name) != names.end() ||
                           std::ranges::find(names, "All") != names.end();
    if (is_wanted && !value.empty()) shown[name] = value;
  }
  return shown.empty() ? json::object() : json::object{{"Attributes", std::move(shown)}};
}

Output set_queue_attributes(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const auto attributes = TRY(call.input.text_map("Attributes"));
  TRY(call.input.only({"QueueUrl", "Attributes"}));
  TRY(check_attributes(call, attributes));
  for (const auto& [name, value] : attributes) {
    queue->attributes[name] = value;
    if (value.empty()) queue->attributes.erase(name);
    // One kind of encryption takes the other's place.
    if (name == "KmsMasterKeyId" && !value.empty()) {
      queue->attributes["SqsManagedSseEnabled"] = "false";
    }
    if (name == "SqsManagedSseEnabled" && value == "true")
      queue->attributes.erase("KmsMasterKeyId");
  }
  queue->modified = call.call.now;
  return json::object();
}

Output purge_queue(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  TRY(call.input.only({"QueueUrl"}));
  if (queue->purged && call.call.now < *queue->purged + kRest) {
    return refuse(400, "AWS.SimpleQueueService.PurgeQueueInProgress",
                  fmt::format("Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                              queue->name));
  }
  queue->purged = call.call.now;
  queue->messages.clear();
  return json::object();
}

Output delete_queue(SqsCall& call) {
  const SqsQueue* queue = TRY(need_queue(call));
  TRY(call.input.only({"QueueUrl"}));
  const std::string arn = queue->arn;
  call.sqs.deleted[arn] = call.call.now;
  call.sqs.queues.erase(arn);
  return json::object();
}

Output tag_queue(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const auto tags = TRY(call.input.text_map("Tags"));
  TRY(call.input.only({"QueueUrl", "Tags"}));
  for (const auto& [key, value] : tags) queue->tags[key] = value;
  return json::object();
}

Output untag_queue(SqsCall& call) {
  SqsQueue* queue = TRY(need_queue(call));
  const auto keys = TRY(call.input.texts("TagKeys"));
  TRY(call.input.only({"QueueUrl", "TagKeys"}));
  for (const std::string& key : keys) queue->tags.erase(key);
  return json::object();
}

Output list_queue_tags(SqsCall& call) {
  const SqsQueue* queue = TRY(need_queue(call));
  TRY(call.input.only({"QueueUrl"}));
  if (queue->tags.empty()) return json::object();
  json::object tags;
  for (const auto& [key, value] : queue->tags) tags[key] = value;
  return json::object{{"Tags", std::move(tags)}};
}

struct Operation {
  std::string_view name;
  Output (*serve)(SqsCall&);
};

// Source: botocore 1.43 sqs service-2.json, 2026-11.
constexpr std::array kOperations = {
    Operation{"CreateQueue", create_queue},
    Operation{"GetQueueUrl", get_queue_url},
    Operation{"ListQueues", list_queues},
    Operation{"GetQueueAttributes", get_queue_attributes},
    Operation{"SetQueueAttributes", set_queue_attributes},
    Operation{"PurgeQueue", purge_queue},
    Operation{"DeleteQueue", delete_queue},
    Operation{"TagQueue", tag_queue},
    Operation{"UntagQueue", untag_queue},
    Operation{"ListQueueTags", list_queue_tags},
    Operation{"SendMessage", sqs_send_message},
    Operation{"ReceiveMessage", sqs_receive_message},
    Operation{"DeleteMessage", sqs_delete_message},
    Operation{"ChangeMessageVisibility", sqs_change_message_visibility},
};

struct Shape {
  std::string_view code;
  std::string_view shape;
};
constexpr std::array kShapes = {
    Shape{"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"},
    Shape{"AWS.SimpleQueueService.QueueDeletedRecently", "QueueDeletedRecently"},
    Shape{"AWS.SimpleQueueService.PurgeQueueInProgress", "PurgeQueueInProgress"},
    Shape{"AWS.SimpleQueueService.MessageNotInflight", "MessageNotInflight"},
    Shape{"AWS.SimpleQueueService.UnsupportedOperation", "UnsupportedOperation"},
    Shape{"QueueAlreadyExists", "QueueNameExists"},
    Shape{"ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"},
};

}  // namespace

std::string_view sqs_shape_of(std::string_view code) {
  const auto* found = std::ranges::find(kShapes, code, &Shape::code);
  return found == kShapes.end() ? code : found->shape;
}

Output serve_sqs(ServiceCall& call) {
  const auto* operation = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (operation == kOperations.end()) return refuse(400, "UnknownOperationException", "");
  SqsCall inner{
      .call = call, .sqs = call.world.sqs, .input = JsonInput(call.input, "ValidationException")};
  return operation->serve(inner);
}

}  // namespace snapferry::emulator
