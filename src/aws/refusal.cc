// Reads a refused answer. It may come from AWS in three forms, or from a proxy, a load balancer or
// a login page in any; whatever it is, an Error comes out and no secret goes in.
// SPDX-License-Identifier: Apache-2.0
#include "aws/refusal.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aws/error_table.h"
#include "aws/json_text.h"
#include "aws/xml_reader.h"

namespace snapferry::aws {
namespace {

// AWS's longest useful text is that of AccessDenied, with two ARNs: about 400 characters.
constexpr std::size_t kMessageMax = 600;
constexpr std::size_t kExcerptMax = 80;
// An error's body is below 10 KiB; larger is not worth parsing.
constexpr std::size_t kErrorBodyMax = std::size_t{1} * 1024 * 1024;
// A pause past this is no pause to wait for in one process.
constexpr core::Milliseconds kRetryAfterMax = std::chrono::hours(1);

// "com.amazonaws.kms#NotFoundException" and "NotFoundException:http://..." name the same code.
std::string bare_code(std::string_view text) {
  if (std::size_t hash = text.rfind('#'); hash != text.npos) text.remove_prefix(hash + 1);
  text = text.substr(0, text.find(':'));
  // A code is a word; anything else is not from AWS and must not reach a message as one.
  bool is_word = !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  return is_word ? std::string(text) : std::string();
}

Refusal read_xml(std::string_view body) {
  Refusal refusal;
  auto document = XmlDocument::parse(body);
  if (!document) return refusal;
  XmlNode root = document->root();
  XmlNode error = root.child("Error");
  if (!error.exists()) error = root.child("Errors").child("Error");
  if (!error.exists() && root.name() == "Error") error = root;
  refusal.code = bare_code(error.text("Code"));
  refusal.message = error.text("Message");
  for (const char* name : {"RequestId", "RequestID"}) {
    if (refusal.request_id.empty()) refusal.request_id = root.text(name);
  }
  return refusal;
}

Refusal read_json(std::string_view body) {
  Refusal refusal;
  boost::json::error_code failure;
  boost::json::value value;
  try {
    value = boost::json::parse(body, failure);
  } catch (const std::exception&) {
    return refusal;
  }
  if (failure || !value.is_object()) return refusal;
  const boost::json::object& object = value.get_object();
  refusal.code = bare_code(string_at(object, "__type"));
  if (refusal.code.empty()) refusal.code = bare_code(string_at(object, "code"));
  refusal.message = string_at(object, "message");
  if (refusal.message.empty()) refusal.message = string_at(object, "Message");
  return refusal;
}

// A refused signature comes with the canonical request, and in it the session token.
std::string safe_message(std::string_view message) {
  for (std::string_view echo : {"The Canonical String", "The canonical string", "Authorization="}) {
    message = message.substr(0, message.find(echo));
  }
  std::string text = excerpt(message, kMessageMax);
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<long> number_of(std::string_view text) {
  long value = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// x-amz-retry-after is in milliseconds, Retry-After in seconds (its form as a date is not used by
// AWS). Source: botocore 1.43 retries, 2026-08; RFC 9110.
std::optional<core::Milliseconds> retry_after_of(const HttpResponse& response) {
  if (auto milliseconds = number_of(response.header("x-amz-retry-after"))) {
    return std::min(core::Milliseconds(*milliseconds), kRetryAfterMax);
  }
  if (auto seconds = number_of(response.header("Retry-After"))) {
    long capped = std::min<long>(*seconds, kRetryAfterMax / std::chrono::seconds(1));
    return std::chrono::seconds(capped);
  }
  return std::nullopt;
}

std::string quota_hint(std::string_view message, std::string_view otherwise) {
  switch (quota_hit(message)) {
    case QuotaHit::manual_snapshots:
      return "Delete manual snapshots no longer needed, or ask AWS for a larger quota of manual "
             "snapshots in this region.";
    case QuotaHit::copies_in_flight:
      return "Wait: the copy can start when one in flight to this region ends.";
    case QuotaHit::none:
      return std::string(otherwise);
  }
  ASSERT(false);
}

}  // namespace

std::string request_id_of(const HttpResponse& response) {
  for (const char* name : {"x-amzn-RequestId", "x-amz-request-id"}) {
    if (std::string_view id = response.header(name); !id.empty()) return excerpt(id, kExcerptMax);
  }
  return {};
}

Refusal read_refusal(const HttpResponse& response) {
  std::string_view body = response.body;
  std::size_t start = body.find_first_not_of(" \t\r\n");
  Refusal refusal;
  if (start != body.npos && body.size() <= kErrorBodyMax) {
    refusal = body[start] == '{' ? read_json(body) : read_xml(body);
  }
  std::string named = bare_code(response.header("x-amzn-ErrorType"));
  if (!named.empty()) refusal.code = named;
  if (std::string id = request_id_of(response); !id.empty()) refusal.request_id = id;
  refusal.request_id = excerpt(refusal.request_id, kExcerptMax);
  return refusal;
}

core::Error read_error(std::string_view service, std::string_view call,
                       const HttpResponse& response, bool is_write) {
  Refusal refusal = read_refusal(response);
  core::Error error;
  error.kind = kind_of(service, refusal.code, response.status, is_write);
  error.aws_code = refusal.code;
  error.request_id = refusal.request_id;
  error.retry_after = retry_after_of(response);

  std::string text = safe_message(refusal.message);
  if (!refusal.code.empty()) {
    error.message = fmt::format("{}: {}{}{}", call, refusal.code, text.empty() ? "" : ": ", text);
    const ErrorRow* row = find_error_row(service, refusal.code);
    if (row != nullptr) error.hint = row->hint;
    if (refusal.code == "SnapshotQuotaExceeded")
      error.hint = quota_hint(refusal.message, error.hint);
    return error;
  }
  error.message = fmt::format("{}: answered with HTTP status {}", call, response.status);
  if (std::string shown = excerpt(response.body, kExcerptMax); !shown.empty()) {
    error.message += fmt::format(" and no error of AWS: \"{}\"", shown);
  }
  if (response.status < 500) {
    error.hint = "Check the endpoint and any proxy between here and AWS.";
    if (response.status == 401 || response.status == 403 || response.status == 407) {
      error.kind = core::ErrorKind::denied;
    }
  }
  return error;
}

}  // namespace snapferry::aws
