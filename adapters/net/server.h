// A small HTTP/1.1 and WebSocket server, with TLS if it has an identity, made for few peers and bad
// ones: every size, rate and wait has a bound.
//
//   auto server = Server::listen({.host = "127.0.0.1", .port = 0}, handler);   // 0: any free port
//   std::jthread thread([&] { (*server)->run(); });     // Until stop(). Or run() on your own.
//   (*server)->post([&] { session->send_text(...); });  // From any other thread.
//
// One thread: everything a handler hears, and everything it may call but post() and stop(), happens
// on the thread of run(). A handler that takes long makes everybody wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tranchet {

struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024;     // Of a request; more is 413.
  std::size_t message_bytes = 64 * 1024;  // Of a WebSocket message; more is close code 1009.
  std::size_t connections = 32;           // Of both kinds together; the next is hung up on.
  std::size_t queue_bytes = 1024 * 1024;  // Unsent of one session; more and it is dropped.
  // Messages and pings of one session within a second; more and it is closed with 1008.
  std::size_t messages_per_second = 100;
  std::chrono::milliseconds read_timeout{5'000};   // TLS handshake, header and body together.
  std::chrono::milliseconds idle_timeout{60'000};  // Between requests of a kept connection.
  // A session that says nothing is pinged after half of this and dropped after all of it.
  std::chrono::milliseconds session_timeout{60'000};
  // Beside that: a ping so often, whatever the session says. 0: none.
  std::chrono::milliseconds ping_interval{0};
};

// PEM files.
struct ServerIdentity {
  std::string certificate_file;  // The chain.
  std::string key_file;
};

struct ServerOptions {
  std::string host = "127.0.0.1";  // An address, not a name.
  std::uint16_t port = 0;
  std::optional<ServerIdentity> identity;  // None: plain HTTP.
  ServerLimits limits;
};

using ServerHeaders = std::vector<std::pair<std::string, std::string>>;

struct ServerRequest {
  std::string method;  // "GET"
  std::string target;  // As sent: "/fapi/v1/depth?symbol=BTCUSDT".
  ServerHeaders headers;
  std::string body;
  std::string peer;  // Address of the other end, without the port.

  std::string_view path() const;                         // The target up to '?'.
  std::string_view query() const;                        // Behind it; empty where there is none.
  std::string_view header(std::string_view name) const;  // Any case; "" where there is none.
};

struct ServerResponse {
  unsigned status = 200;
  ServerHeaders headers;  // Content-Length and Connection are the server's own.
  std::string body;
};

// Answers one request, at once or later; on the server's thread. Absent: the connection is hung up
// on without an answer. The first call counts; without any, it hangs up when the last copy is gone.
using Respond = std::function<void(std::optional<ServerResponse>)>;

// An open WebSocket. Kept by whoever needs it: when it is closed, calls do nothing.
class ServerSession {
 public:
  virtual ~ServerSession() = default;
  virtual std::uint64_t id() const = 0;  // 1, 2, 3, ... within a server.
  virtual bool is_open() const = 0;
  // In this order, without waiting.
  virtual void send_text(std::string text) = 0;
  virtual void send_binary(std::string bytes) = 0;
  virtual void send_ping(std::string payload = {}) = 0;
  // Says goodbye after what has been sent; on_closed follows. Codes: RFC 6455, section 7.4.
  virtual void close(std::uint16_t code = 1000, std::string reason = {}) = 0;
  virtual void drop() = 0;  // Hangs up without a word; on_closed follows.
};

class ServerHandler {
 public:
  virtual ~ServerHandler() = default;

  virtual void on_request(ServerRequest request, Respond respond) = 0;
  // A wish to speak WebSocket. Null: yes, and on_open follows; else the refusal.
  virtual std::optional<ServerResponse> on_upgrade(const ServerRequest& request) = 0;
  virtual void on_open(const std::shared_ptr<ServerSession>& session,
                       const ServerRequest& request) = 0;
  virtual void on_text(ServerSession& session, std::string_view text) = 0;
  virtual void on_binary(ServerSession& session, std::string_view /*bytes*/) {
    session.close(1003, "text only");
  }
  // Pings have been answered already.
  virtual void on_ping(ServerSession& /*session*/) {}
  virtual void on_pong(ServerSession& /*session*/) {}
  // Once for every on_open, whoever ended it.
  virtual void on_closed(ServerSession& session) = 0;
};

// What came to nothing; for /metrics and tests.
struct ServerCounters {
  std::uint64_t accepted = 0;          // Connections.
  std::uint64_t over_limit = 0;        // Connections hung up on: too many.
  std::uint64_t handshake_failed = 0;  // TLS.
  std::uint64_t timed_out = 0;         // Too slow to say what they want.
  std::uint64_t malformed = 0;         // Not HTTP, or not WebSocket.
  std::uint64_t too_large = 0;         // Header, body or message.
  std::uint64_t too_many_messages = 0;
  std::uint64_t slow_readers = 0;  // Sessions dropped: queue_bytes.
  std::uint64_t requests = 0;
  std::uint64_t sessions = 0;
};

class Server {
 public:
  virtual ~Server() = default;

  // Listens from now on; nobody is answered before run(). `handler` must outlive the server. The
  // error says what failed and why: "127.0.0.1:8443: Address already in use".
  static std::expected<std::unique_ptr<Server>, std::string> listen(const ServerOptions& options,
                                                                    ServerHandler& handler);

  virtual std::uint16_t port() const = 0;
  virtual void run() = 0;  // Until stop().
  // From any thread, once: no new peers, goodbye (1001) to every session, and run() returns when
  // the last one has answered, or after a second.
  virtual void stop() = 0;
  virtual void post(std::function<void()> work) = 0;  // From any thread.
  // On the server's thread, once, not before `delay` has passed; forgotten by stop().
  virtual void after(std::chrono::nanoseconds delay, std::function<void()> work) = 0;
  virtual const ServerCounters& counters() const = 0;
  virtual std::size_t connections() const = 0;
};

}  // namespace tranchet
