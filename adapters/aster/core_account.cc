#include <algorithm>

#include "adapters/aster/core_parts.h"

namespace tranchet::aster {
namespace {

// How far back the venue's trade history can be asked for, less a bit.
constexpr Duration kHistory = Duration::hours(7 * 24 - 1);

}  // namespace

// ---- Set-up.

void AsterCore::Inside::take_setup(Outstanding& outstanding, std::string_view body) {
  const auto spoiled = [&](const std::string& flaw) {
    fault(std::string(outstanding.label) + ": the answer's " + flaw);
    retry(std::move(outstanding.job));
  };
  switch (outstanding.job.use) {
    case Use::ServerTime:
      return take_server_time(outstanding, body);
    case Use::ExchangeInfo:
      return take_exchange_info(body);
    case Use::PositionMode: {
      const auto is_hedge = read_dual_side(body);
      if (!is_hedge) return spoiled(is_hedge.error());
      return take_position_mode(*is_hedge);
    }
    case Use::SetPositionMode:
      return take_position_mode(options_.position_mode == PositionMode::Hedge);
    case Use::ListenKey: {
      auto key = read_listen_key(body);
      if (!key) return spoiled(key.error());
      listen_key_ = std::move(*key);
      next_keep_ = now_.steady + Duration::minutes(30);
      return user_.connect("/ws/" + listen_key_, now_.steady);
    }
    case Use::MarkPrices:
      return take_mark_prices(body);
    default:
      return;  // Nothing to read: leverage, margin type, a kept key.
  }
}

void AsterCore::Inside::take_server_time(const Outstanding& outstanding, std::string_view body) {
  const auto time = read_server_time(body);
  if (!time) {
    fault("GET time: the answer's " + time.error());
    return retry(outstanding.job);
  }
  clock_.note(from_milliseconds(*time), now_.steady);
}

void AsterCore::Inside::take_exchange_info(std::string_view body) {
  auto info = parse_exchange_info(body);
  if (!info) return fault("GET exchangeInfo: the answer " + info.error());
  if (const auto limits = read_limits(body)) {
    budget_.set_limits({.weight_per_minute = limits->weight_per_minute,
                        .orders_per_minute = limits->orders_per_minute,
                        .orders_per_10_seconds = limits->orders_per_10_seconds});
  } else {
    fault("GET exchangeInfo: the answer's " + limits.error());
  }
  const auto change = rules_.take(std::move(*info));
  for (const EventBody& event : change.events) push(event);
  for (const std::string& text : change.faults) fault(text);
  // What is to be traded and has no rules yet, neither in the log nor by the configuration.
  for (const WatchedInstrument& watched : options_.instruments) instrument_of(watched.symbol);
}

void AsterCore::Inside::take_position_mode(bool is_hedge) {
  const bool is_right = is_hedge == (options_.position_mode == PositionMode::Hedge);
  if (!is_right && options_.set_position_mode && !mode_is_known_) {
    return ask({.use = Use::SetPositionMode});
  }
  if (!is_right) return wrong_mode("set it, or change the configuration");
  if (!std::exchange(mode_is_known_, true)) user_.start(now_.steady);
}

// Orders of the other mode are refused by the venue (-4061), so nothing new is opened; what the
// account holds is still watched.
void AsterCore::Inside::wrong_mode(std::string_view why) {
  const bool hedge = options_.position_mode == PositionMode::Hedge;
  const std::string text = std::string("the account is not in ") + (hedge ? "hedge" : "one-way") +
                           " mode: " + std::string(why);
  fault(text);
  if (!std::exchange(halted_, true)) push(EntriesHalted{names_.intern(text)});
  if (!std::exchange(mode_is_known_, true)) user_.start(now_.steady);
}

void AsterCore::Inside::take_mark_prices(std::string_view body) {
  const auto rows = read_mark_prices(body);
  if (!rows) return fault("GET premiumIndex: the answer's " + rows.error());
  for (const PriceRow& row : *rows) {
    const InstrumentId id = names_.find_instrument(row.symbol);
    if (id == InstrumentId::None || !row.mark.is_positive()) continue;
    market_.push_back({told_.date(), MarkPrice{id, row.mark}});
  }
}

// Leverage and margin type are per symbol; what differs from the configuration is set once.
void AsterCore::Inside::set_terms(const std::vector<PositionRow>& rows) {
  for (const WatchedInstrument& watched : options_.instruments) {
    if (!terms_set_.insert(watched.symbol).second) continue;
    const auto row = std::ranges::find(rows, watched.symbol, &PositionRow::symbol);
    const bool is_known = row != rows.end();
    const MarginType margin = is_known ? row->margin : MarginType::AsItIs;
    if (watched.margin != MarginType::AsItIs && watched.margin != margin) {
      ask({.use = Use::MarginType,
           .symbol = watched.symbol,
           .number = static_cast<std::int64_t>(watched.margin)});
    }
    if (watched.leverage != 0 && (!is_known || row->leverage != watched.leverage)) {
      ask({.use = Use::Leverage, .symbol = watched.symbol, .number = watched.leverage});
    }
  }
}

// ---- Snapshots.

void AsterCore::Inside::want_snapshot(Duration after) {
  if (snapshot_wanted_) return;  // One is under way, and none is handed on that is out of date.
  snapshot_wanted_ = true;
  ask({.use = Use::Positions, .not_before = now_.steady + after});
}

void AsterCore::Inside::take_snapshot_part(Outstanding& outstanding, std::string_view body) {
  Job& job = outstanding.job;
  const auto spoiled = [&](const std::string& flaw) {
    fault(std::string(outstanding.label) + ": the answer's " + flaw);
    retry(std::move(job));
  };
  if (job.use == Use::Positions) {
    // The clock of the first question: what the venue dates later may be missing in the answers.
    if (!snapshot_.is_under_way()) {
      snapshot_.begin(to_milliseconds(clock_.at(outstanding.sent)));
      snapshot_.note_news(last_news_);
    }
    auto rows = read_positions(body);
    if (!rows) return spoiled(rows.error());
    set_terms(*rows);
    go_on(snapshot_.take_positions(std::move(*rows)));
  } else if (job.use == Use::OpenOrders) {
    auto rows = read_orders(body);
    if (!rows) return spoiled(rows.error());
    go_on(snapshot_.take_orders(std::move(*rows)));
  } else {
    const auto balance = read_balance(body);
    if (!balance) return spoiled(balance.error());
    go_on(snapshot_.take_balance(*balance));
  }
}

void AsterCore::Inside::go_on(AccountSnapshot::Next next) {
  switch (next) {
    case AccountSnapshot::Next::OrdersAndBalance:
      // At the first snapshot what is held is judged by its mark, and the market's stream may not
      // have told that yet, even if it lives: a target that was passed would be sent as it is, and
      // close what is only to be adopted. The answer is there before the positions that are asked
      // for again.
      if (included_.empty() && !snapshot_.positions().empty()) ask({.use = Use::MarkPrices});
      ask({.use = Use::OpenOrders});
      ask({.use = Use::Balance});
      return;
    case AccountSnapshot::Next::PositionsAgain:
      ask({.use = Use::Positions});
      return;
    case AccountSnapshot::Next::Wait:
      return;
    case AccountSnapshot::Next::Done:
      snapshot_wanted_ = false;
      hand_on_snapshot();
      return;
    case AccountSnapshot::Next::Again:
      snapshot_wanted_ = false;
      want_snapshot(kSnapshotAgain);
      return;
  }
}

EventBody AsterCore::Inside::reported(const PositionRow& row, InstrumentId instrument) {
  return PositionReported{.instrument = instrument,
                          .position_side = book_of(row),
                          .quantity = size_of(row.amount),
                          .average_price = row.entry_price};
}

EventBody AsterCore::Inside::reported(const OrderRow& row, InstrumentId instrument) const {
  return OrderReported{.order = ours(row.client_id),
                       .instrument = instrument,
                       .position_side = book_of(row),
                       .order_type = row.type,
                       .side = row.side,
                       .quantity = row.quantity,
                       .filled_quantity = row.filled,
                       .limit_price = row.limit_price,
                       .stop_price = row.stop_price};
}

void AsterCore::Inside::hand_on_snapshot() {
  std::vector<EventBody> rows;
  included_.clear();
  net_.clear();
  included_else_ = snapshot_.since();
  for (const PositionRow& row : snapshot_.positions()) {
    const InstrumentId id = instrument_of(row.symbol);
    if (id == InstrumentId::None) continue;
    const EventBody body = reported(row, id);
    if (row.side == SideOfPosition::Both) {
      net_[id] = row.amount;
      for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
        included_[{id, side}] = std::max(row.time, included_else_);
      }
    } else {
      included_[{id, std::get<PositionReported>(body).position_side}] =
          std::max(row.time, included_else_);
    }
    if (row.amount.is_zero()) continue;
    traded_.insert(row.symbol);
    rows.push_back(body);
  }
  for (const OrderRow& row : snapshot_.orders()) {
    const InstrumentId id = instrument_of(row.symbol);
    if (id == InstrumentId::None) continue;
    const OrderId order = ours(row.client_id);
    if (order != OrderId::None) memory_.note_number(row.order, order);
    traded_.insert(row.symbol);
    rows.push_back(reported(row, id));
  }
  push(SnapshotStarted{});
  for (const EventBody& row : rows) push(row);
  push(BalanceReported{snapshot_.balance()});
  push(SnapshotEnded{});
}

