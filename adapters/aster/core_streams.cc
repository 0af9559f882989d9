#include <algorithm>

#include "adapters/aster/core_parts.h"

namespace tranchet::aster {
namespace {

// One fill that changes both books in one-way mode is two events; the second has the same number
// with this bit.
constexpr std::uint64_t kSecondBook = std::uint64_t{1} << 62;

}  // namespace

// ---- Connections.

void AsterCore::Inside::prepare_user() {
  user_.begin_preparing();
  if (!is_asked(Use::ListenKey)) ask({.use = Use::ListenKey});
}

void AsterCore::Inside::connect_market() {
  std::vector<MarketWish> wishes;
  for (const WatchedInstrument& watched : options_.instruments) {
    wishes.push_back({watched.symbol, watched.trades, watched.book});
  }
  std::size_t left_out = 0;
  std::string target = market_target(wishes, options_.liquidations, left_out);
  if (left_out > 0) {
    fault(std::to_string(left_out) + " market streams are left out: a connection has at most 200");
  }
  market_line_.connect(std::move(target), now_.steady);
}

void AsterCore::Inside::close_line(Stream stream) {
  const bool was_open = line(stream).is_open();
  line(stream).closed(now_.steady);
  if (was_open) push(Disconnected{stream});
}

void AsterCore::Inside::on_stream_open(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt) || line(stream).is_open()) return;
  line(stream).opened(now_.steady);
  if (stream == Stream::User) {
    note_what_is_booked();
    fetch_trades();
    whole_until_ = std::max(whole_until_, clock_.at(now_.steady));
  }
  push(Connected{stream});
  tick(now);
}

void AsterCore::Inside::on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt)) return;
  close_line(stream);
  tick(now);
}

void AsterCore::Inside::on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt) || !line(stream).is_open()) return;
  // A market connection that answers pings and brings no prices is of no use.
  if (stream == Stream::Market) return;
  user_.heard(now_.steady);
  whole_until_ = std::max(whole_until_, clock_.at(now_.steady));
}

void AsterCore::Inside::on_market_alive(Moment now) {
  see(now);
  market_heard_ = now_.steady;
  if (market_line_.is_open()) market_line_.heard(now_.steady);
}

void AsterCore::Inside::on_stream_message(Stream stream, std::uint64_t attempt,
                                          std::string_view text, Moment now) {
  see(now);
  if (!line(stream).is_current(attempt) || !line(stream).is_open()) return;
  if (stream == Stream::User) {
    on_stream_alive(stream, attempt, now);
    take_user_text(text);
    tick(now);
    return;
  }
  heard_.clear();
  const std::string flaw = feed_.read(text, heard_);
  if (!flaw.empty()) fault("market stream: " + flaw);
  for (const EventBody& body : heard_) market_.push_back({told_.date(), body});
  if (!heard_.empty()) on_market_alive(now);
}

// ---- The user stream.

void AsterCore::Inside::take_user_text(std::string_view text) {
  const auto message = read_user_message(text);
  if (!message) return fault("user stream: " + message.error());
  std::visit(Overload{[this](const OrderUpdate& update) { take(update); },
                      [this](const AccountUpdate& update) { take(update); },
                      [this](const ListenKeyExpired&) { close_line(Stream::User); },
                      [this](const MarginCall& call) {
                        std::string symbols;
                        for (const std::string& symbol : call.symbols) symbols += " " + symbol;
                        fault("margin call:" + symbols);
                      },
                      [this](const AccountModeChanged& changed) {
                        const bool hedge = options_.position_mode == PositionMode::Hedge;
                        if (changed.has_mode && changed.hedge != hedge)
                          wrong_mode("somebody changed it");
                      },
                      [this](const LeverageChanged& changed) { take(changed); },
                      [](const OtherMessage&) {}},
             *message);
}

