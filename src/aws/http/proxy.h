// Which requests go through a proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, read as botocore and
// curl read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aws/http/url.h"
#include "core/environment.h"
#include "core/result.h"

namespace snapferry::aws {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< "Basic ..." for Proxy-Authorization; empty without credentials
  std::string origin;         ///< "http://proxy.example:3128", for messages: no credentials

  bool operator==(const Proxy&) const = default;
};

/// Parses "[http://][user:password@]host[:port]"; the port is 80 when not given, as urllib3 has it.
/// Errors:   invalid: a proxy that is itself reached over https or SOCKS; a malformed one. Messages
///           never show credentials.
core::Result<Proxy> parse_proxy(const std::string& text);

/// Returns whether NO_PROXY excepts a host.
///
/// Entries are divided by commas; "*" is every host; "example.com" and ".example.com" are the host
/// and all below it; "example.com:8080" counts for that port only; "10.0.0.0/8" and "fd00::/8"
/// are networks, for hosts written as addresses. Loopback is no exception unless it is listed.
/// Source: CPython urllib.request.proxy_bypass_environment, as botocore 1.43 calls it; networks as
///         curl since 7.86.
bool is_excepted(const std::string& no_proxy, const Url& url);

/// Returns the proxy for a url, if any: https_proxy or HTTPS_PROXY for https, http_proxy or
/// HTTP_PROXY for http. The lower-case name wins, also when it is set to nothing. ALL_PROXY is not
/// read, as botocore does not.
/// HTTP_PROXY (upper case) is not read where REQUEST_METHOD is set: under CGI a client's header
/// "Proxy:" would set it.
/// Errors:   as parse_proxy, naming the variable.
core::Result<std::optional<Proxy>> choose_proxy(const core::Environment& environment,
                                                const Url& url);

}  // namespace snapferry::aws
