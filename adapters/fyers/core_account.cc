#include <algorithm>

#include "adapters/fyers/core_parts.h"

namespace tranchet::fyers {
namespace {

// What tells whether something moved between two answers.
std::map<std::string, Quantity> nets(const std::vector<PositionRow>& rows) {
  std::map<std::string, Quantity> all;
  for (const PositionRow& row : rows) {
    if (!row.net.is_zero()) all[row.symbol + "-" + row.product] = row.net;
  }
  return all;
}

}  // namespace

// Positions are asked for, then orders, trades, holdings and funds, then positions again. If none
// moved and nothing was heard meanwhile, the rows belong together.
void FyersCore::Inside::want_snapshot(Duration after) {
  if (snapshot_.wanted) return;  // One is under way, and none is handed on that is out of date.
  const int tries = snapshot_.tries;
  snapshot_ = {.wanted = true, .tries = tries};
  ask({.use = Use::Positions, .commands = {}, .not_before = now_.steady + after});
}

void FyersCore::Inside::abandon_snapshot() {
  std::erase_if(waiting_, [](const Job& job) { return is_snapshot(job.use); });
  // They may still arrive, and count until then.
  std::erase_if(outstanding_, [](const auto& item) { return is_snapshot(item.second.job.use); });
  snapshot_.wanted = false;
}

void FyersCore::Inside::take_snapshot_part(Outstanding& outstanding, std::string_view body) {
  std::string flaw;
  const auto keep = [&flaw](auto rows, auto& where) {
    if (rows) {
      where = *std::move(rows);
    } else {
      flaw = rows.error();
    }
  };
  switch (outstanding.job.use) {
    case Use::Positions:
      if (!std::exchange(snapshot_.under_way, true)) snapshot_.overtaken = false;
      keep(read_positions(body), snapshot_.again ? snapshot_.positions_again : snapshot_.positions);
      break;
    case Use::OrderBook:
      keep(read_orders(body), snapshot_.orders);
      break;
    case Use::TradeBook:
      keep(read_trades(body), snapshot_.trades);
      break;
    case Use::Holdings:
      keep(read_holdings(body), snapshot_.holdings);
      break;
    default:
      if (const auto funds = read_funds(body)) {
        snapshot_.balance = funds->total;
      } else {
        flaw = funds.error();
      }
  }
  if (flaw.empty()) return go_on_with_snapshot();
  fault(std::string(outstanding.label) + ": " + flaw);
  retry(std::move(outstanding.job));
}

void FyersCore::Inside::go_on_with_snapshot() {
  const bool has_cnc =
      std::ranges::any_of(products_, [](const auto& item) { return item.second == Product::Cnc; });
  if (snapshot_.positions_again) {
    const bool moved = nets(*snapshot_.positions) != nets(*snapshot_.positions_again);
    snapshot_.wanted = false;
    if (moved || snapshot_.overtaken) return want_snapshot(kSnapshotAgain);
    snapshot_.tries = 0;
    return hand_on_snapshot();
  }
  const bool has_begun = is_asked(Use::OrderBook) || snapshot_.orders;
  if (!has_begun) {
    ask({.use = Use::OrderBook});
    ask({.use = Use::TradeBook});
    ask({.use = Use::Funds});
    if (has_cnc) ask({.use = Use::Holdings});
    return;
  }
  const bool has_all =
      snapshot_.orders && snapshot_.trades && snapshot_.balance && (snapshot_.holdings || !has_cnc);
  if (!has_all) return;
  snapshot_.again = true;
  ask({.use = Use::Positions});
}

// What this program trades, of all that the account holds. Shares that were bought before today are
// in the holdings; what was sold of them today is in the positions, below 0.
std::map<InstrumentId, PositionReported> FyersCore::Inside::held() const {
  struct Sum {
    Quantity net;
    Maybe<Price> average;
  };
  std::map<InstrumentId, Sum> sums;
  for (const PositionRow& row : *snapshot_.positions_again) {
    const InstrumentId id = traded(row.symbol, row.product);
    if (id == InstrumentId::None) continue;
    sums[id] = {row.net, row.average};
  }
  if (snapshot_.holdings) {
    for (const HoldingRow& row : *snapshot_.holdings) {
      const InstrumentId id = traded(row.symbol, to_text(Product::Cnc));
      if (id == InstrumentId::None) continue;
      Sum& sum = sums[id];
      // The average of both would be a new figure of nobody's books: the larger part's stands.
      if (!sum.average || sum.net.raw() < row.quantity.raw()) sum.average = row.average;
      sum.net += row.quantity;
    }
  }
  std::map<InstrumentId, PositionReported> held;
  for (const auto& [id, sum] : sums) {
    held[id] = {.instrument = id,
                .position_side = sum.net.raw() < 0 ? PositionSide::Short : PositionSide::Long,
                .quantity = size_of(sum.net),
                .average_price = sum.average.value_or(Price())};
  }
  return held;
}

// Once, before the first snapshot: what is held is judged by its price, and the market's stream may
// not have told one yet. A target that was passed would be sent as it is, and close what is only to
// be adopted.
void FyersCore::Inside::tell_prices_of_held() {
  if (std::exchange(prices_of_held_told_, true)) return;
  const auto tell = [this](InstrumentId id, Quantity held, Maybe<Price> last) {
    if (id != InstrumentId::None && !held.is_zero() && last) push(MarkPrice{id, *last});
  };
  for (const PositionRow& row : *snapshot_.positions_again) {
    tell(traded(row.symbol, row.product), row.net, row.last);
  }
  if (!snapshot_.holdings) return;
  for (const HoldingRow& row : *snapshot_.holdings) {
    tell(traded(row.symbol, to_text(Product::Cnc)), row.quantity, row.last);
  }
}

void FyersCore::Inside::hand_on_snapshot() {
  tell_prices_of_held();
  // What a broken stream has swallowed comes before the rows that hold it. Somebody else's trades
  // are in the positions already: they are remembered, and not told.
  for (const TradeRow& trade : *snapshot_.trades) {
    const bool is_ours =
        ours(trade.tag) != OrderId::None || ledger_.by_venue_id(trade.order) != OrderId::None;
    if (is_ours) {
      take_trade(trade);
    } else {
      remember_trade(trade);
    }
  }
  std::vector<EventBody> rows;
  net_.clear();
  drift_.clear();
  for (const auto& [id, position] : held()) {
    net_[id] =
        position.position_side == PositionSide::Short ? -position.quantity : position.quantity;
    if (position.quantity.is_positive()) rows.emplace_back(position);
  }
  for (const OrderRow& row : *snapshot_.orders) {
    const OrderId order = ours(row.tag);
    // Of orders of a life before this one only those that rest are news: the log has the others, or
    // the engine asks about them.
    if (order != OrderId::None && ledger_.find(order) != nullptr) {
      take_order(row);
    } else if (order != OrderId::None) {
      ledger_.note_venue_id(order, row.id, now_.steady);
      OrderRecord& record = ledger_.of(order, now_.steady);
      record.ended = record.accepted = is_final(row.status);
    }
    const InstrumentId id = traded(row.symbol, row.product);
    if (id == InstrumentId::None || is_final(row.status)) continue;
    if (row.status == OrderStatus::Transit) continue;
    if (order != OrderId::None) note_standing(order, row);
    rows.emplace_back(reported(row, order, id));
  }
  push(SnapshotStarted{});
  for (const EventBody& row : rows) push(row);
  push(BalanceReported{*snapshot_.balance});
  push(SnapshotEnded{});
  backup_.compared();
}

// An order that rests, of a life before this one: what this one would know of it by now.
void FyersCore::Inside::note_standing(OrderId order, const OrderRow& row) {
  OrderRecord& record = ledger_.of(order, now_.steady);
  record.accepted = true;
  record.is_stop = row.type == VenueOrderType::Stop || row.type == VenueOrderType::StopLimit;
  record.status = row.status;
  record.quantity = row.quantity;
  record.limit_price = row.limit_price;
  record.filled = std::max(record.filled, row.filled);
  record.totaled = record.filled;  // By the row that the engine is about to be told.
  record.trades_until.reset();
  ledger_.note_due(order);
}

// Which book an order is of: one against what is held reduces it.
EventBody FyersCore::Inside::reported(const OrderRow& row, OrderId order, InstrumentId id) const {
  const PositionSide opens = position_side_of_entry(row.side);
  const auto found = net_.find(id);
  const Quantity net = found == net_.end() ? Quantity() : found->second;
  const bool reduces = opens == PositionSide::Long ? net.raw() < 0 : net.raw() > 0;
  const PositionSide closes =
      opens == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  const bool is_stop = row.type == VenueOrderType::Stop || row.type == VenueOrderType::StopLimit;
  return OrderReported{.order = order,
                       .instrument = id,
                       .position_side = reduces ? closes : opens,
                       .order_type = is_stop                              ? OrderType::StopMarket
                                     : row.type == VenueOrderType::Market ? OrderType::Market
                                                                          : OrderType::Limit,
                       .side = row.side,
                       .quantity = row.quantity,
                       .filled_quantity = row.filled,
                       .limit_price = is_stop ? Maybe<Price>() : row.limit_price,
                       .stop_price = row.stop_price};
}

}  // namespace tranchet::fyers
