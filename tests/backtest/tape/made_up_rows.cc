#include "tests/backtest/tape/made_up_rows.h"

#include <algorithm>
#include <cstring>

#include "tests/backtest/market_data/input_files.h"

namespace tranchet {
namespace {

constexpr std::int64_t kStart = 1'711'929'600'000'000'000;  // 2024-04-01T00:00:00Z

class RowMaker {
 public:
  explicit RowMaker(const RowVariety& variety)
      : variety_(variety), state_(variety.seed * 2 + 1), price_(450'000 * variety.tick) {}

  std::int64_t below(std::int64_t most) {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(most));
  }
  bool rarely() { return variety_.odd_values && below(997) == 0; }

  Timestamp time() {
    time_ += below(variety_.most_wait + 1) * variety_.time_unit;
    if (rarely()) time_ += 1 + below(7'000'000'000'000);
    return Timestamp::from_nanoseconds(time_);
  }
  Price price() {
    price_ += (below(2 * variety_.most_step + 1) - variety_.most_step) * variety_.tick;
    price_ = std::max(price_, variety_.tick);
    return Price::from_raw(rarely() ? price_ + 1 + below(variety_.tick) : price_);
  }
  Quantity quantity() {
    const std::int64_t thousandths = 1 + below(2'000);
    return Quantity::from_raw(rarely() ? (1 + below(1'000'000'000)) * 1'234'567
                                       : thousandths * 100'000);
  }
  Side side() { return below(2) == 0 ? Side::Buy : Side::Sell; }

 private:
  RowVariety variety_;
  std::uint64_t state_;
  std::int64_t price_;
  std::int64_t time_ = kStart;
};

TradePrinted trade_of(RowMaker& make) {
  TradePrinted trade{kInstrument, make.quantity(), make.price(),
                     static_cast<std::uint8_t>(make.side())};
  if (make.rarely()) trade.quantity = std::nullopt;
  if (make.rarely()) trade.aggressor = 0;
  return trade;
}

EventBody body_of(RowMaker& make) {
  switch (make.below(5)) {
    case 0:
      return trade_of(make);
    case 1:
      return MarkPrice{kInstrument, make.price()};
    case 2: {
      const Price bid = make.price();
      return BookTop{kInstrument, bid, make.quantity(), bid + Price::from_raw(make.below(50)),
                     make.quantity()};
    }
    case 3:
      return LiquidationPrinted{kInstrument, make.side(), make.price(), make.quantity()};
    default:
      return FundingRate{kInstrument, make.below(20'000) - 10'000};
  }
}

bool same(const Occurrence& a, const Occurrence& b) {
  if (a.time != b.time || a.body.index() != b.body.index()) return false;
  return std::visit(
      [&](const auto& one) {
        using Body = std::decay_t<decltype(one)>;
        const Body& other = std::get<Body>(b.body);
        if constexpr (std::is_same_v<Body, TradePrinted>) {
          return one.instrument == other.instrument && one.price == other.price &&
                 one.quantity == other.quantity && one.aggressor == other.aggressor;
        } else if constexpr (std::is_same_v<Body, MarkPrice>) {
          return one.instrument == other.instrument && one.price == other.price;
        } else if constexpr (std::is_same_v<Body, BookTop>) {
          return one.instrument == other.instrument && one.bid_price == other.bid_price &&
                 one.bid_quantity == other.bid_quantity && one.ask_price == other.ask_price &&
                 one.ask_quantity == other.ask_quantity;
        } else if constexpr (std::is_same_v<Body, LiquidationPrinted>) {
          return one.instrument == other.instrument && one.side == other.side &&
                 one.average_price == other.average_price && one.quantity == other.quantity;
        } else if constexpr (std::is_same_v<Body, FundingRate>) {
          return one.instrument == other.instrument && one.rate == other.rate;
        } else {
          return false;  // No such thing in market data.
        }
      },
      a.body);
}

bool same(const Bar& a, const Bar& b) {
  return a.open_time == b.open_time && a.close_time == b.close_time && a.open == b.open &&
         a.high == b.high && a.low == b.low && a.close == b.close && a.volume == b.volume;
}

template <class Row>
std::string first_difference(const std::vector<Row>& a, const std::vector<Row>& b) {
  const std::size_t size = std::min(a.size(), b.size());
  for (std::size_t at = 0; at < size; ++at) {
    if (!same(a[at], b[at])) return "row " + std::to_string(at) + " differs";
  }
  if (a.size() == b.size()) return {};
  return std::to_string(a.size()) + " and " + std::to_string(b.size()) + " rows";
}

}  // namespace

std::vector<Occurrence> made_up_trades(std::size_t count, const RowVariety& variety) {
  RowMaker make(variety);
  std::vector<Occurrence> rows(count);
  for (Occurrence& row : rows) row = {make.time(), trade_of(make)};
  return rows;
}

std::vector<Occurrence> made_up_marks(std::size_t count, const RowVariety& variety) {
  RowMaker make(variety);
  std::vector<Occurrence> rows(count);
  for (Occurrence& row : rows) row = {make.time(), MarkPrice{kInstrument, make.price()}};
  return rows;
}

std::vector<Occurrence> made_up_capture(std::size_t count, const RowVariety& variety) {
  RowMaker make(variety);
  std::vector<Occurrence> rows(count);
  for (Occurrence& row : rows) row = {make.time(), body_of(make)};
  return rows;
}

std::vector<Bar> made_up_bars(std::size_t count, const RowVariety& variety) {
  RowMaker make(variety);
  std::vector<Bar> bars(count);
  std::int64_t minute = 0;
  for (Bar& bar : bars) {
    minute += make.rarely() ? 5 : 1;
    bar.open_time = Timestamp::from_nanoseconds(kStart + minute * 60'000'000'000);
    bar.close_time = bar.open_time + Duration::milliseconds(59'999);
    bar.open = make.price();
    bar.close = make.price();
    bar.high = std::max(bar.open, bar.close) + Price::from_raw(make.below(9) * variety.tick);
    bar.low = std::max(Price::from_raw(1), std::min(bar.open, bar.close) -
                                               Price::from_raw(make.below(9) * variety.tick));
    if (!make.rarely()) bar.volume = make.quantity();
  }
  return bars;
}

std::int64_t price_of(const Occurrence& event) {
  const auto* const trade = std::get_if<TradePrinted>(&event.body);
  return trade != nullptr ? trade->price.raw() : std::get<MarkPrice>(event.body).price.raw();
}

std::string agg_trades_text(const std::vector<Occurrence>& trades) {
  std::string text =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  std::uint64_t id = 2'000'000'000;
  for (const Occurrence& event : trades) {
    const auto& trade = std::get<TradePrinted>(event.body);
    text += std::to_string(id) + "," + to_text(trade.price) + "," + to_text(*trade.quantity) + "," +
            std::to_string(2 * id) + "," + std::to_string(2 * id + 1) + "," +
            std::to_string(event.time.nanoseconds() / 1'000'000) +
            (trade.aggressor == static_cast<std::uint8_t>(Side::Sell) ? ",true\n" : ",false\n");
    ++id;
  }
  return text;
}

std::string difference(const std::vector<Occurrence>& a, const std::vector<Occurrence>& b) {
  return first_difference(a, b);
}
std::string difference(const std::vector<Bar>& a, const std::vector<Bar>& b) {
  return first_difference(a, b);
}

}  // namespace tranchet
