// Names to addresses, by the C library, in the two ways that a static binary can: /etc/hosts and
// DNS. The one file that calls getaddrinfo (linkers warn of it in static builds; the pin is why it
// is safe).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "core/result.h"

namespace snapferry::aws {

/// Fixes host lookups to "files dns", whatever /etc/nsswitch.conf says.
///
/// A static glibc loads the shared modules that nsswitch.conf names ("resolve", "myhostname",
/// "mdns"), together with the host's own libc.so, and dies in them where that is of another
/// version: SIGABRT on Debian 11, SIGFPE on Debian 13. With the pin no module is ever loaded.
/// systemd-resolved still answers through the stub in resolv.conf; mDNS names do not resolve.
/// Requires: is the first thing in main, before any thread and any lookup.
/// Repeat:   safe.
/// Source:   glibc 2.36 nss.h; tests/static proves both halves.
void pin_name_service();

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  /// Returns "192.0.2.1" or "2001:db8::1", for messages.
  [[nodiscard]] std::string text() const;
};

/// Returns the addresses of a host in the order to try them; never empty. IPv4 and IPv6 literals
/// need no lookup; "localhost" is 127.0.0.1 where no source knows it (an empty container).
/// Blocks for as long as resolv.conf lets the resolver try (10 seconds by default).
/// Errors:   transient: no such name, or no answer from the name servers.
core::Result<std::vector<SocketAddress>> resolve_host(const std::string& host, std::uint16_t port);

}  // namespace snapferry::aws
