// For tests: a transport that answers from a script and keeps what it was asked, a clock that
// stands, and credentials out of the hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "aws/credentials/credentials.h"
#include "aws/http/http.h"
#include "core/clock.h"

namespace snapferry::aws {

class ScriptedTransport : public HttpTransport {
 public:
  std::deque<core::Result<HttpResponse>> answers;
  std::vector<HttpRequest> requests;

  void answer(int status, std::string body, Fields headers = {}) {
    answers.emplace_back(HttpResponse{status, std::move(headers), std::move(body)});
  }
  void fail(core::ErrorKind kind, std::string message) {
    answers.emplace_back(core::fail(kind, std::move(message)));
  }

  core::Result<HttpResponse> send(const HttpRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return core::fail(core::ErrorKind::invalid, "the script has ended");
    core::Result<HttpResponse> next = std::move(answers.front());
    answers.pop_front();
    return next;
  }

  /// Returns a header of the request of that number; empty when it was not sent.
  [[nodiscard]] std::string header(std::size_t number, const std::string& name) const {
    for (const auto& [key, value] : requests.at(number).headers) {
      if (key == name) return value;
    }
    return {};
  }
};

class StandingClock : public core::Clock {
 public:
  core::Instant time = core::parse_instant("2026-01-15T12:00:00Z").value();

  core::Instant now() override { return time; }
  bool sleep(core::Milliseconds duration) override {
    time += duration;
    return true;
  }
};

class HandedCredentials : public CredentialsProvider {
 public:
  SigningKey key{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  int invalidated = 0;

  core::Result<Credentials> get(core::Instant) override {
    if (key.access_key_id.empty()) return core::fail(core::ErrorKind::denied, "no credentials");
    Credentials credentials;
    credentials.key = key;
    // What a renewal gives is another key.
    if (invalidated > 0) credentials.key.access_key_id += std::to_string(invalidated);
    return credentials;
  }
  void invalidate() override { ++invalidated; }
};

}  // namespace snapferry::aws
