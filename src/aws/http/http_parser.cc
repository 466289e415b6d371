// SPDX-License-Identifier: Apache-2.0
// The one file that knows of Boost.Beast, and of it only the parser: Beast's own reading and
// writing has no time-outs when it blocks.
#include "aws/http/http_parser.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace snapferry::aws {

namespace http = boost::beast::http;
using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

using Parser = http::response_parser<http::string_body>;

/// 101 is an answer of its own (RFC 9110 section 15.2.2), but one to a question we never ask.
constexpr unsigned kSwitchingProtocols = 101;

std::unexpected<core::Error> unreadable(const boost::beast::error_code& error) {
  if (error == http::error::body_limit) {
    return fail(ErrorKind::unknown,
                fmt::format("the answer's body is larger than {} MiB", kBodyBytesMax >> 20));
  }
  if (error == http::error::header_limit) {
    return fail(ErrorKind::unknown,
                fmt::format("the answer's headers are larger than {} KiB", kHeaderBytesMax >> 10));
  }
  return fail(ErrorKind::unknown, "the answer is not http: " + error.message(),
              "Check that the endpoint url is that of an AWS service.");
}

}  // namespace

struct ResponseReader::State {
  BodyRule rule;
  std::optional<Parser> parser;
  std::string pending;  ///< bytes that the parser has not consumed yet
  bool has_started = false;

  void restart() {
    parser.emplace();
    parser->eager(true);
    parser->body_limit(kBodyBytesMax);
    parser->header_limit(static_cast<std::uint32_t>(kHeaderBytesMax));
    if (rule == BodyRule::none) parser->skip(true);
  }

  Result<bool> advance();
};

/// Consumes what is pending, as far as it goes.
Result<bool> ResponseReader::State::advance() {
  std::size_t consumed = 0;
  while (consumed < pending.size() && !parser->is_done()) {
    boost::beast::error_code error;
    std::size_t taken = parser->put(
        boost::asio::buffer(pending.data() + consumed, pending.size() - consumed), error);
    consumed += taken;
    if (error == http::error::need_more) break;
    if (error) return unreadable(error);
    if (!parser->is_done()) continue;

    unsigned status = parser->get().result_int();
    if (status == kSwitchingProtocols) {
      return fail(ErrorKind::unknown, "the server switched to another protocol");
    }
    if (status / 100 == 1) restart();
  }
  pending.erase(0, consumed);
  // The parser looks for the end of the headers from the start each time, and bounds only what it
  // consumed; what waits is bounded here.
  if (pending.size() > kHeaderBytesMax && !parser->is_header_done()) {
    return unreadable(http::error::header_limit);
  }
  return parser->is_done();
}

ResponseReader::ResponseReader(BodyRule rule) : state_(std::make_unique<State>()) {
  state_->rule = rule;
  state_->restart();
}

ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

Result<bool> ResponseReader::feed(std::string_view bytes) {
  if (!bytes.empty()) state_->has_started = true;
  state_->pending.append(bytes);
  try {
    return state_->advance();
  } catch (const std::exception& error) {  // Beast throws on a field past its own limits
    return fail(ErrorKind::unknown, fmt::format("the answer is not http: {}", error.what()));
  }
}

Result<void> ResponseReader::finish() {
  if (!state_->has_started) {
    return fail(ErrorKind::unknown, "the connection was closed without an answer");
  }
  boost::beast::error_code error;
  if (state_->parser->is_header_done() && state_->pending.empty()) {
    state_->parser->put_eof(error);
    if (!error && state_->parser->is_done()) return {};
  }
  return fail(ErrorKind::unknown, "the connection was closed in the middle of the answer");
}

bool ResponseReader::has_started() const {
  return state_->has_started;
}

bool ResponseReader::keeps_connection() const {
  // Bytes behind the answer belong to no question of ours.
  return state_->parser->keep_alive() && state_->pending.empty();
}

HttpResponse ResponseReader::take() {
  auto message = state_->parser->release();
  HttpResponse response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace snapferry::aws
