// SPDX-License-Identifier: Apache-2.0
#include "emulator/digests.h"

#include <gtest/gtest.h>

namespace snapferry::emulator {
namespace {

// Check values of "123456789". Source: CRC catalogue (reveng), CRC-32/ISO-HDLC, CRC-32/ISCSI,
// CRC-64/NVME; RFC 1321 and RFC 3174 programs.
TEST(Digests, CheckValues) {
  struct Row {
    const char* name;
    const char* hex;
  };
  const Row rows[] = {
      {"crc32", "cbf43926"},
      {"crc32c", "e3069283"},
      {"crc64nvme", "ae8b14860a799888"},
      {"md5", "25f9e794323b453885f5181f1b624d0b"},
      {"sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
      {"sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
  };
  for (const Row& row : rows) {
    const auto bytes = checksum(row.name, "123456789");
    ASSERT_TRUE(bytes) << row.name;
    EXPECT_EQ(to_hex(*bytes), row.hex) << row.name;
  }
  EXPECT_FALSE(checksum("crc16", "123456789"));
}

TEST(Digests, Base64BothWays) {
  for (const char* text : {"", "f", "fo", "foo", "foob"}) {
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
  }
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_FALSE(base64_decode("Zm9"));
  EXPECT_FALSE(base64_decode("Zm9*"));
}

}  // namespace
}  // namespace snapferry::emulator