// ---- What a broken stream has swallowed.

// Once, before the first snapshot of this process. What somebody else traded while the log went on
// is in its books, by a fill or by the snapshot that brought it, and a snapshot has no trade ids:
// fetched again it would count twice. Without a log the first snapshot says what was before.
void AsterCore::Inside::note_what_is_booked() {
  if (included_else_ >= 0) return;
  const std::int64_t before_now = to_milliseconds(clock_.at(now_.steady)) - 1;
  included_else_ = before_now;
  if (whole_until_ == Timestamp()) return;
  // The log's times are of our clock, those of fills of the venue's.
  const Timestamp until = whole_until_ + (clock_.at(now_.steady) - now_.wall);
  included_else_ = std::min(to_milliseconds(until), before_now);
}

void AsterCore::Inside::fetch_trades() {
  if (whole_until_ == Timestamp()) return;  // There is no log: the first snapshot says it all.
  const Timestamp venue_now = clock_.at(now_.steady);
  const Timestamp oldest = venue_now - kHistory;
  Timestamp since = whole_until_ - kOverlap;
  if (since < oldest) {
    since = oldest;
    fault("the stream was down for more than 7 days: older fills are not in the venue's history");
  }
  for (const std::string& symbol : traded_) {
    std::erase_if(waiting_, [&](const Job& job) {
      return job.use == Use::Trades && job.symbol == symbol && job.from_id == 0;
    });
    ask({.use = Use::Trades, .symbol = symbol, .number = to_milliseconds(since)});
  }
}

