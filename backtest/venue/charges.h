// What a trade on an Indian exchange costs: brokerage, taxes and fees, as a contract note lists
// them. An alternative to maker and taker fees.
//
// Each is worked out on what an executed order has turned over so far, rounded half away from zero
// to the paisa, and a fill bears what it adds: so a brokerage that is capped per order is charged
// once, however many fills there are. (A contract note rounds the day's securities transaction tax
// of a share to the whole rupee; that is at most half a rupee a day and share apart from this.)
#pragma once

#include <cstdint>
#include <string_view>

#include "events/decimal.h"
#include "events/enums.h"

namespace tranchet {

// What is traded: decides the rates. Of options the turnover is the premium.
enum class Segment : std::uint8_t { Intraday = 1, Delivery = 2, Futures = 3, Options = 4 };

// Rates are counts of 1e-8 of the turnover: 0.025 % is 25'000.
struct ChargeRates {
  std::int64_t brokerage = 0;
  Money brokerage_most;       // Per executed order; 0: no limit.
  std::int64_t stt_buy = 0;   // Securities transaction tax, of the buyer,
  std::int64_t stt_sell = 0;  // and of the seller.
  std::int64_t exchange = 0;  // Transaction charge of the exchange.
  std::int64_t sebi = 0;      // Turnover fee of the regulator.
  std::int64_t stamp = 0;     // Stamp duty, of the buyer.
  std::int64_t gst = 0;       // Goods and services tax: of brokerage, exchange and regulator.
  friend bool operator==(const ChargeRates&, const ChargeRates&) = default;
};

// In force since 1 October 2024, at Fyers on the NSE. Sources:
//   brokerage  Fyers' list of charges: the lower of 20 rupees and 0.03 % (delivery: 0.3 %) per
//              executed order; options 20 rupees
//   tax        Finance Act 2004, chapter VII, as amended by the Finance (No. 2) Act 2024: delivery
//              0.1 % of either side, intraday 0.025 %, futures 0.02 %, options 0.1 % of the seller
//   exchange   NSE circular of 27 September 2024 on transaction charges, equal for all members:
//              cash 0.00297 %, futures 0.00173 %, options 0.03503 %
//   regulator  SEBI (Stock Brokers) Regulations, schedule V: 10 rupees a crore
//   stamp      Indian Stamp Act 1899 as amended by the Finance Act 2019, since 1 July 2020:
//   delivery
//              0.015 %, intraday 0.003 %, futures 0.002 %, options 0.003 % of the buyer
//   GST        18 %
ChargeRates charge_rates(Segment segment);

struct Charges {
  Money brokerage;
  Money stt;
  Money exchange;
  Money sebi;
  Money stamp;
  Money gst;

  Money total() const { return brokerage + stt + exchange + sebi + stamp + gst; }
  Charges& operator+=(const Charges& other);
  friend Charges operator-(const Charges& a, const Charges& b);
  friend bool operator==(const Charges&, const Charges&) = default;
};

// On one order that has turned over so much.
Charges charges_on(const ChargeRates& rates, Side side, Value turnover);

}  // namespace tranchet
