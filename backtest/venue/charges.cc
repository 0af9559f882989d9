#include "backtest/venue/charges.h"

#include <algorithm>

namespace tranchet {
namespace {

constexpr std::int64_t kPaisa = kDecimalOne / 100;
constexpr Money kTwentyRupees = Money::from_raw(20 * kDecimalOne);

// Value x rate, 1e-16 x 1e-8, to the paisa.
Money share_of(Value turnover, std::int64_t rate) {
  constexpr Int128 kScale = static_cast<Int128>(kDecimalOne) * kDecimalOne;
  return Money::from_wide(divide_half_away(turnover * rate, kScale * kPaisa) * kPaisa);
}

Value as_value(Money money) {
  return static_cast<Value>(money.raw()) * kDecimalOne;
}

}  // namespace

ChargeRates charge_rates(Segment segment) {
  ChargeRates rates{
      .brokerage = 30'000, .brokerage_most = kTwentyRupees, .sebi = 100, .gst = 18'000'000};
  switch (segment) {
    case Segment::Intraday:
      rates.stt_sell = 25'000;
      rates.exchange = 2'970;
      rates.stamp = 3'000;
      break;
    case Segment::Delivery:
      rates.brokerage = 300'000;
      rates.stt_buy = rates.stt_sell = 100'000;
      rates.exchange = 2'970;
      rates.stamp = 15'000;
      break;
    case Segment::Futures:
      rates.stt_sell = 20'000;
      rates.exchange = 1'730;
      rates.stamp = 2'000;
      break;
    case Segment::Options:
      rates.brokerage = kDecimalOne;  // Flat: the limit of an order is always reached.
      rates.stt_sell = 100'000;
      rates.exchange = 35'030;
      rates.stamp = 3'000;
      break;
  }
  return rates;
}

Charges& Charges::operator+=(const Charges& other) {
  brokerage += other.brokerage;
  stt += other.stt;
  exchange += other.exchange;
  sebi += other.sebi;
  stamp += other.stamp;
  gst += other.gst;
  return *this;
}

Charges operator-(const Charges& a, const Charges& b) {
  return {.brokerage = a.brokerage - b.brokerage,
          .stt = a.stt - b.stt,
          .exchange = a.exchange - b.exchange,
          .sebi = a.sebi - b.sebi,
          .stamp = a.stamp - b.stamp,
          .gst = a.gst - b.gst};
}

Charges charges_on(const ChargeRates& rates, Side side, Value turnover) {
  const bool buys = side == Side::Buy;
  Charges charges{.brokerage = share_of(turnover, rates.brokerage),
                  .stt = share_of(turnover, buys ? rates.stt_buy : rates.stt_sell),
                  .exchange = share_of(turnover, rates.exchange),
                  .sebi = share_of(turnover, rates.sebi),
                  .stamp = buys ? share_of(turnover, rates.stamp) : Money()};
  if (rates.brokerage_most.is_positive()) {
    charges.brokerage = std::min(charges.brokerage, rates.brokerage_most);
  }
  charges.gst = share_of(as_value(charges.brokerage + charges.exchange + charges.sebi), rates.gst);
  return charges;
}

}  // namespace tranchet
