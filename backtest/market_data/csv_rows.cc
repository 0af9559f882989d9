// What the values of a CSV row become, and which values cannot be true.
#include <algorithm>
#include <array>

#include "backtest/market_data/csv_decoder.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

std::uint8_t aggressor_of(std::int64_t buyer_is_maker) {
  return static_cast<std::uint8_t>(buyer_is_maker != 0 ? Side::Sell : Side::Buy);
}

}  // namespace

bool CsvDecoder::refuse_not_positive(Slot slot) {
  fault_ =
      std::string(describe(slot)) + " " + in_quotes(decimal_text(row_[slot])) + " is not positive";
  return false;
}

bool CsvDecoder::require_not_negative(Slot slot) {
  if (row_[slot] >= 0) [[likely]]
    return true;
  fault_ = std::string(describe(slot)) + " " + in_quotes(decimal_text(row_[slot])) + " is negative";
  return false;
}

RowOutcome CsvDecoder::take_row(Block& block) {
  switch (plan_.shape) {
    case RowShape::Bars:
    case RowShape::MarkBars:
      return take_bar(block);
    case RowShape::Trades:
      return take_trade(block);
    case RowShape::LeanTrades:
      return take_lean_trade(block);
    case RowShape::BookTops:
      return take_book_top(block);
    case RowShape::Funding:
      return take_funding(block);
    case RowShape::Liquidations:
      return take_liquidation(block);
  }
  return RowOutcome::Ignored;
}

// Says which of a bar's prices cannot be true.
RowOutcome CsvDecoder::refuse_prices(const Bar& bar) {
  for (const Slot slot : {Slot::Open, Slot::High, Slot::Low, Slot::Close}) {
    if (!require_positive(slot)) return RowOutcome::Bad;
  }
  if (bar.high < bar.low) {
    return bad("high " + in_quotes(to_text(bar.high)) + " is below the low " + to_text(bar.low));
  }
  const bool is_open = bar.open < bar.low || bar.open > bar.high;
  return bad(std::string(is_open ? "open " : "close ") +
             in_quotes(to_text(is_open ? bar.open : bar.close)) + " is outside the bar's " +
             to_text(bar.low) + " to " + to_text(bar.high));
}

RowOutcome CsvDecoder::take_bar(Block& block) {
  Bar bar;
  if (has_clock_) {
    const std::string_view date = row_.word[static_cast<std::size_t>(Slot::Date)];
    const std::string_view clock = row_.word[static_cast<std::size_t>(Slot::Clock)];
    const std::optional<Timestamp> time = parse_india_time(date, clock);
    if (!time)
      return bad("time " + in_quotes(std::string(date) + " " + std::string(clock)) +
                 " is not a time");
    bar.open_time = *time;
  } else {
    bar.open_time = Timestamp::from_nanoseconds(row_[Slot::Time]);
  }
  if (has_close_time_) {
    // In whole milliseconds, where a file has microseconds: 59.999999 is 59.999.
    const std::int64_t close = row_[Slot::CloseTime];
    bar.close_time = Timestamp::from_nanoseconds(close - close % kMillisecond);
    if (bar.close_time <= bar.open_time) {
      return bad("close time " + in_quotes(to_text(bar.close_time)) +
                 " is not after the open time " + to_text(bar.open_time));
    }
  } else {
    bar.close_time = bar.open_time + plan_.bar_length - Duration::milliseconds(1);
  }
  bar.open = Price::from_raw(row_[Slot::Open]);
  bar.high = Price::from_raw(row_[Slot::High]);
  bar.low = Price::from_raw(row_[Slot::Low]);
  bar.close = Price::from_raw(row_[Slot::Close]);
  // The one test that a good bar needs: the lowest is positive and nothing passes the extremes.
  if (!(bar.low.is_positive() && bar.low <= std::min(bar.open, bar.close) &&
        bar.high >= std::max(bar.open, bar.close))) [[unlikely]] {
    return refuse_prices(bar);
  }
  if (has_volume_) {
    if (!require_not_negative(Slot::Volume)) return RowOutcome::Bad;
    bar.volume = Quantity::from_raw(row_[Slot::Volume]);
  }
  const RowOutcome outcome = admission_.admit_bar(bar, fault_);
  if (outcome == RowOutcome::Used) block.bars.push_back(bar);
  return outcome;
}

RowOutcome CsvDecoder::take_trade(Block& block) {
  if (!require_positive(Slot::TradePrice) || !require_positive(Slot::TradeQuantity))
    return RowOutcome::Bad;
  const Timestamp time = Timestamp::from_nanoseconds(row_[Slot::Time]);
  const RowOutcome outcome =
      has_id_
          ? admission_.admit_trade(time, static_cast<std::uint64_t>(row_[Slot::TradeId]), fault_)
          : admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  const auto price = Price::from_raw(row_[Slot::TradePrice]);
  const auto quantity = Quantity::from_raw(row_[Slot::TradeQuantity]);
  admission_.note_price(price);
  admission_.note_quantity(quantity);
  block.trades.push_back({time, price, quantity, aggressor_of(row_[Slot::BuyerIsMaker])});
  return outcome;
}

