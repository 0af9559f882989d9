// One instrument as the venue knows it: the rules, and the newest prices.
#pragma once

#include <cstdint>

#include "backtest/venue/parameters.h"
#include "events/event.h"

namespace tranchet {

struct VenueMarket {
  Maybe<Price> last_trade;
  Maybe<Price> mark;
  Maybe<Price> bid;  // Of the newest book; absent where that side was empty.
  Maybe<Price> ask;
  Timestamp trade_time;
  Timestamp book_time;
  // Partial fills only: what our orders may still take of the last print. Absent: any quantity.
  Maybe<Quantity> print_left;

  InstrumentListed rules;
  VenueTerms terms;
  bool listed = false;
  std::uint64_t trades = 0;  // Our fills so far; trade ids count from 1.

  // Data with marks only trades at the mark; data with trades only is marked by them.
  Maybe<Price> contract_price() const { return last_trade ? last_trade : mark; }
  Maybe<Price> mark_price() const { return mark ? mark : last_trade; }

  // What a taker of this side gets: the opposite best, unless a trade is newer than the book.
  Maybe<Price> taking_price(Side taker) const {
    const Maybe<Price> best = taker == Side::Buy ? ask : bid;
    const bool fresh = best && (!last_trade || book_time >= trade_time);
    return fresh ? best : contract_price();
  }
};

}  // namespace tranchet
