// The market streams' messages as events. No state but the symbols, so that it may run on the
// thread that reads the socket, away from the core.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/names.h"

namespace tranchet::aster {

class MarketFeed {
 public:
  // Knows the instruments that `names` has now; others are passed over.
  explicit MarketFeed(const Names& names);
  ~MarketFeed();
  MarketFeed(MarketFeed&&) noexcept;
  MarketFeed& operator=(MarketFeed&&) noexcept;

  // Appends what the message says of known instruments: MarkPrice, TradePrinted, BookTop,
  // LiquidationPrinted, and FundingRate when it was paid: when the time of the next payment moves
  // on, at the rate last announced before. Empty: fine, also for messages of no interest; else what
  // is wrong with it, naming the field. What came before the flaw stays appended.
  std::string read(std::string_view text, std::vector<EventBody>& out);

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace tranchet::aster
