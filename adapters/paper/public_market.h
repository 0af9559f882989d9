// What everybody may see of a venue: the rules of its instruments and its market streams. It holds
// no key, signs nothing, and asks with GET alone. Paper trading and recording live on it.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adapters/aster/requests.h"
#include "adapters/net/client_http.h"
#include "adapters/net/client_websocket.h"
#include "backtest/market_data/market_data.h"
#include "events/event.h"
#include "events/names.h"

namespace tranchet {

// On the network's thread.
struct MarketSink {
  std::function<void(Timestamp wall, std::span<const EventBody> prices)> on_prices;
  std::function<void(bool up, const std::string& why)> on_stream;
  std::function<void(const std::string& flaw)> on_flaw;  // Of a message that cannot be read.
};

class PublicMarket {
 public:
  PublicMarket(Network& network, const NetAddress& rest, const NetAddress& stream);
  ~PublicMarket();

  // The venue's exchangeInfo. Waits for the answer; not on the network's thread.
  std::expected<ExchangeInfo, std::string> fetch_rules();

  // Streams of these instruments, which `names` has, from now on; it comes back by itself when the
  // stream ends, first after 250 ms, then later and later up to 30 s.
  void watch(std::vector<aster::MarketWish> wishes, bool liquidations, const Names& names,
             MarketSink sink);

 private:
  class Watcher;
  Network& network_;
  NetAddress rest_;
  NetAddress stream_;
  std::shared_ptr<Watcher> watcher_;
};

}  // namespace tranchet
