// What passes through the emulator's HTTP door, before and after a service has spoken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::emulator {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Compares two header names as HTTP does: without case.
bool is_same_header(std::string_view left, std::string_view right);

/// Returns the date as HTTP headers show it: "Sun, 22 Nov 2026 00:23:17 GMT".
std::string http_date(core::Instant instant);

struct WireRequest {
  std::string method;
  std::string target;  ///< path and query, as received
  Fields headers;
  std::string body;
  bool is_from_loopback =
      true;  ///< the client's address; what is unsigned is served to loopback only

  /// Returns the first header of that name, compared without case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct WireResponse {
  int status = 200;
  Fields headers;  ///< Content-Length and Connection are added by the server
  std::string body;
};

/// What the door does with a request: an answer, perhaps late, perhaps never sent.
struct Reply {
  WireResponse response;
  bool is_lost = false;         ///< the connection closes without an answer
  core::Milliseconds delay{0};  ///< before the answer is sent, on the host's clock
};

/// A refusal with the code, HTTP status and message that AWS uses.
struct ServiceError {
  int http_status = 400;
  std::string code;  ///< the wire code: "DBSnapshotNotFound", not the model's shape name
  std::string message;
};

/// Builds a refusal.
std::unexpected<ServiceError> refuse(int http_status, std::string_view code, std::string message);

template <class T>
using ServiceResult = std::expected<T, ServiceError>;

/// Who calls, where and when: known once the signature was checked.
struct Caller {
  core::AccountId account;
  core::Region region;  ///< from the signature's scope
  std::string partition;
  std::string principal_arn;
  std::string user_id = {};  ///< as STS tells it: the account for its root, "AROA...:session"
};

}  // namespace snapferry::emulator
