// SPDX-License-Identifier: Apache-2.0
// Lookups ask for addresses of TCP sockets with a numeric port: a named one would go through the
// services database, hence through modules again.
#include "aws/http/name_service.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <nss.h>

#include <fmt/format.h>

namespace snapferry::aws {

using core::ErrorKind;
using core::fail;
using core::Result;

void pin_name_service() {
  // The only failure is a malformed line, and this line is a constant.
  int refused = __nss_configure_lookup("hosts", "files dns");
  ASSERT(refused == 0);
}

std::string SocketAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = "?";
  if (storage.ss_family == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(&storage);
    inet_ntop(AF_INET6, &address->sin6_addr, buffer, sizeof buffer);
  } else {
    const auto* address = reinterpret_cast<const sockaddr_in*>(&storage);
    inet_ntop(AF_INET, &address->sin_addr, buffer, sizeof buffer);
  }
  return buffer;
}

namespace {

/// Returns getaddrinfo's verdict, 0 with at least one address.
int look_up(const std::string& host, std::uint16_t port, int flags,
            std::vector<SocketAddress>& into) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  // No AI_ADDRCONFIG: it forgets loopback-only machines; an address without a route fails at once.
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  int verdict = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (verdict != 0) return verdict;
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    into.push_back(address);
  }
  return into.empty() ? EAI_NONAME : 0;
}

}  // namespace

Result<std::vector<SocketAddress>> resolve_host(const std::string& host, std::uint16_t port) {
  std::vector<SocketAddress> addresses;
  if (look_up(host, port, AI_NUMERICHOST, addresses) == 0) return addresses;

  int verdict = look_up(host, port, 0, addresses);
  int system_error = errno;
  if (verdict != 0 && host == "localhost") verdict = look_up("127.0.0.1", port, 0, addresses);
  if (verdict == 0) return addresses;

  if (verdict == EAI_NONAME || verdict == EAI_NODATA) {
    return fail(ErrorKind::transient, fmt::format("host '{}' is not known", host),
                "Check the region or the endpoint url, and that this machine's DNS works.");
  }
  const char* reason = verdict == EAI_SYSTEM ? std::strerror(system_error) : gai_strerror(verdict);
  return fail(ErrorKind::transient, fmt::format("looking up host '{}' failed: {}", host, reason),
              "Check that this machine's DNS works.");
}

}  // namespace snapferry::aws
