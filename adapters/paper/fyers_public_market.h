// Fyers' market for programs that send no orders: paper trading and recording. The venue shows it
// to nobody without a token; with it, symbols are looked up, the market stream is read and candles
// are asked for, nothing else.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/fyers/candle_watch.h"
#include "adapters/live/fyers_market.h"
#include "adapters/net/client_http.h"
#include "adapters/paper/public_market.h"

namespace tranchet {

struct FyersPublicOptions {
  NetAddress rest;
  NetAddress stream;
  std::filesystem::path token_file;  // Read anew at every connection: the token is of a day.
  std::vector<std::string> symbols;
  bool book = false;  // Best bid and ask as well.
  fyers::CandleTerms candles;
};

class FyersPublicMarket {
 public:
  // From now on, of what `names` has; it comes back by itself when the stream ends, first after
  // 250 ms, then later and later up to 30 s.
  FyersPublicMarket(Network& network, FyersPublicOptions options, const Names& names,
                    MarketSink sink);
  ~FyersPublicMarket();
  FyersPublicMarket(const FyersPublicMarket&) = delete;
  FyersPublicMarket& operator=(const FyersPublicMarket&) = delete;

 private:
  class Watcher;
  Network& network_;
  std::shared_ptr<Watcher> watcher_;
};

}  // namespace tranchet
