// SPDX-License-Identifier: Apache-2.0
// What an error means for the caller is decided here and only here: `transient` while not one byte
// of the request had left, `unknown` from then on until the answer is whole.
#include "aws/http/http_client.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "aws/http/http_parser.h"

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

/// A page of RDS's list fits in a few reads; more would not make it faster.
constexpr std::size_t kReadBytes = 32UL << 10;

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 section 5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// Returns whether the client writes this header itself.
bool is_own_header(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOwn = {"host", "content-length", "connection",
                                                    "transfer-encoding", "proxy-authorization"};
  return std::ranges::find(kOwn, lower_ascii(name)) != kOwn.end();
}

/// Returns the request as it goes over the wire.
Result<std::string> write_request(const HttpRequest& request, const Url& url,
                                  const std::optional<Proxy>& proxy) {
  if (!is_token(request.method)) {
    return fail(ErrorKind::invalid, fmt::format("'{}' is not an http method", request.method));
  }
  // A proxy for plain http is told the whole url (RFC 9112 section 3.2.2); a tunnel is transparent.
  bool is_forwarded = proxy && !url.is_https;
  std::string bytes = fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method,
                                  is_forwarded ? url.origin() : "", url.target, url.authority());
  for (const auto& [name, value] : request.headers) {
    if (is_own_header(name)) continue;
    if (!is_token(name) || !is_field_value(value)) {
      return fail(ErrorKind::invalid,
                  fmt::format("header '{}' cannot be sent",
                              is_token(name) ? name : "with a malformed name"),
                  "Header values hold no line breaks.");
    }
    bytes += fmt::format("{}: {}\r\n", name, value);
  }
  if (is_forwarded && !proxy->authorization.empty()) {
    bytes += "Proxy-Authorization: " + proxy->authorization + "\r\n";
  }
  // A body's length is told even when it is 0, where the method expects one (RFC 9110 section 8.6).
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    bytes += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return bytes + "Connection: keep-alive\r\n\r\n" + request.body;
}

}  // namespace

bool HttpClient::Route::operator==(const Route& other) const {
  return url.is_https == other.url.is_https && url.host == other.url.host &&
         url.port == other.url.port && proxy == other.proxy;
}

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::move(options)), tls_(options_.ca_bundle, options_.environment) {}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  Route route;
  route.url = TRY(parse_url(request.url));
  if (request.use_proxy) route.proxy = TRY(choose_proxy(options_.environment, route.url));
  std::string bytes = TRY(write_request(request, route.url, route.proxy));

  auto answer_of = [&](Exchange& done, HttpConnection& connection) -> Result<HttpResponse> {
    if (done.is_reusable) keep(route, std::move(connection));
    constexpr int kProxyAuthenticationRequired = 407;
    if (done.response && route.proxy && done.response->status == kProxyAuthenticationRequired) {
      return std::unexpected(proxy_refusal(*route.proxy, done.response->status));
    }
    return std::move(done.response);
  };

  if (auto kept = take_idle(route)) {
    Exchange done = exchange(*kept, request, bytes, route.url);
    // Closed between our look at it and our bytes. A time-out leaves it idle, and is no such case.
    bool was_dead = !done.response && !done.has_answer_begun && !kept->is_idle();
    bool is_repeatable = !done.was_anything_sent || request.method != "POST";
    if (!was_dead || !is_repeatable) return answer_of(done, *kept);
  }

  auto connection =
      TRY(HttpConnection::open(route.url, route.proxy, tls_, request.connect_timeout));
  Exchange done = exchange(connection, request, bytes, route.url);
  return answer_of(done, connection);
}

HttpClient::Exchange HttpClient::exchange(HttpConnection& connection, const HttpRequest& request,
                                          const std::string& bytes, const Url& url) const {
  core::Milliseconds time_max = options_.exchange_time_max;
  if (options_.time_left) time_max = std::min(time_max, options_.time_left());
  const Deadline deadline(time_max);
  std::uint64_t sent_before = connection.bytes_sent();
  ResponseReader reader(request.method == "HEAD" ? ResponseReader::BodyRule::none
                                                 : ResponseReader::BodyRule::by_headers);
  Exchange done;
  auto fail_with = [&](core::Error error) {
    done.was_anything_sent = connection.bytes_sent() != sent_before;
    done.has_answer_begun = reader.has_started();
    error.kind = done.was_anything_sent ? ErrorKind::unknown : ErrorKind::transient;
    done.response = std::unexpected(core::with_context(std::move(error), url.origin()));
  };

  auto written = connection.write_all(bytes, std::min(request.read_timeout, deadline.left()));
  // A server may answer and close before it has read all; that answer is worth more than "broken
  // pipe". Only where not one byte left there can be none.
  if (!written && connection.bytes_sent() == sent_before) {
    fail_with(written.error());
    return done;
  }

  std::array<char, kReadBytes> buffer;
  for (bool is_whole = false; !is_whole;) {
    auto received = connection.read_some(buffer, std::min(request.read_timeout, deadline.left()));
    if (deadline.left().count() == 0) {
      received =
          fail(ErrorKind::unknown, fmt::format("no whole answer in {} ms", time_max.count()));
    }
    if (!received) {
      fail_with(written ? received.error() : written.error());
      return done;
    }
    Result<bool> fed = *received > 0 ? reader.feed({buffer.data(), *received}) : Result<bool>(true);
    if (fed && *received == 0) {
      auto finished = reader.finish();
      if (!finished) fed = std::unexpected(finished.error());
    }
    if (!fed) {
      fail_with(fed.error());
      return done;
    }
    is_whole = *fed;
    if (*received == 0) break;
  }
  done.was_anything_sent = true;
  done.has_answer_begun = true;
  done.is_reusable = written.has_value() && reader.keeps_connection();
  done.response = reader.take();
  return done;
}

std::optional<HttpConnection> HttpClient::take_idle(const Route& route) {
  auto now = std::chrono::steady_clock::now();
  for (;;) {
    std::optional<HttpConnection> connection;
    {
      std::lock_guard lock(mutex_);
      std::erase_if(idle_,
                    [&](const Idle& idle) { return now - idle.since >= options_.idle_time_max; });
      // The youngest first: it is the least likely to have been closed.
      auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                [&](const Idle& idle) { return idle.route == route; });
      if (found == idle_.rend()) return std::nullopt;
      connection = std::move(found->connection);
      idle_.erase(std::next(found).base());
    }
    // Seen closed before anything was written: safe to take another, whatever the request.
    if (connection->is_idle()) return connection;
  }
}

void HttpClient::keep(const Route& route, HttpConnection connection) {
  std::lock_guard lock(mutex_);
  if (idle_.size() >= options_.idle_connections_max && !idle_.empty()) idle_.erase(idle_.begin());
  if (options_.idle_connections_max == 0) return;
  idle_.push_back({route, std::move(connection), std::chrono::steady_clock::now()});
}

}  // namespace snapferry::aws