void AsterCore::Inside::take(const LeverageChanged& changed) {
  const auto watched =
      std::ranges::find(options_.instruments, changed.symbol, &WatchedInstrument::symbol);
  if (watched == options_.instruments.end() || watched->leverage == 0) return;
  if (changed.leverage == watched->leverage) return;
  fault(changed.symbol + ": somebody set its leverage to " + std::to_string(changed.leverage) +
        "; " + std::to_string(watched->leverage) + " is configured");
}

OrderId AsterCore::Inside::ours(std::string_view client_id) const {
  const auto order = parse_order_id(client_id);
  return order && parts_of(*order).account == options_.account ? *order : OrderId::None;
}

FillOrigin origin_of(std::string_view client_id, Standing standing) {
  if (client_id.starts_with("adl_autoclose") || standing == Standing::Adl) return FillOrigin::Adl;
  if (client_id.starts_with("autoclose-") || standing == Standing::Insurance) {
    return FillOrigin::Liquidation;
  }
  return FillOrigin::Foreign;
}

InstrumentId AsterCore::Inside::instrument_of(std::string_view symbol) {
  std::vector<EventBody> listed;
  const std::size_t known = names_.instruments();
  const InstrumentId id = rules_.instrument_of(symbol, listed);
  for (const EventBody& event : listed) push(event);
  if (names_.instruments() != known) feed_ = MarketFeed(names_);
  if (id == InstrumentId::None) fault(std::string(symbol) + " is not a listed symbol");
  return id;
}

void AsterCore::Inside::note_news(std::int64_t venue_milliseconds) {
  last_news_ = std::max(last_news_, venue_milliseconds);
  snapshot_.note_news(venue_milliseconds);
}

// Fees in another asset than the margin's cannot be added to it.
Money AsterCore::Inside::fee_of(Money fee, std::string_view asset) {
  constexpr std::string_view kDollars[] = {"USDT", "USDF", "USDC", "USD1", "BUSD"};
  if (fee.is_zero() || std::ranges::find(kDollars, asset) != std::end(kDollars)) return fee;
  if (!std::exchange(fee_asset_told_, true)) {
    fault("fees are paid in " + std::string(asset) + ": they are counted as 0");
  }
  return Money();
}

void AsterCore::Inside::take(const OrderUpdate& update) {
  note_news(update.time);
  const InstrumentId instrument = instrument_of(update.symbol);
  if (instrument == InstrumentId::None) return;
  traded_.insert(update.symbol);
  const OrderId order = ours(update.client_id);
  if (order != OrderId::None) {
    memory_.note_number(update.order, order);
    take_standing(update, order);
  }
  const bool fills =
      (update.execution == Execution::Trade || update.execution == Execution::Calculated) &&
      update.last_quantity.is_positive() && update.last_price.is_positive();
  if (!fills) return;
  if (order != OrderId::None) memory_.note_filled(order, update.filled, now_.steady);
  take_fill({.order = order,
             .instrument = instrument,
             .number = update.order,
             .trade = update.trade,
             .side = update.side,
             .position_side = update.position_side,
             .reduce_only = update.reduce_only,
             .quantity = update.last_quantity,
             .price = update.last_price,
             .fee = fee_of(update.fee, update.fee_asset),
             .is_maker = update.is_maker,
             .origin = order != OrderId::None ? FillOrigin::Own
                                              : origin_of(update.client_id, update.standing),
             .time = update.time});
}

void AsterCore::Inside::take_standing(const OrderUpdate& update, OrderId order) {
  const Word end{.is_final = true, .time = update.time, .kind = kEnded};
  if (update.execution == Execution::Canceled) {
    if (memory_.take(order, end, now_.steady)) push(OrderCanceled{order});
    return;
  }
  if (update.execution == Execution::Expired) {
    if (memory_.take(order, end, now_.steady)) push(OrderExpired{order});
    return;
  }
  if (update.is_triggered && memory_.note_triggered(order, now_.steady)) {
    push(OrderTriggered{order});
  }
  if (update.execution == Execution::Trade || update.is_triggered) return;
  const Word first{.time = update.time, .kind = kAccepted};
  const Word amended{.time = update.time, .kind = kAmended};
  const bool is_old = memory_.is_overtaken(order, first);
  if (is_old) return;
  const bool has_new_terms =
      memory_.note_terms(order, update.quantity, update.limit_price, now_.steady);
  if (has_new_terms || update.execution == Execution::Amendment) {
    if (memory_.take(order, amended, now_.steady)) {
      push(OrderAmended{order, update.quantity, update.limit_price});
    }
  } else if (memory_.take(order, first, now_.steady)) {
    push(OrderAccepted{order});
  }
}