RowOutcome CsvDecoder::take_agg_trade(const AggTrade& trade, Block& block) {
  const RowOutcome outcome = admission_.admit_trade(trade.row.time, trade.id, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  admission_.note_price(trade.row.price);
  admission_.note_quantity(*trade.row.quantity);
  block.trades.push_back(trade.row);
  return outcome;
}

RowOutcome CsvDecoder::take_lean_trade(Block& block) {
  constexpr std::int64_t kDay = 86'400'000;
  constexpr std::int64_t kTenThousandth = kDecimalOne / 10'000;
  const std::int64_t millisecond = row_[Slot::MillisecondOfDay];
  if (millisecond >= kDay) {
    return bad("millisecond of day " + in_quotes(std::to_string(millisecond)) +
               " is past midnight");
  }
  const std::int64_t ticks = row_[Slot::PriceTenThousandths];
  if (ticks <= 0 || ticks > Price::max().raw() / kTenThousandth) {
    return bad("price " + in_quotes(std::to_string(ticks)) + " is not positive or out of range");
  }
  if (!require_positive(Slot::TradeQuantity)) return RowOutcome::Bad;
  // Lean's own mark for prints that its vendor filtered out.
  if (row_[Slot::Suspicious] != 0) return RowOutcome::Ignored;
  const Timestamp time = new_york_time(plan_.day, millisecond);
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  const auto price = Price::from_raw(ticks * kTenThousandth);
  const auto quantity = Quantity::from_raw(row_[Slot::TradeQuantity]);
  admission_.note_price(price);
  admission_.note_quantity(quantity);
  block.trades.push_back({time, price, quantity, 0});
  return outcome;
}

RowOutcome CsvDecoder::take_book_top(Block& block) {
  if (!require_positive(Slot::BidPrice) || !require_positive(Slot::AskPrice) ||
      !require_not_negative(Slot::BidQuantity) || !require_not_negative(Slot::AskQuantity)) {
    return RowOutcome::Bad;
  }
  BookTop top;
  top.instrument = instrument_;
  top.bid_price = Price::from_raw(row_[Slot::BidPrice]);
  top.bid_quantity = Quantity::from_raw(row_[Slot::BidQuantity]);
  top.ask_price = Price::from_raw(row_[Slot::AskPrice]);
  top.ask_quantity = Quantity::from_raw(row_[Slot::AskQuantity]);
  if (top.bid_price > top.ask_price) {
    admission_.note_crossed_book();
    return bad("bid price " + in_quotes(to_text(top.bid_price)) + " is above the ask price " +
               to_text(top.ask_price));
  }
  const Timestamp time = Timestamp::from_nanoseconds(row_[Slot::Time]);
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  admission_.note_price(top.bid_price);
  admission_.note_price(top.ask_price);
  admission_.note_quantity(top.bid_quantity);
  admission_.note_quantity(top.ask_quantity);
  block.events.push_back({time, top});
  return outcome;
}

RowOutcome CsvDecoder::take_funding(Block& block) {
  // Nobody has seen a rate of 100 % for one interval; a price in this column is above it.
  if (row_[Slot::Rate] >= kDecimalOne || row_[Slot::Rate] <= -kDecimalOne) {
    return bad("funding rate " + in_quotes(decimal_text(row_[Slot::Rate])) + " is out of range");
  }
  const Timestamp time = Timestamp::from_nanoseconds(row_[Slot::Time]);
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome == RowOutcome::Used) {
    block.events.push_back({time, FundingRate{instrument_, row_[Slot::Rate]}});
  }
  return outcome;
}

RowOutcome CsvDecoder::take_liquidation(Block& block) {
  // Some recorders keep no average; the limit price is then the nearest thing to it.
  const bool has_average = row_[Slot::AveragePrice] != kNoAverage;
  const Slot price_slot = has_average || !has_price_ ? Slot::AveragePrice : Slot::TradePrice;
  if (!require_positive(price_slot) || !require_positive(Slot::TradeQuantity))
    return RowOutcome::Bad;
  const Timestamp time = Timestamp::from_nanoseconds(row_[Slot::Time]);
  const RowOutcome outcome = admission_.admit_event(time, fault_);
  if (outcome != RowOutcome::Used) return outcome;
  const auto price = Price::from_raw(row_[price_slot]);
  const auto quantity = Quantity::from_raw(row_[Slot::TradeQuantity]);
  admission_.note_quantity(quantity);  // An average price says nothing about the tick.
  block.events.push_back(
      {time, LiquidationPrinted{instrument_, row_[Slot::OrderSide] == 1 ? Side::Buy : Side::Sell,
                                price, quantity}});
  return outcome;
}

}  // namespace tranchet
