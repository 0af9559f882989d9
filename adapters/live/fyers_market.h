// The market stream of Fyers, read on the network's thread, with what must be said on it. It
// connects once and tells when it ends, as WebSocketClient does.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "adapters/fyers/market_feed.h"
#include "adapters/net/client_address.h"
#include "adapters/net/client_network.h"
#include "events/event.h"

namespace tranchet {

// On the network's thread; any may be missing. on_closed comes once, unless it is destroyed.
struct FyersMarketEvents {
  std::function<void()> on_open;
  std::function<void(bool stands)> on_answer;  // The venue has let us in, or not.
  std::function<void(Timestamp wall, std::span<const EventBody> prices)> on_prices;
  std::function<void(const fyers::CircuitLimits& limits)> on_limits;
  std::function<void()> on_alive;  // A ping or a pong.
  std::function<void()> on_heard;  // Prices: once a second at most.
  std::function<void(const std::string& flaw)> on_flaw;
  std::function<void(const std::string& why)> on_closed;
};

class FyersMarketStream {
 public:
  FyersMarketStream(Network& network, const NetAddress& address, const std::string& target,
                    std::span<const fyers::MarketTopic> topics, bool book, std::string_view hsm_key,
                    FyersMarketEvents events);
  ~FyersMarketStream();
  FyersMarketStream(const FyersMarketStream&) = delete;
  FyersMarketStream& operator=(const FyersMarketStream&) = delete;

 private:
  class Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace tranchet
