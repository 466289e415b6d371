// For tests of credential sources: a HOME of their own, a clock moved by hand, and a network that
// is a function. Every request is kept; every secret that goes in is known, so that none may come
// out in an error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "aws/credentials/credentials.h"
#include "aws/credentials/credentials_source.h"
#include "aws/temporary_home.h"

namespace snapferry::aws {

/// In every secret that a test hands in.
inline constexpr const char* kMarker = "MARKERSECRET0123456789";

class FakeClock : public core::Clock {
 public:
  core::Instant now() override { return time; }
  bool sleep(core::Milliseconds duration) override {
    slept.push_back(duration);
    time += duration;
    return true;
  }

  core::Instant time = *core::parse_instant("2026-11-22T12:00:00Z");
  std::vector<core::Milliseconds> slept;
};

class FakeTransport : public HttpTransport {
 public:
  core::Result<HttpResponse> send(const HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    return answer(request);
  }

  std::function<core::Result<HttpResponse>(const HttpRequest&)> answer = [](const HttpRequest& r) {
    return core::Result<HttpResponse>(
        core::fail(core::ErrorKind::transient, "nothing answers at " + r.url));
  };
  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
};

inline core::Result<HttpResponse> reply(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

inline std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

/// What the metadata and container endpoints answer.
inline std::string json_credentials(const std::string& id, const std::string& expiration) {
  return R"({"Code":"Success","AccessKeyId":")" + id + R"(","SecretAccessKey":"s)" + kMarker +
         R"(","Token":"t)" + kMarker + R"(","Expiration":")" + expiration + R"("})";
}

/// What STS answers.
inline std::string sts_answer(const std::string& action, const std::string& id) {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action +
         "Result><Credentials><AccessKeyId>" + id + "</AccessKeyId><SecretAccessKey>" + kMarker +
         "</SecretAccessKey><SessionToken>t" + kMarker +
         "</SessionToken><Expiration>2026-11-22T13:00:00Z</Expiration></Credentials></" + action +
         "Result></" + action + "Response>";
}

class CredentialsTest : public testing::Test {
 protected:
  /// Writes the two files of ~/.aws and reads the settings.
  void set_up(const std::string& config, const std::string& credentials,
              std::map<std::string, std::string> variables = {}, const std::string& flag = {}) {
    home.write(".aws/config", config);
    home.write(".aws/credentials", credentials);
    auto loaded = load_settings(home.environment(std::move(variables)), flag);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    settings = *loaded;
    provider = *make_credentials(settings, transport, clock);
  }

  core::Result<Credentials> get() { return provider->get(clock.now()); }

  /// Returns the error's line and hint, after checking that no secret is in it.
  static std::string text_of(const core::Result<Credentials>& result) {
    if (result.has_value()) return "no error, but credentials from " + result->source;
    const std::string text = core::describe(result.error()) + " | " + result.error().hint;
    EXPECT_EQ(text.find(kMarker), std::string::npos) << text;
    return text;
  }

  TemporaryHome home;
  FakeClock clock;
  FakeTransport transport;
  Settings settings;
  std::unique_ptr<CredentialsProvider> provider;
};

}  // namespace snapferry::aws
