// S3 as far as code and custom resources need it: buckets, objects and uploads in parts, in memory.
// With --data the objects are in the file too (base64), which is why each write of a large object
// takes its time there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <boost/json/fwd.hpp>

#include "core/time.h"
#include "emulator/identifiers.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// Owns the buckets that services keep for themselves (where custom resources answer), so that no
/// user sees them in a list. Ours: no account in a test has this number.
inline constexpr std::string_view kS3ServiceAccount = "999999999999";

struct S3Object {
  std::string body;
  std::string etag;  ///< without its quotes
  core::Instant modified;
  /// Headers kept and given back as sent, names in lower case: content-type, cache-control,
  /// x-amz-meta-*, x-amz-server-side-encryption*, x-amz-checksum-*.
  std::map<std::string, std::string> headers;
};

struct S3Part {
  std::string body;
  std::string etag;
  std::map<std::string, std::string> checksums;  ///< "x-amz-checksum-crc32" to base64
};

struct S3Upload {
  std::string bucket;
  std::string key;
  core::Instant initiated;
  std::map<std::string, std::string> headers;  ///< of the object to be
  std::map<long, S3Part> parts;                ///< by part number
};

struct S3Bucket {
  std::string name;
  core::AccountId account;
  core::Region region;
  core::Instant created;
  std::string versioning;  ///< "", "Enabled", "Suspended"; one version is kept all the same
  std::string policy;      ///< JSON text
  std::map<std::string, std::string> configurations;  ///< subresource to its XML as sent
  std::map<std::string, S3Object> objects;            ///< by key
};

/// Requires: the emulator's lock is held (World::mutex).
class S3Model {
 public:
  explicit S3Model(unsigned long seed = 1) : ids(seed, "s3") {}

  /// Returns the object's bytes; nullptr when there is no such bucket or key.
  [[nodiscard]] const std::string* find_object(const std::string& bucket,
                                               const std::string& key) const;
  /// Returns the bucket; nullptr when there is none. Code of a function must lie in its own region.
  [[nodiscard]] S3Bucket* find_bucket(const std::string& bucket);
  [[nodiscard]] const S3Bucket* find_bucket(const std::string& bucket) const;

  /// Makes the bucket too where it is missing: for services that keep a bucket of their own.
  void put_object(const std::string& bucket, const std::string& key, std::string body);
  void delete_object(const std::string& bucket, const std::string& key);

  /// Makes a bucket of kS3ServiceAccount where there is none of that name. Repeat: does nothing.
  S3Bucket& ensure_service_bucket(const std::string& bucket, const core::Region& region,
                                  core::Instant now);

  [[nodiscard]] boost::json::value save() const;
  /// Errors:   an exception of Boost.JSON when `saved` is not what save() gave.
  void load(const boost::json::value& saved);

  Identifiers ids;
  std::map<std::string, S3Bucket> buckets;  ///< by name: one name space for all accounts
  std::map<std::string, S3Upload> uploads;  ///< by upload id
};

}  // namespace snapferry::emulator
