// The ids that the emulated AWS makes up: uuids, access keys, resource ids. Drawn from a seed and a
// count, so that the same seed and the same calls give the same ids, and a saved world goes on
// without repeating itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace snapferry::emulator {

/// Requires: the emulator's lock is held.
class Identifiers {
 public:
  /// `domain` keeps two models with one seed apart: "kms", "sts".
  Identifiers(unsigned long seed, std::string_view domain);

  /// Returns a version 4 uuid in lower case.
  std::string uuid();

  /// Returns `length` characters of `alphabet`.
  std::string text(size_t length, std::string_view alphabet);

  /// How many numbers were drawn, for --data.
  [[nodiscard]] unsigned long drawn() const { return drawn_; }
  void set_drawn(unsigned long drawn) { drawn_ = drawn; }

 private:
  unsigned long next();

  unsigned long seed_;
  unsigned long drawn_ = 0;
};

inline constexpr std::string_view kUpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Access key ids and principal ids are base 32.
inline constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace snapferry::emulator
