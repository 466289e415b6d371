// SPDX-License-Identifier: Apache-2.0
// Messages are built from what follows the last "@", so that no password can slip into them.
#include "aws/http/proxy.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

struct Address {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  int bits = 0;  ///< 32 or 128; 0: no address
};

Address parse_address(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  }
  return address;
}

bool is_in_network(const Address& address, std::string_view network) {
  auto slash = network.find('/');
  Address base = parse_address(std::string(network.substr(0, slash)));
  std::string_view prefix = network.substr(slash + 1);
  int bits = -1;
  auto [stop, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  if (error != std::errc() || stop != prefix.data() + prefix.size()) return false;
  if (base.bits == 0 || base.bits != address.bits || bits < 0 || bits > base.bits) return false;
  auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(base.bytes.data(), address.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  int mask = 0xff << (8 - bits % 8) & 0xff;
  return ((base.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

/// Divides "name:port" and "[address]:port"; a bare IPv6 address has no port.
void split_port(std::string_view entry, std::string& name, std::string_view& port) {
  if (entry.starts_with('[')) {
    auto close = std::min(entry.find(']'), entry.size() - 1);
    name = entry.substr(1, close - 1);
    if (close + 1 < entry.size() && entry[close + 1] == ':') port = entry.substr(close + 2);
    return;
  }
  auto colon = entry.find(':');
  bool has_port = colon != std::string_view::npos && entry.rfind(':') == colon;
  name = has_port ? entry.substr(0, colon) : entry;
  if (has_port) port = entry.substr(colon + 1);
}

bool is_match(std::string_view raw, const Url& url, const Address& address) {
  std::string entry = lower_ascii(trim(raw));
  if (entry.empty()) return false;
  if (entry == "*") return true;
  if (entry.find('/') != std::string::npos) {
    return address.bits != 0 && is_in_network(address, entry);
  }
  std::string name;
  std::string_view port;
  split_port(entry, name, port);
  if (!port.empty() && port != std::to_string(url.port)) return false;
  name.erase(0, name.find_first_not_of('.'));
  if (name.empty()) return false;
  return url.host == name || url.host.ends_with("." + name);
}

/// Returns what the variable says under its lower- or upper-case name; nothing when it is unset.
std::optional<std::string> variable(const core::Environment& environment, const std::string& name) {
  auto found = environment.values().find(name);
  if (found != environment.values().end()) return found->second;
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  if (upper == "HTTP_PROXY" && environment.get("REQUEST_METHOD")) return std::nullopt;
  return environment.get(upper);
}

}  // namespace

Result<Proxy> parse_proxy(const std::string& text) {
  std::string_view rest = text;
  std::string scheme = "http";
  if (auto divider = rest.find("://"); divider != std::string_view::npos) {
    scheme = lower_ascii(rest.substr(0, divider));
    rest.remove_prefix(divider + 3);
  }
  std::string credentials;
  bool has_credentials = false;
  auto path = rest.find('/', rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@'));
  rest = rest.substr(0, path);
  if (auto at = rest.rfind('@'); at != std::string_view::npos) {
    credentials = percent_decode(rest.substr(0, at));
    has_credentials = true;
    rest.remove_prefix(at + 1);
  }
  if (scheme != "http") {
    return fail(ErrorKind::invalid, fmt::format("proxy {}://{} is not an http one", scheme, rest),
                "Name a proxy that is reached over plain http, as in http://proxy.example:3128; "
                "what passes through it to AWS is encrypted all the same.");
  }
  Url url = TRY(parse_url("http://" + std::string(rest)));
  Proxy proxy{.host = url.host, .port = url.port, .authorization = "", .origin = url.origin()};
  if (has_credentials) {
    if (credentials.find(':') == std::string::npos) credentials += ':';
    proxy.authorization = "Basic " + base64(credentials);
  }
  return proxy;
}

bool is_excepted(const std::string& no_proxy, const Url& url) {
  Address address = parse_address(url.host);
  std::size_t start = 0;
  while (start <= no_proxy.size()) {
    auto comma = std::min(no_proxy.find(',', start), no_proxy.size());
    if (is_match(std::string_view(no_proxy).substr(start, comma - start), url, address))
      return true;
    start = comma + 1;
  }
  return false;
}

Result<std::optional<Proxy>> choose_proxy(const core::Environment& environment, const Url& url) {
  const std::string name = url.is_https ? "https_proxy" : "http_proxy";
  auto text = variable(environment, name);
  if (!text || text->empty()) return std::nullopt;
  if (auto except = variable(environment, "no_proxy"); except && is_excepted(*except, url)) {
    return std::nullopt;
  }
  auto proxy = parse_proxy(*text);
  if (!proxy) return std::unexpected(core::with_context(proxy.error(), name));
  return *proxy;
}

}  // namespace snapferry::aws
