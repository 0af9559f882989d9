// The other end of a connection, for tests: HTTP by hand, and WebSocket frames, good and bad ones.
// Every wait has an end, and a wait that ends is a failure of the test that waited.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

struct PeerAnswer {
  int status = 0;  // 0: none came.
  std::string head;
  std::string body;
};

class Peer {
 public:
  explicit Peer(std::uint16_t port);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // One request; `headers` are whole lines without their ends.
  PeerAnswer request(std::string_view method, std::string_view target,
                     const std::vector<std::string>& headers = {}, std::string_view body = {});
  // The status of the upgrade: 101 opened it.
  int upgrade(std::string_view target, const std::vector<std::string>& headers = {});

  void send_text(std::string_view text);
  void send_frame(unsigned char first, std::string_view payload, bool masked = true);
  void send_bytes(std::string_view bytes);  // As they are.
  // The next text, past pings; nullopt: the other side hung up or said goodbye.
  std::optional<std::string> next_text();
  // The next text that holds all of these, others are let pass.
  std::optional<std::string> next_text_with(const std::vector<std::string>& parts);
  // Every text that has come until an echo of a ping of ours: what was sent before is here.
  std::vector<std::string> texts_so_far();
  bool is_closed();      // Waits for the end of a WebSocket.
  bool is_hung_up_on();  // Waits for the end of a connection, whatever comes before it.
  int close_code() const { return close_code_; }

 private:
  bool fill();  // False: the end, or it took too long.
  std::optional<std::pair<unsigned char, std::string>> next_frame();

  int socket_ = -1;
  std::string buffer_;
  bool has_ended_ = false;
  int close_code_ = 0;
};

// The value of a field of a flat JSON document, as it stands there: "true", "12", "\"text\"".
std::string json_field(std::string_view document, std::string_view name);

}  // namespace tranchet