void AsterCore::Inside::take_trades(Outstanding& outstanding, std::string_view body) {
  const auto rows = read_trades(body);
  if (!rows) {
    fault("GET userTrades: the answer's " + rows.error());
    return retry(std::move(outstanding.job));
  }
  for (const TradeRow& row : *rows) {
    const InstrumentId id = instrument_of(row.symbol);
    if (id == InstrumentId::None) continue;
    Fill fill{.instrument = id,
              .number = row.order,
              .trade = row.trade,
              .side = row.side,
              .position_side = row.position_side,
              .quantity = row.quantity,
              .price = row.price,
              .fee = fee_of(row.fee, row.fee_asset),
              .is_maker = row.is_maker,
              .origin = FillOrigin::Foreign,
              .time = row.time};
    fill.order = memory_.by_number(row.order);
    if (fill.order != OrderId::None) {
      fill.origin = FillOrigin::Own;
      take_fill(fill);
      continue;
    }
    auto& held = unclaimed_[row.order];
    if (held.empty()) {
      ask({.use = Use::QueryNumber, .symbol = row.symbol, .number = row.order});
    }
    held.push_back(fill);
  }
  if (rows->size() < kTradesMost) return;
  Job more = std::move(outstanding.job);
  more.from_id = rows->back().trade + 1;
  ask(std::move(more));
}

// Whose order a fetched fill was of: the trade history does not say.
void AsterCore::Inside::take_number(Outstanding& outstanding, std::string_view body) {
  const auto row = read_order(body);
  if (!row) {
    fault("GET order: the answer's " + row.error());
    return retry(std::move(outstanding.job));
  }
  const OrderId order = ours(row->client_id);
  const auto found = unclaimed_.find(outstanding.job.number);
  if (order == OrderId::None && found != unclaimed_.end()) {
    for (Fill& fill : found->second) {
      fill.origin = origin_of(row->client_id, row->standing);
      fill.reduce_only = row->reduce_only;
    }
  }
  claim(outstanding.job.number, order);
}

void AsterCore::Inside::claim(std::int64_t number, OrderId order) {
  const auto found = unclaimed_.find(number);
  if (found == unclaimed_.end()) return;
  const std::vector<Fill> fills = std::move(found->second);
  unclaimed_.erase(found);
  if (order != OrderId::None) memory_.note_number(number, order);
  for (Fill fill : fills) {
    fill.order = order;
    if (order != OrderId::None) fill.origin = FillOrigin::Own;
    take_fill(fill);
  }
}

void AsterCore::Inside::take_funding(const Outstanding& outstanding, std::string_view body) {
  const auto rows = read_funding(body);
  if (!rows) {
    fault("GET income: the answer's " + rows.error());
    return retry(outstanding.job);
  }
  for (const FundingRow& row : *rows) {
    const InstrumentId id = names_.find_instrument(row.symbol);
    if (id == InstrumentId::None || !funding_seen_.insert({row.symbol, row.time}).second) continue;
    // The history has one row a symbol; where both sides are held, it is booked to the long one.
    const auto short_side = std::ranges::find_if(snapshot_.positions(), [&](const auto& position) {
      return position.symbol == row.symbol && position.amount.raw() < 0;
    });
    const auto long_side = std::ranges::find_if(snapshot_.positions(), [&](const auto& position) {
      return position.symbol == row.symbol && position.amount.raw() > 0;
    });
    const bool is_short =
        short_side != snapshot_.positions().end() && long_side == snapshot_.positions().end();
    push(FundingPaid{id, is_short ? PositionSide::Short : PositionSide::Long, row.amount});
  }
}

}  // namespace tranchet::aster
