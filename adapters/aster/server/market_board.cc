#include "adapters/aster/server/market_board.h"

#include <algorithm>

namespace tranchet::aster_venue {
namespace {

constexpr std::size_t kTradesKept = 1'000;
constexpr std::size_t kFundingKept = 1'000;
constexpr std::int64_t kFundingInterval = kMillisecondsOfDay / 3;
constexpr std::size_t kDepthLevels = 20;

int decimals_of(std::int64_t step) {
  int decimals = kDecimalPlaces;
  while (decimals > 0 && step % 10 == 0) {
    step /= 10;
    --decimals;
  }
  return decimals;
}

std::string ppm_text(Ppm fraction) {
  return decimal_text(fraction * (kDecimalOne / kPpmOne));
}

}  // namespace

MarketBoard::MarketBoard(ListedSymbol listed) : listed_(std::move(listed)) {}

void MarketBoard::relist(const InstrumentListed& rules, const std::string& status) {
  listed_.rules = rules;
  listed_.status = status;
  listed_.info.clear();
}

void MarketBoard::observe(const EventBody& market, std::int64_t time) {
  if (const auto* trade = std::get_if<TradePrinted>(&market)) {
    last_ = trade->price;
    const BoardTrade printed{.id = ++trade_count_,
                             .time = time,
                             .price = trade->price,
                             .quantity = trade->quantity.value_or(lot()),
                             .buyer_is_maker = trade->aggressor == 2};
    trades_.push_back(printed);
    if (trades_.size() > kTradesKept) trades_.pop_front();
    candles_.add({.price = printed.price,
                  .quantity = printed.quantity,
                  .taker_buys = !printed.buyer_is_maker,
                  .id = printed.id},
                 time);
    if (!bid_) ++book_id_;
  } else if (const auto* mark = std::get_if<MarkPrice>(&market)) {
    mark_ = mark->price;
    mark_candles_.add({.price = mark->price, .quantity = {}, .taker_buys = false, .id = 0}, time);
  } else if (const auto* book = std::get_if<BookTop>(&market)) {
    bid_ = book->bid_price.is_positive() ? Maybe<Price>(book->bid_price) : std::nullopt;
    ask_ = book->ask_price.is_positive() ? Maybe<Price>(book->ask_price) : std::nullopt;
    bid_quantity_ = book->bid_quantity;
    ask_quantity_ = book->ask_quantity;
    ++book_id_;
  } else if (const auto* funding = std::get_if<FundingRate>(&market)) {
    rate_ = funding->rate;
    funding_.push_back({time, funding->rate});
    if (funding_.size() > kFundingKept) funding_.pop_front();
  }
}

Quantity MarketBoard::lot() const {
  const InstrumentListed& rules = listed_.rules;
  return rules.min_quantity.is_positive() ? rules.min_quantity : rules.step_size;
}

Maybe<Price> MarketBoard::bid() const {
  if (bid_ || !has_price()) return bid_;
  return std::max(floor_to(last_price(), listed_.rules.tick_size), listed_.rules.tick_size);
}

Maybe<Price> MarketBoard::ask() const {
  if (ask_ || !has_price()) return ask_;
  return *bid() + listed_.rules.tick_size;
}

MarketBoard::Levels MarketBoard::levels(Side side, std::size_t count) const {
  Levels result;
  const Maybe<Price> best = side == Side::Buy ? bid() : ask();
  if (!best) return result;
  const Quantity top = side == Side::Buy ? bid_quantity_ : ask_quantity_;
  const Price tick = listed_.rules.tick_size;
  Price price = *best;
  for (std::size_t level = 0; level < count && price.is_positive(); ++level) {
    const bool known = level == 0 && top.is_positive();
    result[price] = known ? top : Quantity::from_raw(lot().raw() * 100);
    price = side == Side::Buy ? price - tick : price + tick;
  }
  return result;
}

std::int64_t MarketBoard::next_funding(std::int64_t now) const {
  return (now / kFundingInterval + 1) * kFundingInterval;
}

namespace {

// [["price","quantity"], ...], the best one first.
template <class Iterator>
std::string level_rows(Iterator begin, Iterator end) {
  std::vector<std::string> rows;
  for (; begin != end; ++begin) {
    rows.push_back("[\"" + to_text(begin->first) + "\",\"" + to_text(begin->second) + "\"]");
  }
  return json_array(rows);
}

std::string filters_json(const ListedSymbol& listed) {
  const InstrumentListed& rules = listed.rules;
  const auto or_large = [](Quantity quantity) {
    return quantity.is_positive() ? to_text(quantity) : std::string("1000000");
  };
  const auto lots = [&](std::string_view name, Quantity most) {
    return JsonObject()
        .decimal("stepSize", rules.step_size)
        .text("filterType", name)
        .text("maxQty", or_large(most))
        .decimal("minQty", rules.min_quantity.is_positive() ? rules.min_quantity : rules.step_size)
        .str();
  };
  const VenueTerms& terms = listed.terms;
  std::vector<std::string> filters = {
      JsonObject()
          .decimal("minPrice", rules.tick_size)
          .text("maxPrice", "10000000")
          .text("filterType", "PRICE_FILTER")
          .decimal("tickSize", rules.tick_size)
          .str(),
      lots("LOT_SIZE", rules.max_quantity),
      lots("MARKET_LOT_SIZE", rules.market_max_quantity),
      JsonObject().number("limit", 200).text("filterType", "MAX_NUM_ORDERS").str(),
      JsonObject()
          .number("limit", rules.max_conditional_orders == 0 ? 200 : rules.max_conditional_orders)
          .text("filterType", "MAX_NUM_ALGO_ORDERS")
          .str(),
      JsonObject().decimal("notional", rules.min_notional).text("filterType", "MIN_NOTIONAL").str(),
      JsonObject()
          .text("multiplierDown",
                terms.multiplier_down == 0 ? "0" : ppm_text(terms.multiplier_down))
          .text("multiplierUp", terms.multiplier_up == 0 ? "1000" : ppm_text(terms.multiplier_up))
          .text("ltMultiplierUp", "0")
          .text("ltMultiplierDown", "0")
          .text("multiplierDecimal", "4")
          .text("filterType", "PERCENT_PRICE")
          .str()};
  return json_array(filters);
}

}  // namespace

std::string MarketBoard::exchange_info() const {
  if (!listed_.info.empty()) return listed_.info;
  const InstrumentListed& rules = listed_.rules;
  const VenueTerms& terms = listed_.terms;
  return JsonObject()
      .text("symbol", listed_.symbol)
      .text("pair", listed_.symbol)
      .text("contractType", "PERPETUAL")
      .number("deliveryDate", 4'133'404'800'000)
      .number("onboardDate", 1'569'398'400'000)
      .text("status", listed_.status)
      .text("maintMarginPercent", percent_text(terms.maintenance_margin))
      .text("requiredMarginPercent", percent_text(kPpmOne / terms.leverage))
      .text("baseAsset", listed_.base())
      .text("quoteAsset", "USDT")
      .text("marginAsset", "USDT")
      .number("pricePrecision", decimals_of(rules.tick_size.raw()))
      .number("quantityPrecision", decimals_of(rules.step_size.raw()))
      .number("baseAssetPrecision", 8)
      .number("quotePrecision", 8)
      .text("underlyingType", "COIN")
      .json("underlyingSubType", "[]")
      .number("symbolType", 0)
      .number("tradingMode", 0)
      .text("name", listed_.base())
      .text("channel", "{}")
      .number("sequenceNo", 100)
      .text("twapMinNotional", "1000")
      .number("settlePlan", 0)
      .text("triggerProtect",
            ppm_text(terms.trigger_protect == 0 ? 150'000 : terms.trigger_protect))
      .text("liquidationFee", "0.025000")
      .text("marketTakeBound",
            ppm_text(terms.market_take_bound == 0 ? 200'000 : terms.market_take_bound))
      .number("createTime", 1'569'398'400'000)
      .json("filters", filters_json(listed_))
      .json("orderTypes",
            R"(["LIMIT","MARKET","STOP","STOP_MARKET","TAKE_PROFIT","TAKE_PROFIT_MARKET",)"
            R"("TRAILING_STOP_MARKET"])")
      .json("timeInForce", R"(["GTC","IOC","FOK","GTX"])")
      .str();
}

std::string MarketBoard::depth(std::size_t limit, std::int64_t now) const {
  const Levels bids = levels(Side::Buy, std::min(limit, kDepthLevels));
  const Levels asks = levels(Side::Sell, std::min(limit, kDepthLevels));
  return JsonObject()
      .number("lastUpdateId", depth_id_)
      .number("E", now)
      .number("T", now)
      .json("bids", level_rows(bids.rbegin(), bids.rend()))
      .json("asks", level_rows(asks.begin(), asks.end()))
      .str();
}

std::string MarketBoard::partial_depth_event(std::size_t count, std::int64_t now) const {
  const Levels bids = levels(Side::Buy, count);
  const Levels asks = levels(Side::Sell, count);
  return JsonObject()
      .text("e", "depthUpdate")
      .number("E", now)
      .number("T", now)
      .text("s", listed_.symbol)
      .number("U", depth_id_)
      .number("u", depth_id_)
      .number("pu", depth_id_ - 1)
      .json("b", level_rows(bids.rbegin(), bids.rend()))
      .json("a", level_rows(asks.begin(), asks.end()))
      .str();
}

std::string MarketBoard::depth_change(std::int64_t now) {
  const auto changes = [](Levels& sent, const Levels& current) {
    Levels changed;
    for (const auto& [price, quantity] : sent) {
      if (!current.contains(price)) changed[price] = Quantity();
    }
    for (const auto& [price, quantity] : current) {
      const auto before = sent.find(price);
      if (before == sent.end() || before->second != quantity) changed[price] = quantity;
    }
    sent = current;
    return changed;
  };
  const Levels bids = changes(sent_bids_, levels(Side::Buy, kDepthLevels));
  const Levels asks = changes(sent_asks_, levels(Side::Sell, kDepthLevels));
  if (bids.empty() && asks.empty()) return "";
  const std::int64_t previous = depth_id_++;
  return JsonObject()
      .text("e", "depthUpdate")
      .number("E", now)
      .number("T", now)
      .text("s", listed_.symbol)
      .number("U", depth_id_)
      .number("u", depth_id_)
      .number("pu", previous)
      .json("b", level_rows(bids.rbegin(), bids.rend()))
      .json("a", level_rows(asks.begin(), asks.end()))
      .str();
}

std::string MarketBoard::klines(Source source, std::int64_t length, std::int64_t from,
                                std::int64_t until, std::size_t limit) const {
  // Data without marks is marked by its trades.
  const bool by_mark = source == Source::Mark && mark_;
  const Candles& candles = by_mark ? mark_candles_ : candles_;
  std::vector<std::string> rows;
  for (const Candle& candle : candles.series(length, from, until, limit)) {
    const std::string prices = "\"" + to_text(candle.open) + "\",\"" + to_text(candle.high) +
                               "\",\"" + to_text(candle.low) + "\",\"" + to_text(candle.close) +
                               "\",\"";
    std::string row = "[" + std::to_string(candle.open_time) + "," + prices;
    row += source == Source::Mark ? "0" : to_text(candle.volume);
    row += "\"," + std::to_string(candle.close_time) + ",\"";
    row += source == Source::Mark ? "0" : to_text(candle.quote_volume);
    row += "\"," + std::to_string(candle.trades) + ",\"";
    row += source == Source::Mark ? "0" : to_text(candle.taker_buy_volume);
    row += "\",\"";
    row += source == Source::Mark ? "0" : to_text(candle.taker_buy_quote_volume);
    rows.push_back(row + "\",\"0\"]");
  }
  return json_array(rows);
}

void MarketBoard::append_funding(std::vector<std::string>& rows, std::int64_t from,
                                 std::int64_t until) const {
  for (const Funding& funding : funding_) {
    if (funding.time < from || funding.time > until) continue;
    rows.push_back(JsonObject()
                       .text("symbol", listed_.symbol)
                       .text("fundingRate", decimal_text(funding.rate))
                       .number("fundingTime", funding.time)
                       .str());
  }
}

}  // namespace tranchet::aster_venue
