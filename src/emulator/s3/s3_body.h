// The body of a request to S3 as the client meant it: taken out of its aws-chunked frame, and
// compared with every checksum that came with it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "emulator/wire.h"

namespace snapferry::emulator {

struct S3Body {
  std::string bytes;
  std::map<std::string, std::string> checksums;  ///< "x-amz-checksum-crc32" to base64, verified
};

/// Errors:   BadDigest 400: Content-MD5 or a checksum is that of other bytes; InvalidDigest,
///           InvalidRequest 400: it is none; IncompleteBody 400: the frame is broken or its length
///           is another than announced; NotImplemented 501: chunks signed one by one.
/// Source:   Amazon S3 API Reference, "Signature Calculations: Including Trailing Headers
///           (Chunked Upload)", 2025; botocore 1.43 httpchecksum.py, AwsChunkedWrapper.
ServiceResult<S3Body> read_s3_body(const WireRequest& request);

}  // namespace snapferry::emulator
