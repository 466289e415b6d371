// What single objects and uploads in parts have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "emulator/s3/s3_request.h"

namespace snapferry::emulator {

/// Source: Amazon S3 API Reference, "List of error codes", KeyTooLongError, 2024.
inline constexpr size_t kS3KeyMax = 1024;
/// Ours: far more than a function's zip, and little enough for a machine's memory.
inline constexpr size_t kS3ObjectMax = size_t{512} * 1024 * 1024;

/// Returns the headers that S3 keeps with an object.
/// Errors:   KeyTooLongError, InvalidStorageClass, InvalidArgument, KMS.NotFoundException,
///           AccessControlListNotSupported 400.
ServiceResult<std::map<std::string, std::string>> read_object_headers(S3Call& call);

/// Returns those that an answer to a write tells of.
Fields encryption_headers(const std::map<std::string, std::string>& headers);

}  // namespace snapferry::emulator
