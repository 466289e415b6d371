// Lines in and out.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/result.h"
#include "emulator/logs/emf.h"
#include "emulator/logs/filter_pattern.h"
#include "emulator/logs/logs_calls.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;

using Output = ServiceResult<json::object>;
using core::Instant;

// Source: CloudWatch Logs API, PutLogEvents: 10,000 events, 1,048,576 bytes with 26 for each event,
// 24 hours, 2025.
constexpr size_t kBatchMax = 10'000;
constexpr size_t kBatchBytesMax = 1'048'576;
constexpr size_t kEventOverhead = 26;
constexpr std::chrono::hours kBatchSpan{24};

constexpr long kFar = std::numeric_limits<long>::max();

struct Batch {
  std::vector<std::pair<Instant, std::string>> lines;
  json::object rejected = {};
};

ServiceResult<Batch> read_batch(const LogsCall& call, const LogGroup& group) {
  Batch batch;
  size_t bytes = 0;
  std::optional<Instant> first;
  std::optional<Instant> last;
  Instant oldest = call.now - kEventPast;
  if (group.retention_days) {
    oldest = std::max(oldest, call.now - std::chrono::days(*group.retention_days));
  }
  const std::vector<JsonInput> events = TRY(call.input.objects("logEvents"));
  if (events.empty() || events.size() > kBatchMax) {
    return call.input.refuse(fmt::format("logEvents must have 1 to {} entries", kBatchMax));
  }
  for (size_t i = 0; i < events.size(); ++i) {
    TRY(events[i].only({"timestamp", "message"}));
    const std::optional<long> stamp = TRY(events[i].integer("timestamp", 0, kFar));
    const std::string message = TRY(events[i].required("message", kBatchBytesMax));
    if (!stamp) return call.input.refuse(events[i].place_of("timestamp") + " is missing");
    const Instant time{core::Milliseconds(*stamp)};
    bytes += message.size() + kEventOverhead;
    if (last && time < *last) {
      return call.input.refuse(
          "Log events in a single PutLogEvents request must be in chronological order.");
    }
    first = first.value_or(time);
    last = time;
    if (time < oldest) {
      batch.rejected[time < call.now - kEventPast ? "tooOldLogEventEndIndex"
                                                  : "expiredLogEventEndIndex"] = i + 1;
    } else if (time > call.now + kEventFuture) {
      if (!batch.rejected.contains("tooNewLogEventStartIndex")) {
        batch.rejected["tooNewLogEventStartIndex"] = i;
      }
    } else {
      batch.lines.emplace_back(time, message);
    }
  }
  if (*last - *first > kBatchSpan) {
    return call.input.refuse(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  if (bytes > kBatchBytesMax) {
    return call.input.refuse(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
  }
  return batch;
}

struct Span {
  Instant from;  // included
  Instant to;    // included
};

ServiceResult<Span> read_span(const LogsCall& call) {
  const long from = TRY(call.input.integer("startTime", 0, kFar)).value_or(0);
  // Year 9999, as elsewhere.
  const long to = TRY(call.input.integer("endTime", 0, kFar)).value_or(253'402'300'799'000);
  return Span{Instant(core::Milliseconds(from)), Instant(core::Milliseconds(to))};
}

}  // namespace

Output put_log_events(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logStreamName", "logEvents", "sequenceToken"}));
  LogGroup* group = TRY(call.group());
  TRY(call.stream(*group));
  const std::string stream = TRY(call.input.text("logStreamName"));
  Batch batch = TRY(read_batch(call, *group));
  for (const auto& [time, message] : batch.lines) {
    call.logs.append_to(call.world, *group, stream, time, message);
  }
  // Source: CloudWatch Logs API: the sequence token is given and never looked at, since 2023.
  json::object result = {{"nextSequenceToken", fmt::format("{:056}", 1)}};
  if (!batch.rejected.empty()) result["rejectedLogEventsInfo"] = std::move(batch.rejected);
  return result;
}

Output get_log_events(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logGroupIdentifier", "logStreamName", "startTime",
                       "endTime", "nextToken", "limit", "startFromHead", "unmask"}));
  LogGroup* group = TRY(call.group());
  const LogStream* stream = TRY(call.stream(*group));
  const Span span = TRY(read_span(call));
  const auto limit =
      static_cast<size_t>(TRY(call.input.integer("limit", 1, 10'000)).value_or(10'000));
  const bool is_from_head = TRY(call.input.boolean("startFromHead")).value_or(false);
  const std::string token = TRY(call.input.text("nextToken"));
  std::vector<const LogLine*> lines;
  for (const LogLine& line : stream->lines) {
    // Source: the API: startTime is included, endTime is not.
    if (line.time >= span.from && line.time < span.to) lines.push_back(&line);
  }
  size_t begin = is_from_head ? 0 : lines.size() - std::min(lines.size(), limit);
  size_t end = std::min(lines.size(), begin + limit);
  if (!token.empty()) {
    const size_t at =
        std::strtoul(token.substr(std::min<size_t>(2, token.size())).c_str(), nullptr, 10);
    const bool is_known = token.starts_with("f/") || token.starts_with("b/");
    if (!is_known || at > lines.size())
      return call.input.refuse("The specified nextToken is invalid.");
    begin = token[0] == 'f' ? at : at - std::min(at, limit);
    end = token[0] == 'f' ? std::min(lines.size(), at + limit) : at;
  }
  json::array events;
  for (size_t i = begin; i < end; ++i) {
    events.push_back(json::object{{"timestamp", to_epoch_milliseconds(lines[i]->time)},
                                  {"message", lines[i]->message},
                                  {"ingestionTime", to_epoch_milliseconds(lines[i]->ingested)}});
  }
  return json::object{{"events", std::move(events)},
                      {"nextForwardToken", fmt::format("f/{:056}", end)},
                      {"nextBackwardToken", fmt::format("b/{:056}", begin)}};
}

