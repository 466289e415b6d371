// What Lambda's tests share: zip files made on the spot, a world with a role, and a bootstrap that
// does what its event says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <minizip/zip.h>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "emulator/door/auth.h"
#include "emulator/door/door_fixture.h"
#include "emulator/lambda/base64.h"
#include "emulator/lambda/lambda_service.h"
#include "emulator/services.h"
#include "emulator/world.h"

namespace snapferry::emulator {

struct FileForZip {
  std::string name;
  std::string content;
  unsigned mode = 0755;
};

inline std::string make_zip(const std::vector<FileForZip>& files) {
  std::string pattern = (std::filesystem::temp_directory_path() / "zip-XXXXXX").string();
  const int fd = ::mkstemp(pattern.data());
  ::close(fd);
  zipFile zip = ::zipOpen64(pattern.c_str(), APPEND_STATUS_CREATE);
  for (const FileForZip& file : files) {
    zip_fileinfo info{};
    info.external_fa = static_cast<uLong>(0100000U | file.mode) << 16;
    constexpr uLong kMadeByUnix = 3 << 8 | 20;
    ::zipOpenNewFileInZip4_64(zip, file.name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr,
                              Z_DEFLATED, Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS, DEF_MEM_LEVEL,
                              Z_DEFAULT_STRATEGY, nullptr, 0, kMadeByUnix, 0, 0);
    ::zipWriteInFileInZip(zip, file.content.data(), static_cast<unsigned>(file.content.size()));
    ::zipCloseFileInZip(zip);
  }
  ::zipClose(zip, nullptr);
  std::ifstream stream(pattern, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::filesystem::remove(pattern);
  return bytes;
}

/// A runtime in sh and curl. What it does with an event is a word in the event.
inline constexpr std::string_view kTestBootstrap = R"sh(#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
case "$MODE" in
  init_exit) echo "no start"; exit 7 ;;
  init_error)
    curl -sS -X POST -H 'Lambda-Runtime-Function-Error-Type: Runtime.BadSetUp' \
      -d '{"errorMessage":"no table","errorType":"BadSetUp"}' "$api/init/error"
    exit 1 ;;
esac
count=0
while event=$(curl -sS -D head.txt "$api/invocation/next"); do
  header() { sed -n "s/^$1: \([^\r]*\).*$/\1/p" head.txt; }
  id=$(header Lambda-Runtime-Aws-Request-Id)
  count=$((count + 1))
  post() { curl -sS -X POST --data-binary @- "$api/invocation/$id/$1" > answer.txt; }
  echo "got $event"
  case "$event" in
    *fail*) echo '{"errorMessage":"no luck","errorType":"Bad"}' | post error ;;
    *hang*) sleep 60 ;;
    *crash*) exit 3 ;;
    *large*) head -c 6291557 /dev/zero | tr '\0' a | post response; cat answer.txt ;;
    *count*) echo -n "$count" | post response ;;
    *deadline*) echo -n "$(header Lambda-Runtime-Deadline-Ms)" | post response ;;
    *header*) echo -n "$id $(header Lambda-Runtime-Invoked-Function-Arn)" | post response ;;
    *env*) env | sort | post response ;;
    *state*)
      wrong=$(curl -sS -o /dev/null -w '%{http_code}' -d x "$api/invocation/other/response")
      early=$(curl -sS -o /dev/null -w '%{http_code}' -d x "$api/init/error")
      again=$(curl -sS -o /dev/null -w '%{http_code}' "$api/invocation/next")
      echo -n "$wrong $early $again" | post response ;;
    *) echo -n "$event" | post response ;;
  esac
done
)sh";

inline std::string bootstrap_zip() {
  return make_zip({{"bootstrap", std::string(kTestBootstrap)}});
}

/// A world without doors, whose clock is moved by hand.
class LambdaTest : public testing::Test {
 protected:
  LambdaTest() {
    const std::string trust =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
        R"("Principal":{"Service":"lambda.amazonaws.com"}}]})";
    const std::string policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":)"
        R"(["logs:*","sqs:SendMessage","sns:Publish"]}]})";
    const std::scoped_lock lock(world.mutex);
    [[maybe_unused]] const auto role =
        call_query(world, root, "iam", "CreateRole",
                   {{"RoleName", "worker"}, {"AssumeRolePolicyDocument", trust}});
    [[maybe_unused]] const auto allowed =
        call_query(world, root, "iam", "PutRolePolicy",
                   {{"RoleName", "worker"}, {"PolicyName", "all"}, {"PolicyDocument", policy}});
  }

  /// Requires: World::mutex is not held.
  ServiceResult<WireResponse> call(const std::string& method, const std::string& target,
                                   const boost::json::object& body = {}) {
    const std::scoped_lock lock(world.mutex);
    return call_rest(world, root, "lambda", method, target,
                     body.empty() ? "" : boost::json::serialize(body));
  }

  boost::json::object create_input(const std::string& name = "worker") {
    return {{"FunctionName", name},
            {"Role", "arn:aws:iam::123456789012:role/worker"},
            {"Runtime", "provided.al2023"},
            {"Handler", "bootstrap"},
            {"Timeout", 20},
            {"Code", boost::json::object{{"ZipFile", to_base64(bootstrap_zip())}}}};
  }

  /// Returns "code message" of a refusal; empty when it was none.
  static std::string refusal(const ServiceResult<WireResponse>& answer) {
    return answer ? std::string() : answer.error().code + " " + answer.error().message;
  }

  /// Returns a string's text, and anything else as JSON.
  static std::string text_of(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
  }

  static boost::json::object parsed(const ServiceResult<WireResponse>& answer) {
    if (!answer) {
      ADD_FAILURE() << refusal(answer);
      return {};
    }
    return boost::json::parse(answer->body).as_object();
  }

  HandClock host;
  EmulatorClock clock{host, 0};
  World world{clock, 1};
  const Caller root = root_of(core::AccountId("123456789012"), core::Region("eu-west-1"));
  const std::string functions = "/2015-03-31/functions";
  const std::string worker = functions + "/worker";
  const std::string worker_arn = "arn:aws:lambda:eu-west-1:123456789012:function:worker";
};

}  // namespace snapferry::emulator
