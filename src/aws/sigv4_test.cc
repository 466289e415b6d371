// Every vector of tests/data/sigv4, step by step: the body from our own request builders where we
// send that call, then canonical request, string to sign, signature, headers and presigned URL.
// SPDX-License-Identifier: Apache-2.0
#include "aws/sigv4.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "aws/api/kms_api.h"
#include "aws/api/rds_api_requests.h"
#include "aws/query_form.h"

namespace snapferry::aws {
namespace {

namespace json = boost::json;

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

std::string text_of(const json::value& value) {
  return std::string(json::value_to<std::string>(value));
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? "" : text_of(*value);
}

std::string lines_at(const json::object& object, std::string_view name) {
  std::string text;
  bool is_first = true;
  for (const json::value& line : object.at(name).as_array()) {
    if (!is_first) text += '\n';
    is_first = false;
    text += text_of(line);
  }
  return text;
}

std::vector<std::filesystem::path> vector_files(const std::string& prefix) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SNAPFERRY_TEST_DATA "/sigv4")) {
    if (entry.path().extension() == ".json" && entry.path().filename().string().starts_with(prefix))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Fields tags_at(const json::object& parameters) {
  Fields tags;
  if (const json::value* list = parameters.if_contains("Tags")) {
    for (const json::value& tag : list->as_array()) {
      tags.emplace_back(text_at(tag.as_object(), "Key"), text_at(tag.as_object(), "Value"));
    }
  }
  return tags;
}

class SigV4Vector : public testing::TestWithParam<std::filesystem::path> {
 protected:
  void SetUp() override {
    std::ifstream file(GetParam());
    std::string text((std::istreambuf_iterator<char>(file)), {});
    vector_ = json::parse(text).as_object();
    key_ = {"AKIDEXAMPLE", std::string(kSecret), text_at(vector_, "session_token")};
    scope_ = {core::parse_instant(text_at(vector_, "time")).value(), text_at(vector_, "region"),
              text_at(vector_, "service")};
  }

  [[nodiscard]] const json::object& parameters() const {
    return vector_.at("parameters").as_object();
  }

  // The copy's form as our builder writes it, and CopyTags, which we never send but the vector
  // does.
  [[nodiscard]] QueryForm copy_form() const {
    const json::object& in = parameters();
    std::string source = text_at(in, "SourceDBSnapshotIdentifier");
    std::string target = text_at(in, "TargetDBSnapshotIdentifier");
    std::string kms_key = text_at(in, "KmsKeyId");
    QueryForm form = copy_snapshot_form({{}, source, target, kms_key, {}, tags_at(in)});
    if (in.contains("CopyTags")) form.add("CopyTags", in.at("CopyTags").as_bool());
    return form;
  }

  [[nodiscard]] QueryForm cluster_copy_form() const {
    const json::object& in = parameters();
    std::string source = text_at(in, "SourceDBClusterSnapshotIdentifier");
    std::string target = text_at(in, "TargetDBClusterSnapshotIdentifier");
    std::string kms_key = text_at(in, "KmsKeyId");
    return copy_snapshot_form(
        {core::DatabaseKind::cluster, source, target, kms_key, {}, tags_at(in)});
  }

  [[nodiscard]] QueryForm form_to_presign() const {
    return text_at(vector_, "operation") == "CopyDBSnapshot" ? copy_form() : cluster_copy_form();
  }

  [[nodiscard]] SignableRequest presignable() const {
    SignableRequest request;
    request.method = "GET";
    request.host = text_at(vector_.at("presigned").as_object(), "host");
    request.path = "/";
    request.query = presigned_copy_query(form_to_presign(), scope_.region);
    return request;
  }

  [[nodiscard]] SigningScope presign_scope() const {
    SigningScope scope = scope_;
    scope.region = text_at(vector_.at("presigned").as_object(), "region");
    return scope;
  }

  // The body of our own builders, or the vector's where the call is none of ours.
  [[nodiscard]] std::string body() const {
    std::string operation = text_at(vector_, "operation");
    const json::object& in = parameters();
    if (operation == "DescribeDBSnapshots") {
      std::string snapshot = text_at(in, "DBSnapshotIdentifier");
      std::string type = text_at(in, "SnapshotType");
      std::string marker = text_at(in, "Marker");
      long size = in.contains("MaxRecords") ? in.at("MaxRecords").as_int64() : 0;
      return describe_snapshots_form({{}, {}, snapshot, type, size, marker}).body();
    }
    if (operation == "CreateDBSnapshot") {
      return create_snapshot_form({}, text_at(in, "DBInstanceIdentifier"),
                                  text_at(in, "DBSnapshotIdentifier"), tags_at(in))
          .body();
    }
    if (vector_.contains("presigned")) {
      return form_to_presign()
          .add("PreSignedUrl", std::string_view(presign_url(presignable(), key_, presign_scope(),
                                                            core::Seconds(3600))))
          .body();
    }
    if (operation == "DescribeKey") {
      return describe_key_body(core::KeyRef(text_at(in, "KeyId")));
    }
    return text_at(vector_, "body");
  }

  [[nodiscard]] SignableRequest signable() const {
    SignableRequest request{"POST", text_at(vector_, "host"), "/", {}, {}, body()};
    request.headers.emplace_back("Content-Type", text_at(vector_, "content_type"));
    if (std::string target = text_at(vector_, "target"); !target.empty()) {
      request.headers.emplace_back("X-Amz-Target", target);
    }
    return request;
  }

  json::object vector_;
  SigningKey key_;
  SigningScope scope_;
};

class SigV4PresignedVector : public SigV4Vector {};

TEST_P(SigV4Vector, BodyIsTheSameToTheByte) {
  EXPECT_EQ(body(), text_at(vector_, "body"));
}

TEST_P(SigV4Vector, EveryStepOfTheSignature) {
  const json::object& expected = vector_.at("expected").as_object();
  SignableRequest request = signable();
  Fields headers = request.headers;
  headers.emplace_back("host", request.host);
  headers.emplace_back("X-Amz-Date", "20260115T120000Z");
  if (!key_.session_token.empty()) {
    headers.emplace_back("X-Amz-Security-Token", key_.session_token);
  }
  Signature signature =
      compute_signature(request, headers, sha256_hex(request.body), kSecret, scope_);
  EXPECT_EQ(signature.canonical_request, lines_at(expected, "canonical_request"));
  EXPECT_EQ(signature.string_to_sign, lines_at(expected, "string_to_sign"));
  EXPECT_EQ(signature.signature, text_at(expected, "signature"));
}

TEST_P(SigV4Vector, HeadersToAdd) {
  Fields expected;
  if (!key_.session_token.empty()) {
    expected.emplace_back("X-Amz-Security-Token", key_.session_token);
  }
  expected.emplace_back("X-Amz-Date", "20260115T120000Z");
  expected.emplace_back("Authorization",
                        text_at(vector_.at("expected").as_object(), "authorization"));
  EXPECT_EQ(sign_headers(signable(), key_, scope_), expected);
}

TEST_P(SigV4PresignedVector, UrlAndEveryStep) {
  const json::object& expected = vector_.at("presigned").as_object();
  SignableRequest request = presignable();
  EXPECT_EQ(presign_url(request, key_, presign_scope(), core::Seconds(3600)),
            text_at(expected, "url"));

  // What a server does with it: the received query without the signature.
  request.query.emplace_back("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  request.query.emplace_back(
      "X-Amz-Credential", "AKIDEXAMPLE/20260115/" + presign_scope().region + "/rds/aws4_request");
  request.query.emplace_back("X-Amz-Date", "20260115T120000Z");
  request.query.emplace_back("X-Amz-SignedHeaders", "host");
  request.query.emplace_back("X-Amz-Expires", "3600");
  if (!key_.session_token.empty()) {
    request.query.emplace_back("X-Amz-Security-Token", key_.session_token);
  }
  Signature signature = compute_signature(request, {{"host", request.host}}, sha256_hex(""),
                                          kSecret, presign_scope());
  EXPECT_EQ(signature.canonical_request, lines_at(expected, "canonical_request"));
  EXPECT_EQ(signature.string_to_sign, lines_at(expected, "string_to_sign"));
  EXPECT_EQ(signature.signature, text_at(expected, "signature"));
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& file) {
  std::string name = file.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, SigV4Vector, testing::ValuesIn(vector_files("")), name_of);
INSTANTIATE_TEST_SUITE_P(Files, SigV4PresignedVector, testing::ValuesIn(vector_files("copy-")),
                         name_of);

TEST(SigV4, FindsItsVectors) {
  EXPECT_EQ(vector_files("").size(), 12U);
  EXPECT_EQ(vector_files("copy-").size(), 3U);
}

struct PathRow {
  std::string name;
  std::string path;
  std::string canonical;
};

class SigV4Path : public testing::TestWithParam<PathRow> {};

TEST_P(SigV4Path, IsNormalisedAndEncodedTwice) {
  SignableRequest request{"GET", "h", GetParam().path, {}, {}, {}};
  Signature signature = compute_signature(request, {{"Host", "h"}}, "x", "s", {});
  EXPECT_TRUE(signature.canonical_request.starts_with("GET\n" + GetParam().canonical + "\n"))
      << signature.canonical_request;
}

INSTANTIATE_TEST_SUITE_P(Rows, SigV4Path,
                         testing::Values(PathRow{"Empty", "", "/"}, PathRow{"Root", "/", "/"},
                                         PathRow{"Dots", "/a/./b/../c", "/a/c"},
                                         PathRow{"Slashes", "//a//b/", "/a/b/"},
                                         PathRow{"AboveRoot", "/../a", "/a"},
                                         PathRow{"Space", "/a b", "/a%2520b"}),
                         [](const auto& row) { return row.param.name; });

TEST(SigV4, SqueezesAndJoinsHeaderValues) {
  SignableRequest request{"GET", "h", "/", {}, {}, {}};
  Signature signature = compute_signature(
      request, {{"My-B", "  a   b\t c "}, {"host", "h"}, {"MY-b", "d"}}, "x", "s", {});
  EXPECT_EQ(signature.signed_headers, "host;my-b");
  EXPECT_NE(signature.canonical_request.find("my-b:a b c,d\n"), std::string::npos);
}

TEST(SigV4, SortsTheQueryByEncodedNameThenValue) {
  SignableRequest request{"GET", "h", "/", {{"b", "2"}, {"b", "1"}, {"a~", ""}, {"a ", "*"}},
                          {},    {}};
  Signature signature = compute_signature(request, {{"host", "h"}}, "x", "s", {});
  EXPECT_TRUE(signature.canonical_request.starts_with("GET\n/\na%20=%2A&a~=&b=1&b=2\n"))
      << signature.canonical_request;
}

TEST(SigV4, HashesTheEmptyString) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace snapferry::aws
