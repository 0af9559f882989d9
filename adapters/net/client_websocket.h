// A stream of messages from one WSS address. It connects once and tells when it ends; whether to
// connect again is its owner's to say.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/net/client_address.h"
#include "adapters/net/client_network.h"

namespace tranchet {

struct WebSocketLimits {
  std::size_t message_bytes = 8 * 1024 * 1024;
  std::chrono::milliseconds connect_time{10'000};  // Of each of: connection, handshakes.
  // A peer that says nothing is pinged after half of this and given up after all of it.
  std::chrono::milliseconds idle_time{40'000};
};

// On the network's thread. on_closed comes once, whoever ended it, unless the client is destroyed.
struct WebSocketEvents {
  std::function<void()> on_open;
  std::function<void(std::string_view text)> on_text;
  std::function<void(std::string_view bytes)> on_bytes;  // None: those are texts as well.
  std::function<void()> on_alive;                        // A ping, or a pong.
  std::function<void(std::string why)> on_closed;
};

// Of the request that opens it: "Authorization".
using WebSocketHeaders = std::vector<std::pair<std::string, std::string>>;

enum class WebSocketKind : std::uint8_t { Text = 1, Bytes };

class WebSocketClient {
 public:
  WebSocketClient(Network& network, const NetAddress& address, std::string target,
                  const WebSocketLimits& limits, WebSocketEvents events,
                  WebSocketHeaders headers = {});
  ~WebSocketClient();  // Says goodbye, and calls nothing any more once the network's thread knows.
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // In the order of the calls, once it is open; forgotten when it has ended.
  void send(WebSocketKind kind, std::string message);

 private:
  class Session;
  Network& network_;
  std::shared_ptr<Session> session_;
};

}  // namespace tranchet
