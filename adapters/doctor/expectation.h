// What ought to rest at the venue, tranche by tranche, as the log of a program tells it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backtest/market_data/market_data.h"
#include "engine/state.h"
#include "events/names.h"

namespace tranchet {

// A leg that is wanted has a price.
struct ExpectedTranche {
  std::uint32_t ordinal = 0;
  Quantity quantity;  // > 0.
  Price average;      // Rounded.
  Maybe<Price> target;
  Maybe<Price> stop;
  bool is_dust = false;      // Too small for the venue to take an exit.
  std::set<OrderId> orders;  // Of ours, that stand for it.
};

struct ExpectedBook {
  std::vector<ExpectedTranche> tranches;  // By ordinal.
  Quantity ignored;                       // Known not to be ours, and left alone.
};

using BookKey = std::pair<std::string, PositionSide>;  // By symbol.

struct Expectation {
  std::map<BookKey, ExpectedBook> books;  // Those that hold something.
  std::set<OrderId> orders;               // Live ones of ours, entries too.
};

// Tranches that are still to be adopted count as far as their instrument's rules are known, from
// the log or from the venue.
Expectation expectation_of(const State& state, const Names& names, const ExchangeInfo& rules);

}  // namespace tranchet
