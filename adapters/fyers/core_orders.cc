#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/fyers/core_parts.h"
#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

// One fill that changes both books is two events; the second has the same number with this bit.
constexpr std::uint64_t kSecondBook = std::uint64_t{1} << 62;

// Of an order of which something is filled.
QueryStatus status_of(OrderStatus status) {
  switch (status) {
    case OrderStatus::Transit:
    case OrderStatus::Pending:
      return QueryStatus::PartiallyFilled;
    case OrderStatus::Filled:
      return QueryStatus::Filled;
    case OrderStatus::Cancelled:
    case OrderStatus::Rejected:  // Its rest.
      return QueryStatus::Canceled;
    case OrderStatus::Expired:
      return QueryStatus::Expired;
  }
  ENSURE(false);
}

// The exchange's number of a trade: "21726639" of "25080400000001-21726639", in which the trade
// book leaves out the order.
std::string_view trade_number(std::string_view trade) {
  return trade.substr(trade.rfind('-') + 1);
}

}  // namespace

OrderId FyersCore::Inside::ours(std::string_view tag) const {
  const auto order = parse_order_id(tag);
  return order && parts_of(*order).account == options_.account ? *order : OrderId::None;
}

InstrumentId FyersCore::Inside::traded(std::string_view symbol, std::string_view product) const {
  const InstrumentId instrument = names_.find_instrument(symbol);
  if (instrument == InstrumentId::None || rules_of(instrument) == nullptr) {
    return InstrumentId::None;
  }
  return product == to_text(product_of(instrument)) ? instrument : InstrumentId::None;
}

// Reasons mean to the engine what they mean where its rules were made:
//   - OutOfBand of a take-profit says that the price has passed it, for a band that binds one side
//     only. Circuit limits bind both: a target out of reach today is no reason to close.
//   - A second stop beside the first looks to the broker like a new position that needs margin: the
//     old one must go first, as where a venue has no room for both.
RejectReason FyersCore::Inside::reason_for(std::optional<Purpose> purpose, RejectReason reason) {
  if (reason == RejectReason::OutOfBand && purpose != Purpose::Entry) return RejectReason::Other;
  if (reason == RejectReason::Margin && purpose == Purpose::StopLoss) {
    return RejectReason::ReduceOnlyCapacity;
  }
  return reason;
}

void FyersCore::Inside::await(OrderId order, Awaited what) {
  OrderRecord& record = ledger_.of(order, now_.steady);
  const bool is_answered = record.ended || (what == Awaited::Acceptance && record.accepted);
  if (is_answered) return;
  record.awaited = what;
  // Without an order stream nothing will come by itself.
  record.awaited_until = stands_ ? now_.steady + kWordTime : now_.steady;
  ledger_.note_due(order);
}

void FyersCore::Inside::tell_acceptance(OrderId order, OrderRecord& record) {
  if (record.awaited == Awaited::Acceptance) {
    record.awaited = Awaited::Nothing;
    record.awaited_until.reset();
  }
  // Of an order of a life before this one the engine asks by itself.
  const bool is_news = !std::exchange(record.accepted, true) && record.purpose.has_value();
  if (is_news) push(OrderAccepted{order});
}

// What the venue says is filled, and no trade told: as a total, which later trades are taken to be.
void FyersCore::Inside::tell_total(OrderId order, OrderRecord& record) {
  record.trades_until.reset();
  if (record.filled <= record.told()) return;
  record.totaled = record.filled;
  push(QueryAnswered{.order = order,
                     .status = status_of(record.status),
                     .filled_quantity = record.filled,
                     .average_price = record.average,
                     .quantity = record.quantity,
                     .limit_price = {}});
}

void FyersCore::Inside::take_order(const OrderNews& news) {
  OrderId order = ours(news.tag);
  if (order == OrderId::None) order = ledger_.by_venue_id(news.id);
  if (order == OrderId::None) return;
  ledger_.note_venue_id(order, news.id, now_.steady);
  OrderRecord& record = ledger_.of(order, now_.steady);
  if (record.ended) return;
  const bool is_end = is_final(news.status);
  if (!is_end && news.filled < record.filled) return;  // Older than what was heard.
  if (news.status == OrderStatus::Transit) return;     // Nobody has taken it yet.
  record.heard = now_.steady;
  record.status = news.status;
  record.filled = std::max(record.filled, news.filled);
  if (news.traded_price) record.average = news.traded_price;
  const bool has_new_terms =
      news.type == VenueOrderType::Limit && !record.is_stop && record.accepted &&
      (record.quantity != news.quantity || record.limit_price != news.limit_price);
  record.quantity = news.quantity;
  record.limit_price = news.limit_price;
  if (is_end) {
    tell_end(order, record, news);
  } else {
    tell_acceptance(order, record);
    if (has_new_terms && news.limit_price) {
      if (record.awaited == Awaited::Amendment) {
        record.awaited = Awaited::Nothing;
        record.awaited_until.reset();
      }
      push(OrderAmended{order, news.quantity, *news.limit_price});
    }
  }
  if (record.filled > record.told() && !record.trades_until) {
    record.trades_until = now_.steady + kTradeTime;
  }
  ledger_.note_due(order);
}

