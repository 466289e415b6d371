// Every wait is a poll() on the socket and on one end of a pipe; stop() closes the other end, which
// wakes all of them for good.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/door/http_server.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace snapferry::emulator {
namespace {

namespace beast_http = boost::beast::http;

using core::ErrorKind;
using core::fail;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

enum class Woken { ready, timed_out, stopped };

// `socket_fd` -1 waits for the time or the stop alone.
Woken wait_for(int socket_fd, short events, int stop_fd, core::Milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    std::array<pollfd, 2> polled = {pollfd{stop_fd, POLLIN, 0}, pollfd{socket_fd, events, 0}};
    const auto left =
        std::chrono::ceil<core::Milliseconds>(deadline - std::chrono::steady_clock::now());
    const int wait_ms = left.count() < 0 ? 0 : static_cast<int>(left.count());
    const int count = ::poll(polled.data(), polled.size(), wait_ms);
    if (count < 0 && errno == EINTR) continue;
    if (polled[0].revents != 0) return Woken::stopped;
    if (polled[1].revents != 0) return Woken::ready;
    if (count <= 0) return Woken::timed_out;
  }
}

std::string_view reason_of(int status) {
  return {beast_http::obsolete_reason(static_cast<beast_http::status>(status)).data(),
          beast_http::obsolete_reason(static_cast<beast_http::status>(status)).size()};
}

std::string write_response(const WireResponse& response, bool is_kept, bool is_head) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  for (const auto& [name, value] : response.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  text += fmt::format("Content-Length: {}\r\nConnection: {}\r\n\r\n", response.body.size(),
                      is_kept ? "keep-alive" : "close");
  if (!is_head) text += response.body;
  return text;
}

bool is_peer_loopback(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return false;
  // 127.0.0.0/8, bare or mapped into IPv6.
  constexpr unsigned char kLoopbackNet = 127;
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == kLoopbackNet;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
         (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == kLoopbackNet);
}

enum class Activity { between_requests, serving };

// One client: reads requests and answers them until either side ends it.
class Connection {
 public:
  // Told of each change; returns whether the connection may go on.
  using Tell = std::function<bool(Activity)>;

  Connection(int fd, int stop_fd, const HttpServerOptions& options,
             const HttpServer::Handler& handler, Tell tell)
      : fd_(fd), stop_fd_(stop_fd), options_(options), handler_(handler), tell_(std::move(tell)) {}

  void run() {
    while (serve_one()) {
    }
  }

 private:
  using Parser = beast_http::request_parser<beast_http::string_body>;

  // Returns whether another request may follow.
  bool serve_one() {
    Parser parser;
    parser.eager(true);
    parser.body_limit(options_.body_max);
    parser.header_limit(static_cast<std::uint32_t>(options_.header_max));
    if (unparsed_.empty() && !turn(Activity::between_requests)) return false;
    if (!read_request(parser)) return false;

    const auto& message = parser.get();
    WireRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.body = message.body();
    request.is_from_loopback = is_peer_loopback(fd_);
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    const Reply reply = handler_(request);
    if (reply.delay.count() > 0 && wait_for(-1, 0, stop_fd_, reply.delay) == Woken::stopped) {
      return false;
    }
    if (reply.is_lost) return false;
    const bool is_kept = message.keep_alive();
    return send(write_response(reply.response, is_kept, request.method == "HEAD")) && is_kept;
  }

  bool read_request(Parser& parser) {
    bool is_continue_sent = false;
    while (!parser.is_done()) {
      if (unparsed_.empty() || needs_more_) {
        if (!receive()) return false;
        needs_more_ = false;
      }
      boost::beast::error_code error;
      const size_t used =
          parser.put(boost::asio::const_buffer(unparsed_.data(), unparsed_.size()), error);
      unparsed_.erase(0, used);
      if (error == beast_http::error::need_more) {
        needs_more_ = true;
      } else if (error) {
        refuse(error);
        return false;
      }
      if (parser.is_header_done() && !parser.is_done() && !is_continue_sent &&
          parser.get()[beast_http::field::expect] == "100-continue") {
        is_continue_sent = true;
        if (!send("HTTP/1.1 100 Continue\r\n\r\n")) return false;
      }
    }
    return true;
  }

  bool turn(Activity activity) {
    return activity == std::exchange(activity_, activity) || tell_(activity);
  }

  // A client that goes away between two requests is no error; nobody is left to be told.
  bool receive() {
    if (wait_for(fd_, POLLIN, stop_fd_, options_.read_timeout) != Woken::ready) return false;
    std::array<char, 16384> chunk;
    const ssize_t count = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (count <= 0 || !turn(Activity::serving)) return false;
    unparsed_.append(chunk.data(), static_cast<size_t>(count));
    return true;
  }

  void refuse(const boost::beast::error_code& error) {
    WireResponse response;
    response.status = 400;
    if (error == beast_http::error::body_limit) response.status = 413;
    if (error == beast_http::error::header_limit) response.status = 431;
    response.headers.emplace_back("Content-Type", "text/plain");
    response.body = fmt::format("{}\n", error.message());
    (void)send(write_response(response, false, false));
    // Closing with unread bytes would reset the connection and could take the answer with it.
    ::shutdown(fd_, SHUT_WR);
    std::array<char, 16384> chunk;
    while (wait_for(fd_, POLLIN, stop_fd_, core::Milliseconds(200)) == Woken::ready &&
           ::recv(fd_, chunk.data(), chunk.size(), 0) > 0) {
    }
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) {
        text.remove_prefix(static_cast<size_t>(count));
      } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (wait_for(fd_, POLLOUT, stop_fd_, options_.read_timeout) != Woken::ready) return false;
      } else if (count >= 0 || errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  int fd_;
  int stop_fd_;
  const HttpServerOptions& options_;
  const HttpServer::Handler& handler_;
  Tell tell_;
  Activity activity_ = Activity::between_requests;
  std::string unparsed_;
  bool needs_more_ = false;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::optional<Address> parse_address(const std::string& text, unsigned short port) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return std::nullopt;
}

