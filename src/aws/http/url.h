// Absolute http and https URLs, as endpoints and proxies are written. A Url that exists is valid:
// nothing in it can break out of a request line or a header.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace snapferry::aws {

struct Url {
  bool is_https = false;
  std::string host;  ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target = "/";  ///< path and query, as given; starts with "/"

  [[nodiscard]] std::string_view scheme() const { return is_https ? "https" : "http"; }

  /// Returns the value of the Host header: "host", or "host:port" when the port is not the scheme's
  /// own; an IPv6 address in brackets.
  [[nodiscard]] std::string authority() const;

  /// Returns "host:port" always, as CONNECT wants it; an IPv6 address in brackets.
  [[nodiscard]] std::string host_and_port() const;

  /// Returns "https://host:port" without path and query, for messages.
  [[nodiscard]] std::string origin() const;
};

/// Parses "http[s]://host[:port][/path][?query]".
/// Errors:   invalid: another scheme, user information, a fragment, spaces or control characters,
///           an empty or malformed host, a port outside 1 to 65535. Text behind an "@" only is
///           shown, so that no password is.
/// Source:   RFC 3986; the subset that RFC 9110 section 4.2 allows a client to send.
core::Result<Url> parse_url(std::string_view text);

/// Returns the text with A to Z in lower case, as schemes, hosts and header names compare.
std::string lower_ascii(std::string_view text);

/// Reads a port number, 1 to 65535.
/// Errors:   invalid.
core::Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace snapferry::aws
