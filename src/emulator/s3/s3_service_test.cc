// SPDX-License-Identifier: Apache-2.0
#include "emulator/s3/s3_service.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/digests.h"
#include "emulator/door/auth.h"
#include "emulator/door/door_fixture.h"
#include "emulator/door/door_http.h"
#include "emulator/s3/s3_presign.h"

namespace snapferry::emulator {
namespace {

using testing::HasSubstr;

class S3ServiceTest : public testing::Test {
 protected:
  S3ServiceTest() { world.endpoint_url = "http://127.0.0.1:4566"; }

  WireRequest signed_request(const std::string& method, const std::string& target,
                             const std::string& body, Fields headers = {}) {
    const Target parts = *parse_target(target);
    const core::Instant now = host.now();
    std::string hash = aws::sha256_hex(body);
    for (const auto& [name, value] : headers) {
      if (name == "X-Amz-Content-Sha256") hash = value;
    }
    if (hash == aws::sha256_hex(body)) headers.emplace_back("X-Amz-Content-Sha256", hash);
    const std::string compact = core::format_compact(now);
    const std::string date = compact.substr(0, 8) + "T" + compact.substr(8) + "Z";
    headers.emplace_back("X-Amz-Date", date);
    headers.emplace_back("Host", virtual_host);
    aws::SignableRequest signable{.method = method,
                                  .host = virtual_host,
                                  .path = parts.path,
                                  .query = parts.query,
                                  .headers = {},
                                  .body = {}};
    const aws::Signature signature = aws::compute_signature(
        signable, headers, hash, secret, {.time = now, .region = region, .service = "s3"});
    headers.emplace_back("Authorization",
                         "AWS4-HMAC-SHA256 Credential=" + key_id + "/" + compact.substr(0, 8) +
                             "/" + region + "/s3/aws4_request, SignedHeaders=" +
                             signature.signed_headers + ", Signature=" + signature.signature);
    return {.method = method, .target = target, .headers = std::move(headers), .body = body};
  }

  WireResponse call(const std::string& method, const std::string& target,
                    const std::string& body = {}, const Fields& headers = {}) {
    return door.answer(signed_request(method, target, body, headers)).response;
  }

  WireResponse make_bucket(const std::string& name) {
    return call("PUT", "/" + name,
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                "<LocationConstraint>" +
                    region + "</LocationConstraint></CreateBucketConfiguration>");
  }

  static std::string header(const WireResponse& response, std::string_view name) {
    for (const auto& [field, value] : response.headers) {
      if (is_same_header(field, name)) return value;
    }
    return {};
  }