void FyersCore::Inside::tell_end(OrderId order, OrderRecord& record, const OrderNews& news) {
  const bool was_refused = news.status == OrderStatus::Rejected && record.filled.is_zero();
  if (!was_refused) tell_acceptance(order, record);
  record.ended = true;
  record.awaited = Awaited::Nothing;
  record.awaited_until.reset();
  if (was_refused) {
    if (!news.message.empty()) fault(news.symbol + ": refused: " + news.message);
    const RejectReason reason = reason_for(record.purpose, reason_in(news.message));
    note_refusal(reason);
    return push(OrderRejected{order, reason});
  }
  if (news.status == OrderStatus::Filled) return;  // Its trades say the rest.
  // What was filled before it ended comes first: the engine would sell it again.
  if (record.filled > record.told()) return tell_total(order, record);
  if (news.status == OrderStatus::Expired) return push(OrderExpired{order});
  push(OrderCanceled{order});
}

// ---- Trades.

void FyersCore::Inside::take_trade(const TradeNews& news) {
  const InstrumentId instrument = traded(news.symbol, news.product);
  if (instrument == InstrumentId::None) return;
  if (!ledger_.take_trade(news.order, trade_number(news.trade))) return;
  OrderId order = ours(news.tag);
  if (order == OrderId::None) order = ledger_.by_venue_id(news.order);
  if (order != OrderId::None) {
    ledger_.note_venue_id(order, news.order, now_.steady);
    OrderRecord& record = ledger_.of(order, now_.steady);
    tell_acceptance(order, record);
    if (record.is_stop && !std::exchange(record.triggered, true)) push(OrderTriggered{order});
    record.traded += news.quantity;
    record.filled = std::max(record.filled, record.traded);
    if (record.filled <= record.told()) record.trades_until.reset();
    ledger_.note_due(order);
  }
  push_fill(news, order, instrument);
}

void FyersCore::Inside::remember_trade(const TradeNews& news) {
  ledger_.take_trade(news.order, trade_number(news.trade));
}

// What it adds to what its order has cost: a brokerage capped per order is due once. An order
// of which nothing else is known is taken to be this fill alone.
Money FyersCore::Inside::fee_of(const TradeNews& news, OrderId order, InstrumentId instrument) {
  const auto rates = charges_.find(instrument);
  if (rates == charges_.end()) return {};
  const Value value = value_of(news.price, news.quantity);
  Value before = 0;
  if (order != OrderId::None) {
    OrderRecord& record = ledger_.of(order, now_.steady);
    before = std::exchange(record.turnover, record.turnover + value);
  }
  const Charges added = charges_on(rates->second, news.side, before + value) -
                        charges_on(rates->second, news.side, before);
  return added.total();
}

// The account is netted: what a fill of nobody's order changes depends on what is held.
void FyersCore::Inside::push_fill(const TradeNews& news, OrderId order, InstrumentId instrument) {
  const std::string_view digits = trade_number(news.trade);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size() &&
                         number > 0 && number < kSecondBook;
  // Of somebody else's the engine knows no order: two first trades of two orders are two.
  const bool is_plain = is_number && order != OrderId::None;
  const std::string text = news.order + "-" + std::string(digits);
  const std::uint64_t trade =
      is_plain ? number : kTextTradeId + static_cast<std::uint64_t>(names_.intern(text));
  const PositionSide opens = position_side_of_entry(news.side);
  const PositionSide closes =
      opens == PositionSide::Long ? PositionSide::Short : PositionSide::Long;
  Quantity& net = net_[instrument];
  const bool reduces = opens == PositionSide::Long ? net.raw() < 0 : net.raw() > 0;
  const Quantity opposite = reduces ? size_of(net) : Quantity();
  net += news.side == Side::Buy ? news.quantity : -news.quantity;
  const Money fee = fee_of(news, order, instrument);
  const auto say_fill = [&](PositionSide side, Quantity quantity, bool second) {
    push(OrderFilled{.order = order,
                     .trade = TradeId{trade | (second ? kSecondBook : 0)},
                     .quantity = quantity,
                     .price = news.price,
                     .fee = second ? Money() : fee,
                     .instrument = instrument,
                     .position_side = side,
                     .side = news.side,
                     .liquidity = Liquidity::Taker,
                     .origin = order == OrderId::None ? FillOrigin::Foreign : FillOrigin::Own});
  };
  // The engine knows which book an order of ours is of.
  if (order != OrderId::None || opposite.is_zero() || opposite >= news.quantity) {
    return say_fill(opposite.is_positive() ? closes : opens, news.quantity, false);
  }
  // What is held of the other book is given up first, the rest opens.
  say_fill(closes, opposite, false);
  say_fill(opens, news.quantity - opposite, true);
}

}  // namespace tranchet::fyers
