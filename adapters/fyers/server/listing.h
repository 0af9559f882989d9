// What is listed at the venue, as its symbol master tells it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"

namespace tranchet::fyers_venue {

struct Listing {
  std::string symbol;      // "NSE:SBIN-EQ"
  std::string token;       // Of the exchange: "3045".
  std::string fy_token;    // "10100000003045": exchange, segment, expiry, token.
  std::string index_name;  // "Nifty 50": what its stream is called; empty: no index.
  std::string description;
  std::string stream_segment = "nse_cm";
  std::int64_t exchange = 10;   // NSE.
  std::int64_t segment = 10;    // Capital market.
  std::int64_t instrument = 0;  // 0 equity, 10 index.
  Price tick = Price::from_raw(5'000'000);
  Quantity lot = Quantity::from_raw(kDecimalOne);
  Quantity freeze;     // Of one order; 0: none.
  Maybe<Price> upper;  // Circuit limits; absent: 20 % around the previous close.
  Maybe<Price> lower;
  Maybe<Price> previous_close;

  bool is_index() const { return !index_name.empty(); }
  std::string exchange_name() const { return symbol.substr(0, symbol.find(':')); }
  std::string short_name() const;       // "SBIN-EQ"
  std::string exchange_symbol() const;  // "SBIN"
  // Decimals of a price in binary frames.
  int precision() const;
  // The name of its stream: "sf|nse_cm|3045", "dp|nse_cm|3045", "if|nse_cm|Nifty 50".
  std::string topic(std::string_view kind) const;
};

// From the symbol alone; what nobody knows of it (its token) is made from `number`. An error where
// it is no symbol of an equity or an index.
std::expected<Listing, std::string> make_listing(const std::string& symbol, std::size_t number);

// A symbol master, as downloaded (NSE_CM_sym_master.json). The error names file and symbol.
std::expected<std::vector<Listing>, std::string> read_symbol_master(const std::string& file);

// An entry of such a file.
std::string master_entry(const Listing& listing, Price upper, Price lower, Price previous_close);

}  // namespace tranchet::fyers_venue
