// A client that does what it is told, one byte after the other, and waits for the answer: HTTP/1.1
// and WebSocket over TCP or TLS, for tests of servers. It has nothing of the library that the
// server is made of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tranchet {

struct SimpleAnswer {
  int status = 0;                              // 0: hung up on without one.
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;
};

struct SimpleFrame {
  int opcode = -1;  // 1 text, 2 binary, 8 close, 9 ping, 10 pong; -1: the connection has ended.
  std::string bytes;
  int close_code() const;  // 0: none.
};

class SimpleClient {
 public:
  // `trusted`: a certificate file; TLS then, with the host name "localhost" verified. Reads give up
  // after `patience_ms`. ENSUREs that it can connect.
  SimpleClient(std::uint16_t port, const std::string& trusted, int patience_ms = 10'000);
  ~SimpleClient();
  SimpleClient(const SimpleClient&) = delete;
  SimpleClient& operator=(const SimpleClient&) = delete;

  bool is_connected() const;  // TLS has been agreed upon.
  bool write(std::string_view bytes);
  SimpleAnswer read_answer();
  // `headers`: lines, each with its "\r\n".
  SimpleAnswer ask(std::string_view method, std::string_view target, std::string_view body = "",
                   std::string_view headers = "");

  // The status: 101 is a yes. `headers` as above.
  int upgrade(std::string_view target, std::string_view headers = "");
  void send_frame(int opcode, std::string_view bytes);
  void send_text(std::string_view text) { send_frame(1, text); }
  SimpleFrame read_frame();
  // The next text that has `part`; pings are answered. Empty: none came.
  std::string read_text_with(std::string_view part);
  void hang_up();

 private:
  struct Wire;
  bool fill();
  std::string take(std::size_t count);
  std::optional<std::string> read_line();

  std::unique_ptr<Wire> wire_;
  std::string buffer_;
};

}  // namespace tranchet
