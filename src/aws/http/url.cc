// Parsing of URLs by hand: small, strict, and with messages that name what is wrong.
// SPDX-License-Identifier: Apache-2.0
#include "aws/http/url.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <utility>

#include <fmt/format.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

constexpr std::uint16_t kHttpPort = 80;      // RFC 9110 section 4.2.1
constexpr std::uint16_t kHttpsPort = 443;    // RFC 9110 section 4.2.2
constexpr std::size_t kHostLengthMax = 253;  // RFC 1035 section 2.3.4, without the final dot

bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}

bool is_host_character(char c) {
  // "_" is no letter of a host name, yet container links and S3 endpoints use it.
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/// What a message may show of a URL: user information is replaced, however malformed the rest is.
std::string shown(std::string_view text) {
  auto at = text.rfind('@');
  std::string out =
      at == std::string_view::npos ? std::string(text) : "...@" + std::string(text.substr(at + 1));
  std::ranges::replace_if(out, [](char c) { return !is_visible(c); }, '?');
  return out;
}

Result<std::string> parse_host(std::string_view host, std::string_view url) {
  if (host.empty()) {
    return fail(ErrorKind::invalid, fmt::format("url '{}' names no host", shown(url)),
                "Write it as https://host[:port]/path.");
  }
  if (host.size() > kHostLengthMax || !std::ranges::all_of(lower_ascii(host), is_host_character) ||
      host.front() == '.') {
    return fail(ErrorKind::invalid,
                fmt::format("'{}' in url '{}' is not a host name", shown(host), shown(url)),
                "Host names hold letters, digits, '-' and '.'; IPv6 addresses stand in brackets.");
  }
  return lower_ascii(host);
}

Result<std::string> parse_ipv6(std::string_view address, std::string_view url) {
  in6_addr parsed{};
  std::string text = lower_ascii(address);
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) {
    return fail(ErrorKind::invalid, fmt::format("'[{}]' in url '{}' is not an IPv6 address",
                                                shown(address), shown(url)));
  }
  return text;
}

}  // namespace

std::string Url::host_and_port() const {
  bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string Url::authority() const {
  if (port != (is_https ? kHttpsPort : kHttpPort)) return host_and_port();
  return host.find(':') != std::string::npos ? "[" + host + "]" : host;
}

std::string Url::origin() const {
  return fmt::format("{}://{}", scheme(), authority());
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  bool is_whole = error == std::errc() && stop == text.data() + text.size();
  if (!is_whole || port == 0) {
    return fail(ErrorKind::invalid, fmt::format("'{}' is not a port", shown(text)),
                "A port is a number from 1 to 65535.");
  }
  return port;
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  auto colon = text.find("://");
  std::string scheme = colon == std::string_view::npos ? "" : lower_ascii(text.substr(0, colon));
  if (scheme != "http" && scheme != "https") {
    return fail(ErrorKind::invalid,
                fmt::format("url '{}' does not start with http:// or https://", shown(text)),
                "Write it as https://host[:port]/path.");
  }
  url.is_https = scheme == "https";
  if (!std::ranges::all_of(text, is_visible)) {
    return fail(ErrorKind::invalid,
                fmt::format("url '{}' holds a space or a character outside ASCII", shown(text)),
                "Percent-encode it.");
  }
  if (text.find('#') != std::string_view::npos) {
    return fail(ErrorKind::invalid, fmt::format("url '{}' holds a fragment", shown(text)),
                "Leave out the '#' and what follows.");
  }

  std::string_view rest = text.substr(colon + 3);
  auto path = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path);
  if (path != std::string_view::npos) url.target = rest.substr(path);
  if (url.target.front() == '?') url.target.insert(0, "/");

  if (authority.find('@') != std::string_view::npos) {
    return fail(ErrorKind::invalid, fmt::format("url '{}' holds user information", shown(text)),
                "Leave out what stands before the '@'; credentials are not given in a url.");
  }

  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    auto close = authority.find(']');
    if (close == std::string_view::npos) {
      return fail(ErrorKind::invalid, fmt::format("url '{}' lacks a ']'", shown(text)));
    }
    url.host = TRY(parse_ipv6(authority.substr(1, close - 1), text));
    port = authority.substr(close + 1);
    has_port = !port.empty();
    if (has_port && !port.starts_with(':')) {
      return fail(ErrorKind::invalid,
                  fmt::format("'{}' follows the ']' in url '{}'", shown(port), shown(text)));
    }
    if (has_port) port.remove_prefix(1);
  } else {
    auto divider = authority.find(':');
    has_port = divider != std::string_view::npos;
    if (has_port) port = authority.substr(divider + 1);
    url.host = TRY(parse_host(authority.substr(0, divider), text));
  }
  url.port = has_port ? TRY(parse_port(port)) : (url.is_https ? kHttpsPort : kHttpPort);
  return url;
}

}  // namespace snapferry::aws