  HandClock host;
  EmulatorClock clock{host, 1};
  World world{clock, 1};
  DoorHttp door{world, 1};
  std::string region = "eu-west-1";
  std::string virtual_host = "127.0.0.1:4566";
  std::string key_id = "testing";
  std::string secret = "testing";
};

void expect_refusal(const WireResponse& response, int status, const std::string& code) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(element(response.body, "Code"), code);
}

TEST_F(S3ServiceTest, PutGetHeadDelete) {
  ASSERT_EQ(make_bucket("code").status, 200);
  const std::string target = "/code/a%20b//c%2Bd.zip";  // kept as it is: blanks, "//", "+"
  const WireResponse put =
      call("PUT", target, "bytes", {{"Content-Type", "application/zip"}, {"x-amz-meta-by", "me"}});
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(header(put, "ETag"), "\"" + md5_hex("bytes") + "\"");
  ASSERT_NE(world.s3.find_object("code", "a b//c+d.zip"), nullptr);

  const WireResponse got = call("GET", target);
  EXPECT_EQ(got.body, "bytes");
  EXPECT_EQ(header(got, "Content-Type"), "application/zip");
  EXPECT_EQ(header(got, "x-amz-meta-by"), "me");
  EXPECT_EQ(header(got, "Last-Modified"), "Sun, 22 Nov 2026 00:23:17 GMT");
  EXPECT_EQ(header(got, "x-amz-server-side-encryption"), "AES256");
  const WireResponse part = call("GET", target, "", {{"Range", "bytes=1-2"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "yt");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 1-2/5");
  EXPECT_EQ(call("GET", target, "", {{"Range", "bytes=-2"}}).body, "es");
  expect_refusal(call("GET", target, "", {{"Range", "bytes=9-"}}), 416, "InvalidRange");
  EXPECT_EQ(call("HEAD", target).body.size(), 5);  // the server sends its length only
  EXPECT_EQ(call("HEAD", "/code/none").status, 404);

  expect_refusal(call("DELETE", "/code"), 409, "BucketNotEmpty");
  EXPECT_EQ(call("DELETE", target).status, 204);
  EXPECT_EQ(call("DELETE", target).status, 204);
  expect_refusal(call("GET", target), 404, "NoSuchKey");
  EXPECT_EQ(call("DELETE", "/code").status, 204);
  expect_refusal(call("GET", target), 404, "NoSuchBucket");
}

TEST_F(S3ServiceTest, Buckets) {
  expect_refusal(call("PUT", "/Code_1"), 400, "InvalidBucketName");
  expect_refusal(call("PUT", "/127.0.0.1"), 400, "InvalidBucketName");
  expect_refusal(call("PUT", "/code"), 400, "IllegalLocationConstraintException");
  EXPECT_EQ(make_bucket("code").status, 200);
  expect_refusal(make_bucket("code"), 409, "BucketAlreadyOwnedByYou");
  EXPECT_THAT(call("GET", "/code?location").body, HasSubstr(">eu-west-1</LocationConstraint>"));
  EXPECT_THAT(call("GET", "/").body, HasSubstr("<Name>code</Name>"));

  region = "us-east-1";
  expect_refusal(make_bucket("home"), 400, "InvalidLocationConstraint");
  EXPECT_EQ(call("PUT", "/home").status, 200);
  EXPECT_EQ(call("PUT", "/home").status, 200);
  const WireResponse elsewhere = call("HEAD", "/code");
  EXPECT_EQ(elsewhere.status, 400);
  EXPECT_EQ(header(elsewhere, "x-amz-bucket-region"), "eu-west-1");
  EXPECT_EQ(call("GET", "/code?location").status, 200);

  key_id = "111122223333";
  expect_refusal(call("PUT", "/home"), 409, "BucketAlreadyExists");
  expect_refusal(call("GET", "/home?list-type=2"), 403, "AccessDenied");
  EXPECT_THAT(call("GET", "/").body, testing::Not(HasSubstr("<Name>")));
}

TEST_F(S3ServiceTest, BodiesAreVerified) {
  ASSERT_EQ(make_bucket("code").status, 200);
  const std::string good = base64_encode(*checksum("md5", "bytes"));
  EXPECT_EQ(call("PUT", "/code/k", "bytes", {{"Content-MD5", good}}).status, 200);
  expect_refusal(call("PUT", "/code/k", "other", {{"Content-MD5", good}}), 400, "BadDigest");
  expect_refusal(call("PUT", "/code/k", "bytes", {{"Content-MD5", "x"}}), 400, "InvalidDigest");
  expect_refusal(call("PUT", "/code/k", "bytes", {{"x-amz-checksum-crc32", "AAAAAA=="}}), 400,
                 "BadDigest");
  expect_refusal(call("PUT", "/code/k", "bytes", {{"x-amz-sdk-checksum-algorithm", "CRC32"}}), 400,
                 "InvalidRequest");
  expect_refusal(call("PUT", "/code/k", "bytes", {{"x-amz-tagging", "a=b"}}), 501,
                 "NotImplemented");
  expect_refusal(call("GET", "/code?acl"), 501, "NotImplemented");
  WireRequest changed = signed_request("PUT", "/code/k", "bytes");
  changed.body = "bytez";
  expect_refusal(door.answer(changed).response, 400, "XAmzContentSHA256Mismatch");
  changed = signed_request("PUT", "/code/k", "bytes");
  changed.target = "/code/other";
  expect_refusal(door.answer(changed).response, 403, "SignatureDoesNotMatch");
}

TEST_F(S3ServiceTest, ChunkedBodyWithTrailer) {
  ASSERT_EQ(make_bucket("code").status, 200);
  for (const char* name : {"crc32", "crc32c", "crc64nvme", "sha1", "sha256"}) {
    SCOPED_TRACE(name);
    const std::string header_name = std::string("x-amz-checksum-") + name;
    const std::string value = base64_encode(*checksum(name, "hello, world"));
    const Fields headers = {{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"},
                            {"Content-Encoding", "aws-chunked"},
                            {"x-amz-decoded-content-length", "12"},
                            {"x-amz-trailer", header_name}};
    const auto framed = [&](const std::string& trailer) {
      return "7\r\nhello, \r\n5\r\nworld\r\n0\r\n" + trailer + "\r\n";
    };
    const std::string trailer = header_name + ":" + value + "\r\n";
    EXPECT_EQ(call("PUT", "/code/k", framed(trailer), headers).status, 200);
    const WireResponse got = call("GET", "/code/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
    EXPECT_EQ(got.body, "hello, world");
    EXPECT_EQ(header(got, header_name), value);
    EXPECT_EQ(header(got, "Content-Encoding"), "");
    expect_refusal(call("PUT", "/code/k", framed(""), headers), 400, "MalformedTrailerError");
    std::string wrong = framed(trailer);
    wrong.replace(wrong.find("world"), 5, "World");
    expect_refusal(call("PUT", "/code/k", wrong, headers), 400, "BadDigest");
    expect_refusal(call("PUT", "/code/k", "7\r\nhel", headers), 400, "IncompleteBody");
  }
}

TEST_F(S3ServiceTest, ListsInPages) {
  ASSERT_EQ(make_bucket("code").status, 200);
  for (const char* key : {"a", "b/1", "b/2", "c", "d%20d"}) {
    ASSERT_EQ(call("PUT", std::string("/code/") + key, "x").status, 200);
  }
  const std::string all = call("GET", "/code?list-type=2&encoding-type=url").body;
  EXPECT_EQ(element(all, "KeyCount"), "5");
  EXPECT_THAT(all, HasSubstr("<Key>b/1</Key>"));
  EXPECT_THAT(all, HasSubstr("<Key>d%20d</Key>"));
  std::string token;
  std::string seen;
  for (int page = 0; page < 2; ++page) {
    const std::string body =
        call("GET", "/code?list-type=2&delimiter=%2F&max-keys=2" +
                        (token.empty() ? "" : "&continuation-token=" + aws::uri_encode(token)))
            .body;
    seen += element(body, "KeyCount") + element(body, "IsTruncated") + " ";
    EXPECT_EQ(body.find("<Prefix>b/</Prefix>") != std::string::npos, page == 0);
    token = element(body, "NextContinuationToken");
  }
  EXPECT_EQ(seen, "2true 2false ");
  EXPECT_EQ(element(call("GET", "/code?list-type=2&prefix=b%2F").body, "KeyCount"), "2");
}

TEST_F(S3ServiceTest, UploadInParts) {
  ASSERT_EQ(make_bucket("code").status, 200);
  const std::string id =
      element(call("POST", "/code/big?uploads", "", {{"x-amz-checksum-algorithm", "CRC32"}}).body,
              "UploadId");
  ASSERT_FALSE(id.empty());
  const std::string first(size_t{5} * 1024 * 1024, 'a');
  const std::string second = "tail";
  const auto part = [&](const std::string& number, const std::string& body) {
    return header(call("PUT", "/code/big?partNumber=" + number + "&uploadId=" + id, body), "ETag");
  };
  const std::string etag1 = part("1", first);
  const std::string etag2 = part("2", second);
  const auto listed = [](const std::string& number, const std::string& etag) {
    return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
  };
  const auto complete = [&](const std::string& parts) {
    return call("POST", "/code/big?uploadId=" + id,
                "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>");
  };
  expect_refusal(complete(listed("2", etag2) + listed("1", etag1)), 400, "InvalidPartOrder");
  expect_refusal(complete(listed("1", etag2)), 400, "InvalidPart");
  part("3", "more");
  expect_refusal(complete(listed("2", etag2) + listed("3", "\"" + md5_hex("more") + "\"")), 400,
                 "EntityTooSmall");
  const WireResponse done = complete(listed("1", etag1) + listed("2", etag2));
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_THAT(element(done.body, "ETag"), HasSubstr("-2"));
  EXPECT_EQ(*world.s3.find_object("code", "big"), first + second);
  expect_refusal(complete(listed("1", etag1)), 404, "NoSuchUpload");
  expect_refusal(call("DELETE", "/code/big?uploadId=" + id), 404, "NoSuchUpload");
}

TEST_F(S3ServiceTest, PresignedPut) {
  const std::string url = presign_put(world, core::Region("eu-west-1"), "answers", "stack/a b.json",
                                      std::chrono::hours(2));
  ASSERT_TRUE(url.starts_with("http://127.0.0.1:4566/answers/stack/a%20b.json?")) << url;
  WireRequest put{.method = "PUT",
                  .target = url.substr(std::string_view("http://127.0.0.1:4566").size()),
                  .headers = {{"Host", "127.0.0.1:4566"}, {"Content-Type", ""}},
                  .body = "{}"};
  EXPECT_EQ(door.answer(put).response.status, 200) << door.answer(put).response.body;
  EXPECT_EQ(*world.s3.find_object("answers", "stack/a b.json"), "{}");
  put.headers.pop_back();
  EXPECT_EQ(door.answer(put).response.status, 200);
  WireRequest got = put;
  got.method = "GET";
  expect_refusal(door.answer(got).response, 403, "SignatureDoesNotMatch");
  host.advance(std::chrono::hours(3));
  expect_refusal(door.answer(put).response, 403, "AccessDenied");
}

TEST_F(S3ServiceTest, VirtualHostAndSettings) {
  ASSERT_EQ(make_bucket("code").status, 200);
  virtual_host = "code.s3.eu-west-1.amazonaws.com";
  EXPECT_EQ(call("PUT", "/k", "x").status, 200);
  EXPECT_NE(world.s3.find_object("code", "k"), nullptr);
  EXPECT_EQ(call("PUT", "/?versioning",
                 "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .status,
            200);
  EXPECT_EQ(element(call("GET", "/?versioning").body, "Status"), "Enabled");
  expect_refusal(call("GET", "/?policy"), 404, "NoSuchBucketPolicy");
  expect_refusal(call("PUT", "/?policy", "{"), 400, "MalformedPolicy");
  EXPECT_EQ(call("PUT", "/?policy", "{\"Statement\":[]}").status, 204);
  EXPECT_EQ(call("GET", "/?policy").body, "{\"Statement\":[]}");
  expect_refusal(call("PUT", "/?encryption", "<Wrong/>"), 400, "MalformedXML");
  expect_refusal(call("GET", "/?publicAccessBlock"), 404, "NoSuchPublicAccessBlockConfiguration");
}

TEST_F(S3ServiceTest, SavedAndLoaded) {
  ASSERT_EQ(make_bucket("code").status, 200);
  const std::string bytes("\0\xff\x80zip", 6);
  ASSERT_EQ(call("PUT", "/code/k", bytes, {{"Cache-Control", "no-store"}}).status, 200);
  const std::string id = element(call("POST", "/code/big?uploads").body, "UploadId");
  ASSERT_EQ(call("PUT", "/code/big?partNumber=1&uploadId=" + id, bytes).status, 200);
  const boost::json::value saved = boost::json::parse(boost::json::serialize(world.s3.save()));
  S3Model loaded;
  loaded.load(saved);
  EXPECT_EQ(*loaded.find_object("code", "k"), bytes);
  EXPECT_EQ(loaded.uploads.at(id).parts.at(1).body, bytes);
  EXPECT_EQ(boost::json::serialize(loaded.save()), boost::json::serialize(saved));
}

}  // namespace
}  // namespace snapferry::emulator
