// Reading of one HTTP/1.1 answer from bytes as they come; no sockets. Header and body sizes are
// bounded, whatever a server claims.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "aws/http/http.h"
#include "core/result.h"

namespace snapferry::aws {

/// The largest page of RDS (100 records) is some 400 KiB; forty times that leaves room.
inline constexpr std::size_t kBodyBytesMax = 16UL << 20;
/// AWS answers carry under 2 KiB; servers commonly refuse above 8 to 64 KiB.
inline constexpr std::size_t kHeaderBytesMax = 64UL << 10;

class ResponseReader {
 public:
  enum class BodyRule {
    by_headers,  ///< Content-Length, chunked, or until the connection closes
    none,        ///< the answer to HEAD, and a 2xx to CONNECT, have no body whatever they say
  };

  explicit ResponseReader(BodyRule rule);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// Takes the next bytes; interim answers (1xx) are passed over.
  /// Returns: whether the answer is whole.
  /// Errors:   unknown: what came is no HTTP, or is past a limit.
  core::Result<bool> feed(std::string_view bytes);

  /// Says that the connection was closed.
  /// Errors:   unknown: the answer is not whole.
  core::Result<void> finish();

  /// Returns whether any byte has come.
  [[nodiscard]] bool has_started() const;

  /// Requires: the answer is whole.
  [[nodiscard]] bool keeps_connection() const;
  [[nodiscard]] HttpResponse take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace snapferry::aws
