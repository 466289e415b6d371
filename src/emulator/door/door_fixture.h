// What the door's tests share: a host clock moved by hand, requests signed as a client signs them,
// and a socket client that knows just enough HTTP to read one answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "aws/sigv4.h"
#include "core/clock.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

class HandClock : public core::Clock {
 public:
  core::Instant now() override { return now_.load(); }
  bool sleep(core::Milliseconds duration) override {
    advance(duration);
    return true;
  }
  void advance(core::Milliseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<core::Instant> now_{*core::parse_instant("2026-11-22T00:23:17Z")};
};

struct Signer {
  aws::SigningKey key{
      .access_key_id = "testing", .secret_access_key = "testing", .session_token = {}};
  std::string region = "eu-west-1";
  std::string service = "rds";
  std::string host = "127.0.0.1:4566";
};

inline WireRequest sign(WireRequest request, const Signer& signer, core::Instant now) {
  aws::SignableRequest signable;
  signable.method = request.method;
  signable.host = signer.host;
  signable.path = "/";
  signable.headers = request.headers;
  signable.body = request.body;
  for (const auto& header :
       aws::sign_headers(signable, signer.key,
                         {.time = now, .region = signer.region, .service = signer.service})) {
    request.headers.push_back(header);
  }
  request.headers.emplace_back("Host", signer.host);
  return request;
}

/// A signed Query call: "Action=...&Version=...".
inline WireRequest query_request(const std::string& form, const Signer& signer, core::Instant now) {
  return sign({.method = "POST",
               .target = "/",
               .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
               .body = form},
              signer, now);
}

/// A signed KMS call.
inline WireRequest kms_request(const std::string& operation, const std::string& body, Signer signer,
                               core::Instant now) {
  signer.service = "kms";
  return sign({.method = "POST",
               .target = "/",
               .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                           {"X-Amz-Target", "TrentService." + operation}},
               .body = body},
              signer, now);
}

inline std::string to_text(const WireRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
         request.body;
}

/// Returns what stands between <name> and </name>, first occurrence.
inline std::string element(const std::string& xml, const std::string& name) {
  const auto start = xml.find("<" + name + ">");
  const auto end = xml.find("</" + name + ">");
  if (start == std::string::npos || end == std::string::npos) return {};
  return xml.substr(start + name.size() + 2, end - start - name.size() - 2);
}

/// A TCP connection to loopback.
class TestConnection {
 public:
  explicit TestConnection(unsigned short port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  TestConnection(const TestConnection&) = delete;
  TestConnection& operator=(const TestConnection&) = delete;
  ~TestConnection() { ::close(fd_); }

  [[nodiscard]] bool is_open() const { return is_open_; }

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<size_t>(count));
    }
  }

  /// Reads one answer by its Content-Length; what there is when the connection ends before that.
  std::string receive() {
    std::string text;
    char chunk[4096];
    while (true) {
      const auto head_end = text.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        const auto at = text.find("Content-Length: ");
        if (at == std::string::npos || at > head_end) return text;
        if (text.size() >= head_end + 4 + std::stoul(text.substr(at + 16))) return text;
      }
      const ssize_t count = ::recv(fd_, chunk, sizeof chunk, 0);
      if (count <= 0) return text;
      text.append(chunk, static_cast<size_t>(count));
    }
  }

 private:
  int fd_;
  bool is_open_ = false;
};

}  // namespace snapferry::emulator
