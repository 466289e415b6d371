// SPDX-License-Identifier: Apache-2.0
#include "emulator/digests.h"

#include <array>
#include <cstdint>

#include <openssl/evp.h>

#include "core/result.h"

namespace snapferry::emulator {
namespace {

std::string digest(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr);
  ASSERT(done == 1);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

// All three are reflected: bits in and out lowest first, starting and ending inverted.
template <class Word>
std::string reflected_crc(Word polynomial, std::string_view text) {
  std::array<Word, 256> table{};
  for (size_t byte = 0; byte < table.size(); ++byte) {
    Word value = static_cast<Word>(byte);
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
    table.at(byte) = value;
  }
  Word crc = ~Word{0};
  for (const char c : text) {
    crc = table.at((crc ^ static_cast<unsigned char>(c)) & 0xff) ^ (crc >> 8);
  }
  crc = ~crc;
  std::string bytes;
  for (int shift = (int(sizeof(Word)) - 1) * 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((crc >> shift) & 0xff);
  }
  return bytes;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string md5_hex(std::string_view text) {
  return to_hex(digest(EVP_md5(), text));
}

std::string base64_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of(" \t\r\n") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

std::optional<std::string> checksum(std::string_view name, std::string_view bytes) {
  // The polynomials, reflected: IEEE 802.3, Castagnoli, NVM Express.
  if (name == "crc32") return reflected_crc<std::uint32_t>(0xEDB88320U, bytes);
  if (name == "crc32c") return reflected_crc<std::uint32_t>(0x82F63B78U, bytes);
  if (name == "crc64nvme") return reflected_crc<std::uint64_t>(0x9A6C9329AC4BC9B5ULL, bytes);
  if (name == "sha1") return digest(EVP_sha1(), bytes);
  if (name == "sha256") return digest(EVP_sha256(), bytes);
  if (name == "md5") return digest(EVP_md5(), bytes);
  return std::nullopt;
}

}  // namespace snapferry::emulator