// ---- Fills.

void AsterCore::Inside::take_fill(Fill fill) {
  if (!memory_.take_fill(fill.instrument, fill.number, fill.trade)) return;
  if (fill.position_side != SideOfPosition::Both) {
    const bool is_long = fill.position_side == SideOfPosition::Long;
    return push_fill(fill, is_long ? PositionSide::Long : PositionSide::Short, fill.quantity,
                     fill.fee, false);
  }
  const PositionSide opens = position_side_of_entry(fill.side);
  const PositionSide closes =
      opens == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  Quantity& net = net_[fill.instrument];
  const bool reduces = opens == PositionSide::Long ? net.raw() < 0 : net.raw() > 0;
  const Quantity opposite = reduces ? size_of(net) : Quantity();
  if (!is_in_snapshot(fill, opens)) {
    net += fill.side == Side::Buy ? fill.quantity : -fill.quantity;
  }
  // The engine knows which book an order of ours is of.
  if (fill.order != OrderId::None || fill.reduce_only || opposite >= fill.quantity) {
    const bool closing = fill.reduce_only || opposite.is_positive();
    return push_fill(fill, closing ? closes : opens, fill.quantity, fill.fee, false);
  }
  if (opposite.is_zero()) return push_fill(fill, opens, fill.quantity, fill.fee, false);
  // One-way mode: what is held of the other book is given up first, the rest opens.
  push_fill(fill, closes, opposite, fill.fee, false);
  push_fill(fill, opens, fill.quantity - opposite, Money(), true);
}

// A fill of no order of ours that a snapshot has included is not handed on after it.
bool AsterCore::Inside::is_in_snapshot(const Fill& fill, PositionSide side) const {
  const auto found = included_.find({fill.instrument, side});
  return fill.time <= (found == included_.end() ? included_else_ : found->second);
}

void AsterCore::Inside::push_fill(const Fill& fill, PositionSide side, Quantity quantity, Money fee,
                                  bool second) {
  if (fill.order == OrderId::None && is_in_snapshot(fill, side)) return;
  push(OrderFilled{.order = fill.order,
                   .trade = TradeId{fill.trade | (second ? kSecondBook : 0)},
                   .quantity = quantity,
                   .price = fill.price,
                   .fee = fee,
                   .instrument = fill.instrument,
                   .position_side = side,
                   .side = fill.side,
                   .liquidity = fill.is_maker ? Liquidity::Maker : Liquidity::Taker,
                   .origin = fill.origin});
}

// Fills come as order updates; of the account's rows only funding is news. Cross margin names no
// symbol: then the history is asked.
void AsterCore::Inside::take(const AccountUpdate& update) {
  if (update.reason != "FUNDING_FEE") return;
  note_news(update.time);
  if (update.positions.size() != 1) {
    if (!is_asked(Use::Funding)) {
      ask({.use = Use::Funding, .number = update.time - 60'000, .not_before = now_.steady});
    }
    return;
  }
  const auto& row = update.positions.front();
  const InstrumentId instrument = instrument_of(row.symbol);
  if (instrument == InstrumentId::None || update.balance_change.is_zero()) return;
  const bool is_short = row.side == SideOfPosition::Short ||
                        (row.side == SideOfPosition::Both && row.amount.raw() < 0);
  const std::string key = row.symbol + (is_short ? " short" : "");
  if (!funding_seen_.insert({key, update.time}).second) return;
  push(FundingPaid{.instrument = instrument,
                   .position_side = is_short ? PositionSide::Short : PositionSide::Long,
                   .amount = update.balance_change});
}

}  // namespace tranchet::aster
