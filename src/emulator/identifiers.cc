// SPDX-License-Identifier: Apache-2.0
#include "emulator/identifiers.h"

#include <cstdint>

#include <fmt/format.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

// splitmix64: its output is a bijection of the count, so a model never draws a number twice.
uint64_t mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

}  // namespace

Identifiers::Identifiers(unsigned long seed, std::string_view domain) : seed_(mix(seed)) {
  for (char c : domain) seed_ = mix(seed_ ^ static_cast<unsigned char>(c));
}

unsigned long Identifiers::next() {
  return mix(seed_ + drawn_++);
}

std::string Identifiers::uuid() {
  const uint64_t high = next();
  const uint64_t low = next();
  // RFC 9562: version 4 in the top of the third group, variant 10 in the top of the fourth.
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFF, 0x8000 | (low >> 50), low & 0xFFFFFFFFFFFF);
}

std::string Identifiers::text(size_t length, std::string_view alphabet) {
  ASSERT(!alphabet.empty());
  std::string result;
  result.reserve(length);
  for (size_t i = 0; i < length; ++i) result += alphabet[next() % alphabet.size()];
  return result;
}

}  // namespace snapferry::emulator