core::Result<Socket> listen_on(const HttpServerOptions& options) {
  const auto address = parse_address(options.address, options.port);
  if (!address) {
    return fail(ErrorKind::invalid,
                fmt::format("listen address \"{}\" is not a numeric IP address", options.address),
                "Give an address such as 127.0.0.1 or ::1.");
  }
  const auto* raw = reinterpret_cast<const sockaddr*>(&address->storage);
  Socket socket(::socket(raw->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  // A port whose last connections linger in TIME_WAIT can be taken again at once.
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (socket.fd() < 0 || ::bind(socket.fd(), raw, address->size) != 0 ||
      ::listen(socket.fd(), SOMAXCONN) != 0) {
    return fail(ErrorKind::invalid,
                fmt::format("cannot listen on {}:{}: {}", options.address, options.port,
                            std::strerror(errno)),
                "Choose another port; 0 takes any free one.");
  }
  return socket;
}

unsigned short port_of(const Socket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&storage), &size);
  return storage.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, Handler handler, Socket listener, Socket stop_read,
       Socket stop_write)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        listener_(std::move(listener)),
        stop_read_(std::move(stop_read)),
        stop_write_(std::move(stop_write)),
        port_(port_of(listener_)),
        acceptor_([this] { accept_all(); }) {}

  [[nodiscard]] unsigned short port() const { return port_; }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      if (is_stopping_) return;
      is_stopping_ = true;
      stop_write_.close();
    }
    room_.notify_all();
    acceptor_.join();
    for (Worker& worker : workers_) worker.thread.join();
    workers_.clear();
    listener_.close();
  }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // All but the thread is used under the mutex.
  struct Worker {
    std::thread thread;
    int fd = -1;
    bool is_done = false;
    bool is_leaving = false;              // its connection was closed to make room
    std::optional<SteadyTime> idle_from;  // when it could make room; nothing while it serves
  };

  void accept_all() {
    // Room is made only once somebody waits for it.
    while (wait_for(listener_.fd(), POLLIN, stop_read_.fd(), std::chrono::hours(1)) !=
               Woken::stopped &&
           wait_for_room()) {
      Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket.fd() < 0) continue;
      const int yes = 1;
      // Answers are written whole; waiting for more to send would only delay them.
      ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      Worker& worker = workers_.emplace_back();
      worker.fd = socket.fd();
      worker.idle_from = std::chrono::steady_clock::now() + options_.first_request_grace;
      worker.thread = std::thread([this, &worker, client = std::move(socket)]() mutable {
        Connection(client.fd(), stop_read_.fd(), options_, handler_, [&](Activity activity) {
          return note(worker, activity);
        }).run();
        const std::scoped_lock lock(mutex_);
        // Under the mutex: the number may be another connection's as soon as it is closed.
        client.close();
        worker.idle_from.reset();
        worker.is_done = true;
        room_.notify_all();
      });
    }
  }

  bool note(Worker& worker, Activity activity) {
    const std::scoped_lock lock(mutex_);
    worker.idle_from.reset();
    if (activity == Activity::between_requests) {
      worker.idle_from = std::chrono::steady_clock::now();
      room_.notify_all();
    }
    return !worker.is_leaving;
  }

  // Ends the connection that has been idle longest. Returns when to look again, where all that is
  // idle has its grace still; nothing where only a change can help.
  std::optional<SteadyTime> make_room() {
    Worker* longest = nullptr;
    for (Worker& worker : workers_) {
      // One at a time: the room that is coming may be all that is needed.
      if (worker.is_leaving) return std::nullopt;
      if (!worker.idle_from) continue;
      // A request that has arrived and is about to be read is as good as being served.
      pollfd polled{worker.fd, POLLIN, 0};
      if (::poll(&polled, 1, 0) != 0) continue;
      if (longest == nullptr || *worker.idle_from < *longest->idle_from) longest = &worker;
    }
    if (longest == nullptr) return std::nullopt;
    if (*longest->idle_from > std::chrono::steady_clock::now()) return longest->idle_from;
    longest->is_leaving = true;
    ::shutdown(longest->fd, SHUT_RDWR);
    return std::nullopt;
  }

  // Only the acceptor's thread touches the list of workers until it has ended.
  bool wait_for_room() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      for (auto worker = workers_.begin(); worker != workers_.end();) {
        if (worker->is_done) {
          // The thread needs the mutex no more once is_done is seen under it.
          worker->thread.join();
          worker = workers_.erase(worker);
        } else {
          ++worker;
        }
      }
      if (workers_.size() < options_.connections_max) return true;
      if (const auto again = make_room()) {
        room_.wait_until(lock, *again);
      } else {
        room_.wait(lock);
      }
    }
    return false;
  }

  HttpServerOptions options_;
  Handler handler_;
  Socket listener_;
  Socket stop_read_;
  Socket stop_write_;
  unsigned short port_;
  std::mutex mutex_;
  std::condition_variable room_;
  bool is_stopping_ = false;
  std::list<Worker> workers_;
  std::thread acceptor_;  // last: it uses all of the above
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  stop();
}

core::Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                            Handler handler) {
  Socket listener = TRY(listen_on(options));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::invalid, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::make_unique<Impl>(
      options, std::move(handler), std::move(listener), Socket(ends[0]), Socket(ends[1]))));
}

unsigned short HttpServer::port() const {
  return impl_->port();
}

void HttpServer::stop() {
  impl_->stop();
}

}  // namespace snapferry::emulator
