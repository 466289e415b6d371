// A small HTTP/1.1 server: one blocking thread for each connection, at most so many at once, the
// longest idle of which makes room for a client that waits; stopped cleanly. http_server.cc is the
// one file of the emulator that knows of Beast, and uses its parser only: the sockets are polled
// here, since Beast's blocking reads have no time-out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< numeric, IPv4 or IPv6
  unsigned short port = 0;            ///< 0: any free one
  // Ours: more clients than tests start at once; the next ones wait in the listen queue, as long as
  // each of these is being served.
  size_t connections_max = 64;
  // Ours: a client that has connected sends its first request within this, if it means to; it has
  // had no answer yet, so it would not take the end of its connection for the end of a keep-alive.
  core::Milliseconds first_request_grace{2000};
  // Ours: past every client's keep-alive that we know, short enough to free a forgotten connection.
  core::Milliseconds read_timeout{60000};
  // A function's zip of 50 MB, in base64, with the rest of CreateFunction: Lambda's own limit, and
  // the largest body that anybody sends (the stock aws splits uploads to S3 past 8 MB).
  // Source: Lambda's answer to more: "Request must be smaller than 70167211 bytes for the
  // CreateFunction operation", 2024.
  size_t body_max = 70167211;
  size_t header_max = size_t{64} * 1024;
};

class HttpServer {
 public:
  /// Called from several threads at once; must not throw.
  using Handler = std::function<Reply(const WireRequest&)>;

  /// Listens and serves in threads of its own until stop().
  /// Errors:   invalid: the address is none, or is taken (with a hint).
  static core::Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options,
                                                         Handler handler);

  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The port that was taken.
  [[nodiscard]] unsigned short port() const;

  /// Closes every connection, also within a delay, and joins every thread. Repeat: does nothing.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace snapferry::emulator
