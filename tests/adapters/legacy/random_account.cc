#include "tests/adapters/legacy/random_account.h"

#include <algorithm>

#include "events/ensure.h"

namespace tranchet::legacy {
namespace {

using namespace literals;

aster_venue::ListedSymbol listed(const std::string& symbol, InstrumentId id, Price tick,
                                 Quantity step) {
  aster_venue::ListedSymbol out;
  out.symbol = symbol;
  out.rules.instrument = id;
  out.rules.tick_size = tick;
  out.rules.step_size = step;
  out.rules.min_quantity = step;
  out.rules.min_notional = Money::from_raw(5 * kDecimalOne);
  out.rules.max_conditional_orders = 10;
  out.terms.multiplier_up = 3'000'000;
  out.terms.multiplier_down = 300'000;
  return out;
}

Price at_tick(Int128 raw, Price tick) {
  return Price::from_wide(raw / tick.raw() * tick.raw());
}

}  // namespace

RandomAccount::RandomAccount(std::uint64_t seed)
    : random_(seed),
      mode_(below(4) == 0 ? PositionMode::OneWay : PositionMode::Hedge),
      generation_(kGenerations[below(10) < 6 ? 4 : below(kGenerations.size())]),
      corruption_(below(2) == 0 ? Corruption::None : static_cast<Corruption>(2 + below(5))) {
  markets_ = {{"BTCUSDT", 45000_px, 0.1_px, 0.001_qty, 0.01_qty},
              {"SOLUSDT", 150_px, 0.01_px, 0.01_qty, 2_qty},
              {"1000PEPEUSDT", 0.0123_px, 0.0000001_px, 1_qty, 20000_qty}};
  aster_venue::DeskOptions options;
  for (std::size_t at = 0; at < markets_.size(); ++at) {
    const InstrumentId id{static_cast<std::uint16_t>(at + 1)};
    options.symbols.push_back(
        listed(markets_[at].symbol, id, markets_[at].tick, markets_[at].step));
  }
  options.accounts = {{.user = {},
                       .signer = {},
                       .hmac_key = std::string(kApiKey),
                       .hmac_secret = std::string(kApiSecret),
                       .balance = Money::from_raw(1'000'000 * kDecimalOne),
                       .position_mode = mode_}};
  venue_ = std::make_unique<DeskVenue>(options);
  for (std::size_t at = 0; at < markets_.size(); ++at) {
    const InstrumentId id{static_cast<std::uint16_t>(at + 1)};
    venue_->show(id, markets_[at].price);
    const bool is_long = below(2) == 0;
    if (below(3) != 0) {
      build_side(markets_[at], id, is_long ? PositionSide::Long : PositionSide::Short);
    }
    if (mode_ == PositionMode::Hedge && below(3) == 0) {
      build_side(markets_[at], id, is_long ? PositionSide::Short : PositionSide::Long);
    }
  }
}

// The parameters of an exit, but for its kind and its price.
std::string RandomAccount::exit_of(const Market& market, PositionSide side,
                                   Quantity quantity) const {
  std::string text = "symbol=" + market.symbol +
                     "&side=" + (side == PositionSide::Long ? "SELL" : "BUY") +
                     "&quantity=" + to_text(quantity) + "&positionSide=";
  if (mode_ == PositionMode::OneWay) return text + "BOTH&reduceOnly=true";
  return text + (side == PositionSide::Long ? "LONG" : "SHORT");
}

// Each tranche some percent below the one before (above, of a short); the market then comes to
// stand between the last entry and its stop, or beyond a target.
void RandomAccount::build_side(const Market& market, InstrumentId instrument, PositionSide side) {
  const bool is_long = side == PositionSide::Long;
  const std::uint64_t tranches = 1 + below(2);
  Int128 price = market.price.raw();
  Quantity total;
  for (std::uint64_t ordinal = 0; ordinal < tranches; ++ordinal) {
    const Price entry = at_tick(price, market.tick);
    venue_->show(instrument, entry);
    const Quantity quantity =
        Quantity::from_raw(market.lot.raw() * static_cast<std::int64_t>(1 + below(9)));
    const std::string way = is_long ? "BUY" : "SELL";
    const std::string book = mode_ == PositionMode::OneWay ? "BOTH" : is_long ? "LONG" : "SHORT";
    venue_->order("symbol=" + market.symbol + "&side=" + way +
                  "&type=MARKET&quantity=" + to_text(quantity) + "&positionSide=" + book);
    StoredTranche stored{.symbol = market.symbol,
                         .side = mode_ == PositionMode::OneWay ? "BOTH"
                                 : is_long                     ? "LONG"
                                                               : "SHORT",
                         .ordinal = static_cast<std::int64_t>(ordinal),
                         .quantity = to_text(quantity),
                         .average = to_text(entry)};
    place_exits(stored, market, side, quantity, entry);
    truth_.tranches.push_back(stored);
    total += quantity;
    const auto step = static_cast<std::int64_t>(20'000 + below(50'000));
    price = price * (is_long ? kPpmOne - step : kPpmOne + step) / kPpmOne;
  }
  if (below(2) == 0) place_foreign(market, side, total);
  // 1 % is the target, 20 % the stop: now and then the last target has been passed.
  const auto away = static_cast<std::int64_t>(below(24'000)) - 12'000;
  venue_->show(instrument, at_tick(Int128{parse<Price>(truth_.tranches.back().average)->raw()} *
                                       (kPpmOne + away) / kPpmOne,
                                   market.tick));
}

void RandomAccount::place_exits(StoredTranche& tranche, const Market& market, PositionSide side,
                                Quantity quantity, Price price) {
  const bool is_long = side == PositionSide::Long;
  const auto at = [&](std::int64_t ppm) {
    return to_text(at_tick(
        Int128{price.raw()} * (is_long ? kPpmOne + ppm : kPpmOne - ppm) / kPpmOne, market.tick));
  };
  const std::string exit = exit_of(market, side, quantity);
  // The bot's take-profits are too far for the market's last move to fill them.
  if (below(4) != 0) {
    tranche.target = venue_->order(exit + "&type=LIMIT&timeInForce=GTC&price=" + at(300'000));
  }
  if (below(4) != 0)
    tranche.stop = venue_->order(exit + "&type=STOP_MARKET&stopPrice=" + at(-200'000));
}

void RandomAccount::place_foreign(const Market& market, PositionSide side, Quantity quantity) {
  const bool is_long = side == PositionSide::Long;
  const auto at = [&](std::int64_t ppm) {
    return to_text(
        at_tick(Int128{market.price.raw()} * (is_long ? kPpmOne + ppm : kPpmOne - ppm) / kPpmOne,
                market.tick));
  };
  const std::string exit = exit_of(market, side, quantity);
  foreign_.insert(below(2) == 0
                      ? venue_->order(exit + "&type=STOP_MARKET&stopPrice=" + at(-400'000))
                      : venue_->order(exit + "&type=LIMIT&timeInForce=GTC&price=" + at(500'000)));
}

void RandomAccount::write_files(const std::filesystem::path& settings,
                                const std::filesystem::path& database) const {
  std::string json = "{\"globals\": {\"hedge_mode\": " +
                     std::string(mode_ == PositionMode::Hedge ? "true" : "false") +
                     ", \"max_tranches_per_symbol_side\": 5}, \"symbols\": {";
  for (const Market& market : markets_) {
    json += "\"" + market.symbol +
            "\": {\"take_profit_pct\": 1, \"stop_loss_pct\": 20, \"leverage\": 4},\n";
  }
  json.resize(json.size() - 2);
  write_file(settings, json + "}}\n");
  write_bot_database(database, generation_, truth_);
  if (generation_ < Generation::Tranches) return;
  switch (corruption_) {
    case Corruption::None:
      return;
    case Corruption::OtherSymbolsOrders:
      return run_sql(database,
                     "UPDATE position_tranches SET tp_order_id = (SELECT tp_order_id FROM "
                     "position_tranches ORDER BY rowid LIMIT 1), sl_order_id = (SELECT sl_order_id "
                     "FROM position_tranches ORDER BY rowid LIMIT 1) WHERE tranche_id = 0;");
    case Corruption::OtherSymbolsQuantity:
      return run_sql(database,
                     "UPDATE position_tranches SET total_quantity = 0, tp_order_id = NULL, "
                     "sl_order_id = NULL WHERE tranche_id = 1;");
    case Corruption::MadeUpAverages:
      return run_sql(database,
                     "UPDATE position_tranches SET avg_entry_price = (SELECT "
                     "AVG(b.avg_entry_price) * 1.02 FROM position_tranches b WHERE b.symbol = "
                     "position_tranches.symbol AND b.position_side = "
                     "position_tranches.position_side);");
    case Corruption::PhantomPositions:
      return run_sql(database,
                     "INSERT OR IGNORE INTO position_tranches SELECT symbol, CASE position_side "
                     "WHEN 'LONG' THEN 'SHORT' ELSE 'LONG' END, tranche_id, avg_entry_price, "
                     "total_quantity, NULL, NULL, 0, 0, 0, 0 FROM position_tranches WHERE "
                     "position_side <> 'BOTH';");
    case Corruption::ClosedTrades:
      return run_sql(database, "UPDATE trades SET status = 'CLOSED' WHERE tranche_id = 0;");
  }
}

}  // namespace tranchet::legacy
