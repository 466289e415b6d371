// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_model.h"

#include <stdexcept>

#include <boost/json.hpp>

#include "emulator/digests.h"

namespace snapferry::emulator {
namespace {

namespace json = boost::json;
using TextMap = std::map<std::string, std::string>;

std::string text_at(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

core::Instant time_at(const json::object& object, std::string_view name) {
  return core::Instant(core::Milliseconds(object.at(name).as_int64()));
}

// JSON holds text only; an object is any bytes.
std::string bytes_at(const json::object& object, std::string_view name) {
  auto bytes = base64_decode(text_at(object, name));
  if (!bytes) throw std::invalid_argument("an object's body is no base64");
  return std::move(*bytes);
}

json::array save_objects(const S3Bucket& bucket) {
  json::array saved;
  for (const auto& [key, object] : bucket.objects) {
    saved.push_back(json::object{{"key", key},
                                 {"body", base64_encode(object.body)},
                                 {"etag", object.etag},
                                 {"modified_ms", object.modified.time_since_epoch().count()},
                                 {"headers", json::value_from(object.headers)}});
  }
  return saved;
}

json::array save_parts(const S3Upload& upload) {
  json::array saved;
  for (const auto& [number, part] : upload.parts) {
    saved.push_back(json::object{{"number", number},
                                 {"body", base64_encode(part.body)},
                                 {"etag", part.etag},
                                 {"checksums", json::value_from(part.checksums)}});
  }
  return saved;
}

S3Bucket load_bucket(const json::object& saved) {
  S3Bucket bucket{.name = text_at(saved, "name"),
                  .account = core::AccountId(text_at(saved, "account")),
                  .region = core::Region(text_at(saved, "region")),
                  .created = time_at(saved, "created_ms"),
                  .versioning = text_at(saved, "versioning"),
                  .policy = text_at(saved, "policy"),
                  .configurations = json::value_to<TextMap>(saved.at("configurations")),
                  .objects = {}};
  for (const json::value& item : saved.at("objects").as_array()) {
    const json::object& object = item.as_object();
    bucket.objects[text_at(object, "key")] = {
        .body = bytes_at(object, "body"),
        .etag = text_at(object, "etag"),
        .modified = time_at(object, "modified_ms"),
        .headers = json::value_to<TextMap>(object.at("headers"))};
  }
  return bucket;
}

S3Upload load_upload(const json::object& saved) {
  S3Upload upload{.bucket = text_at(saved, "bucket"),
                  .key = text_at(saved, "key"),
                  .initiated = time_at(saved, "initiated_ms"),
                  .headers = json::value_to<TextMap>(saved.at("headers")),
                  .parts = {}};
  for (const json::value& item : saved.at("parts").as_array()) {
    const json::object& part = item.as_object();
    upload.parts[part.at("number").as_int64()] = {
        .body = bytes_at(part, "body"),
        .etag = text_at(part, "etag"),
        .checksums = json::value_to<TextMap>(part.at("checksums"))};
  }
  return upload;
}

}  // namespace

const S3Bucket* S3Model::find_bucket(const std::string& bucket) const {
  const auto found = buckets.find(bucket);
  return found == buckets.end() ? nullptr : &found->second;
}

S3Bucket* S3Model::find_bucket(const std::string& bucket) {
  const auto found = buckets.find(bucket);
  return found == buckets.end() ? nullptr : &found->second;
}

const std::string* S3Model::find_object(const std::string& bucket, const std::string& key) const {
  const S3Bucket* found = find_bucket(bucket);
  if (found == nullptr) return nullptr;
  const auto object = found->objects.find(key);
  return object == found->objects.end() ? nullptr : &object->second.body;
}

void S3Model::put_object(const std::string& bucket, const std::string& key, std::string body) {
  S3Bucket& owner = ensure_service_bucket(bucket, core::Region("us-east-1"), {});
  S3Object& object = owner.objects[key];
  object.etag = md5_hex(body);
  object.body = std::move(body);
  object.headers["content-type"] = "binary/octet-stream";
}

void S3Model::delete_object(const std::string& bucket, const std::string& key) {
  if (S3Bucket* found = find_bucket(bucket)) found->objects.erase(key);
}

S3Bucket& S3Model::ensure_service_bucket(const std::string& bucket, const core::Region& region,
                                         core::Instant now) {
  const auto [found, is_new] = buckets.try_emplace(bucket);
  if (is_new) {
    found->second.name = bucket;
    found->second.account = core::AccountId(std::string(kS3ServiceAccount));
    found->second.region = region;
    found->second.created = now;
  }
  return found->second;
}

json::value S3Model::save() const {
  json::array saved_buckets;
  for (const auto& [name, bucket] : buckets) {
    saved_buckets.push_back(
        json::object{{"name", name},
                     {"account", bucket.account.str()},
                     {"region", bucket.region.str()},
                     {"created_ms", bucket.created.time_since_epoch().count()},
                     {"versioning", bucket.versioning},
                     {"policy", bucket.policy},
                     {"configurations", json::value_from(bucket.configurations)},
                     {"objects", save_objects(bucket)}});
  }
  json::array saved_uploads;
  for (const auto& [id, upload] : uploads) {
    saved_uploads.push_back(
        json::object{{"id", id},
                     {"bucket", upload.bucket},
                     {"key", upload.key},
                     {"initiated_ms", upload.initiated.time_since_epoch().count()},
                     {"headers", json::value_from(upload.headers)},
                     {"parts", save_parts(upload)}});
  }
  return json::object{{"ids_drawn", ids.drawn()},
                      {"buckets", std::move(saved_buckets)},
                      {"uploads", std::move(saved_uploads)}};
}

void S3Model::load(const json::value& saved) {
  const json::object& root = saved.as_object();
  ids.set_drawn(json::value_to<unsigned long>(root.at("ids_drawn")));
  buckets.clear();
  uploads.clear();
  for (const json::value& item : root.at("buckets").as_array()) {
    S3Bucket bucket = load_bucket(item.as_object());
    const std::string name = bucket.name;
    buckets[name] = std::move(bucket);
  }
  for (const json::value& item : root.at("uploads").as_array()) {
    uploads[text_at(item.as_object(), "id")] = load_upload(item.as_object());
  }
}

}  // namespace snapferry::emulator