Output filter_log_events(const LogsCall& call) {
  TRY(call.input.only({"logGroupName", "logGroupIdentifier", "logStreamNames",
                       "logStreamNamePrefix", "startTime", "endTime", "filterPattern", "nextToken",
                       "limit", "interleaved", "unmask"}));
  LogGroup* group = TRY(call.group());
  const Span span = TRY(read_span(call));
  const auto names = TRY(call.input.texts("logStreamNames"));
  const std::string prefix = TRY(call.input.text("logStreamNamePrefix"));
  const std::string pattern_text = TRY(call.input.text("filterPattern"));
  const FilterPattern pattern = TRY(parse_filter_pattern(pattern_text));
  if (!names.empty() && !prefix.empty()) {
    return call.input.refuse("logStreamNames and logStreamNamePrefix exclude each other");
  }
  for (const std::string& name : names) {
    if (!group->streams.contains(name)) {
      return refuse(400, "ResourceNotFoundException", "The specified log stream does not exist.");
    }
  }
  std::vector<std::pair<const LogLine*, const std::string*>> found;
  for (const auto& [name, stream] : group->streams) {
    const bool is_meant = names.empty() || std::ranges::find(names, name) != names.end();
    if (!is_meant || !name.starts_with(prefix)) continue;
    for (const LogLine& line : stream.lines) {
      const bool is_in = line.time >= span.from && line.time <= span.to;
      if (is_in && is_match(pattern, line.message)) found.emplace_back(&line, &name);
    }
  }
  std::ranges::sort(found, {}, [](const auto& item) {
    return std::pair(item.first->time, item.first->sequence);
  });
  std::vector<json::object> events;
  events.reserve(found.size());
  for (const auto& [line, stream] : found) {
    events.push_back({{"logStreamName", *stream},
                      {"timestamp", to_epoch_milliseconds(line->time)},
                      {"message", line->message},
                      {"ingestionTime", to_epoch_milliseconds(line->ingested)},
                      {"eventId", fmt::format("{:056}", line->sequence)}});
  }
  json::object result = TRY(call.page("events", std::move(events), 10'000));
  result["searchedLogStreams"] = json::array();
  return result;
}

}  // namespace snapferry::emulator
