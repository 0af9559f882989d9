// How prices become fills.
#include <algorithm>
#include <tuple>

#include "backtest/venue/matching.h"
#include "backtest/venue/simulated_venue.h"

namespace tranchet {
namespace {

// From the lowest to the highest, both included, of the prices that an order may look at. An order
// that waits for none of them is not reached; 0 to 0 where none is known.
PriceBand prices_seen(const VenueMarket& market, bool book) {
  PriceBand seen{Price::max(), Price()};
  const auto add = [&seen](Maybe<Price> price) {
    if (!price) return;
    seen.low = std::min(seen.low, *price);
    seen.high = std::max(seen.high, *price);
  };
  add(market.contract_price());
  add(market.mark_price());
  if (book) {
    add(market.bid);
    add(market.ask);
  }
  return seen.high.is_zero() ? PriceBand() : seen;
}

}  // namespace

void SimulatedVenue::observe(const EventBody& market, Timestamp time) {
  process_requests(time);
  begin_hours();
  std::visit(
      [this](const auto& body) {
        if constexpr (requires { this->on(body); }) on(body);
      },
      market);
  liquidate_if_due();
}

void SimulatedVenue::on(const TradePrinted& trade) {
  ENSURE(trade.price.is_positive());
  VenueMarket& market = market_of(trade.instrument);
  const Price before = market.contract_price().value_or(trade.price);
  market.last_trade = trade.price;
  market.trade_time = now_;
  if (parameters_.mark_from_trades) market.mark = trade.price;
  market.print_left = std::nullopt;
  if (parameters_.take_share > 0 && trade.quantity) {
    const Int128 share = static_cast<Int128>((*trade.quantity).raw()) * parameters_.take_share;
    const auto shared = Quantity::from_wide(divide_floor(share, kPpmOne));
    market.print_left = floor_to(shared, market.rules.step_size);
  }
  solvent_at_ = kUnknown;
  react(trade.instrument, {.contract = true, .book = false, .falling = trade.price < before});
}

void SimulatedVenue::on(const MarkPrice& mark) {
  ENSURE(mark.price.is_positive());
  VenueMarket& market = market_of(mark.instrument);
  const Price before = market.mark_price().value_or(mark.price);
  market.mark = mark.price;
  solvent_at_ = kUnknown;
  react(mark.instrument,
        {.contract = !market.last_trade, .book = false, .falling = mark.price < before});
}

void SimulatedVenue::on(const BookTop& book) {
  VenueMarket& market = market_of(book.instrument);
  const bool falling = market.bid && book.bid_price < *market.bid;
  market.bid = book.bid_price.is_positive() ? Maybe<Price>(book.bid_price) : std::nullopt;
  market.ask = book.ask_price.is_positive() ? Maybe<Price>(book.ask_price) : std::nullopt;
  market.book_time = now_;
  react(book.instrument, {.contract = false, .book = true, .falling = falling});
}

// Everything a price has reached acts in the order in which the price met it on its way: market
// orders still working first, then from the near price to the far one, then first come, first
// served. 100 to 90 meets a buy limit at 98, a sell stop at 97, a buy limit at 95.
void SimulatedVenue::react(InstrumentId instrument, const Move& move) {
  const VenueMarket& market = market_of(instrument);
  const PriceBand seen = prices_seen(market, move.book);
  reached_.clear();
  for (const Wait& wait : orders_.waits()) {
    if (wait.instrument != instrument) continue;
    if (wait.quiet.low < seen.low && seen.high < wait.quiet.high) continue;
    VenueOrder& order = orders_.order_of(wait);
    if (!is_reached(order, market, move)) continue;
    const Price nearest = move.falling ? Price::max() : Price();
    const Maybe<Price> price =
        order.is_conditional() ? order.request.stop_price : order.request.limit_price;
    const bool on_the_way = order.is_conditional() || order.is_resting_limit();
    reached_.push_back({on_the_way ? *price : nearest, &order});
  }
  std::sort(reached_.begin(), reached_.end(), [&](const Reached& a, const Reached& b) {
    if (a.price != b.price) return move.falling ? a.price > b.price : a.price < b.price;
    return a.order->arrival < b.order->arrival;
  });
  // None of them finishes another.
  for (const Reached& reached : reached_) execute(*reached.order);
}

bool SimulatedVenue::is_reached(const VenueOrder& order, const VenueMarket& market,
                                const Move& move) const {
  const SubmitOrder& request = order.request;
  if (order.is_conditional()) {
    const bool by_mark = request.working_type == WorkingType::MarkPrice;
    const Maybe<Price> price = by_mark ? market.mark_price() : market.contract_price();
    return price && stop_reached(request.order_type, request.side, *request.stop_price, *price) &&
           trigger_allowed(market);
  }
  if (!order.is_resting_limit()) return move.contract;  // A market order waits for prints only.
  Maybe<Price> price;
  if (move.contract) price = market.contract_price();
  if (move.book) price = market.taking_price(request.side);
  return price && fills_resting(request.side, *request.limit_price, *price, parameters_.queue);
}

void SimulatedVenue::execute(VenueOrder& order) {
  if (order.is_conditional()) return trigger(order);
  if (!order.is_resting_limit()) return take_market(order);
  trade(order, *order.request.limit_price, Liquidity::Maker);
}

// A limit order that has just come, or come anew by an amendment.
void SimulatedVenue::arrive_limit(VenueOrder& order) {
  const SubmitOrder& request = order.request;
  const TimeInForce force = request.time_in_force;
  const Maybe<Price> market = market_of(request.instrument).taking_price(request.side);
  const bool takes = market && reaches_limit(request.side, *request.limit_price, *market);
  if (!takes) {
    if (force == TimeInForce::IOC || force == TimeInForce::FOK) expire(order);
    return;
  }
  if (force == TimeInForce::GTX) return expire(order);
  if (force == TimeInForce::FOK && fillable(order) < order.remaining()) return expire(order);
  const bool open = trade(order, *market, Liquidity::Taker);
  if (open && force == TimeInForce::IOC) expire(order);
}

void SimulatedVenue::trigger(VenueOrder& order) {
  orders_.trigger(order);
  answer(order, OrderTriggered{order.request.order});
  take_market(order);
}

// A market order, or a stop that has become one. What the venue will not fill expires; what a print
// was too small for (partial fills) waits for the next prints.
void SimulatedVenue::take_market(VenueOrder& order) {
  const Side side = order.request.side;
  const VenueMarket& market = market_of(order.request.instrument);
  const Maybe<Price> best = market.taking_price(side);
  ENSURE(best.has_value());  // It was accepted at a price, or triggered by one.
  const Price price = slipped(side, *best, parameters_.market_slippage, market.rules.tick_size);
  if (!within_take_bound(side, price, market.mark_price(), market.terms.market_take_bound)) {
    return expire(order);
  }
  trade(order, price, Liquidity::Taker);
}

// What the order could fill at once: an exit no more than its position, and one of ours no more
// than is left of the print.
Quantity SimulatedVenue::fillable(const VenueOrder& order) const {
  Quantity amount = order.remaining();
  if (is_exit(order.request)) amount = std::min(amount, reducible(order.request));
  const Maybe<Quantity> print = find_market(order.request.instrument)->print_left;
  return print && !order.is_foreign() ? std::min(amount, *print) : amount;
}

// Fills what can be filled at `price`; what turns a one-way position is told book by book, unless
// it is ours. An exit whose position is used up expires, with whatever is left of it: it would open
// the other way (-2022 at submission, EXPIRED later on). True: the order is still open.
bool SimulatedVenue::trade(VenueOrder& order, Price price, Liquidity liquidity) {
  const SubmitOrder& request = order.request;
  if (!told_prices_.empty()) price = told_price(request.order, price);
  if (Quantity amount = fillable(order); amount.is_positive()) {
    VenueMarket& market = market_of(request.instrument);
    if (market.print_left && !order.is_foreign()) market.print_left = *market.print_left - amount;
    if (order.is_foreign()) {
      const Quantity reduced = reducible(request);
      if (reduced.is_positive() && reduced < amount) {
        fill(order, price, reduced, liquidity);
        amount -= reduced;
      }
    }
    fill(order, price, amount, liquidity);
  }
  if (order.remaining().is_zero()) {
    orders_.finish(order, QueryStatus::Filled, now_);
    return false;
  }
  if (is_exit(request) && reducible(request).is_zero()) {
    expire(order);
    return false;
  }
  return true;
}

Price SimulatedVenue::told_price(OrderId order, Price otherwise) const {
  const auto told = told_prices_.find(order);
  return told == told_prices_.end() ? otherwise : told->second;
}

// Of a fill that the order has not counted yet.
Money SimulatedVenue::fee_of(const VenueOrder& order, Value value, Liquidity liquidity) {
  const auto& rates = find_market(order.request.instrument)->terms.charges;
  if (!rates) {
    const bool maker = liquidity == Liquidity::Maker;
    return rated(value, maker ? parameters_.maker_fee : parameters_.taker_fee);
  }
  const Side side = order.request.side;
  const Charges added = charges_on(*rates, side, order.filled_value + value) -
                        charges_on(*rates, side, order.filled_value);
  charges_ += added;
  return added.total();
}

void SimulatedVenue::fill(VenueOrder& order, Price price, Quantity amount, Liquidity liquidity) {
  const SubmitOrder& request = order.request;
  const Value value = value_of(price, amount);
  const Money fee = fee_of(order, value, liquidity);
  const PositionSide book = order.is_foreign() ? book_of(request) : request.position_side;
  account_.fill(request.instrument, request.side, request.position_side, price, amount, fee);
  order.filled += amount;
  order.filled_value += value;
  order.status = QueryStatus::PartiallyFilled;
  answer(OrderFilled{.order = request.order,
                     .trade = TradeId{++market_of(request.instrument).trades},
                     .quantity = amount,
                     .price = price,
                     .fee = fee,
                     .instrument = request.instrument,
                     .position_side = book,
                     .side = request.side,
                     .liquidity = liquidity,
                     .origin = order.is_foreign() ? FillOrigin::Foreign : FillOrigin::Own});
}

// Which of the two books the next fill of the request changes.
PositionSide SimulatedVenue::book_of(const SubmitOrder& request) const {
  if (account_.mode() == PositionMode::Hedge) return request.position_side;
  const Quantity held = reducible(request);
  return position_side_of_entry(held.is_positive() ? opposite(request.side) : request.side);
}

void SimulatedVenue::expire(VenueOrder& order) {
  answer(order, OrderExpired{order.request.order});
  orders_.finish(order, QueryStatus::Expired, now_);
}

}  // namespace tranchet
