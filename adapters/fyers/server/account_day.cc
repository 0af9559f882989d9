// What an account lives through: legs of CO and BO, exits, conversions, and the hours of a day.
#include <algorithm>

#include "adapters/fyers/server/account_desk.h"
#include "adapters/fyers/server/account_messages.h"

namespace tranchet::fyers_venue {
namespace {

Price average(Value value, Quantity quantity) {
  if (!quantity.is_positive()) return Price();
  return Price::from_wide(divide_half_away(value, quantity.raw()));
}

}  // namespace

Price NetPosition::buy_average() const {
  return average(bought_value, bought);
}
Price NetPosition::sell_average() const {
  return average(sold_value, sold);
}

// 2 bought for 200, 1 sold for 110: 10.
Value NetPosition::realized() const {
  if (!bought.is_positive() || !sold.is_positive()) return 0;
  const Quantity both = std::min(bought, sold);
  return share_floor(sold_value, both, sold) - share_floor(bought_value, both, bought);
}

Value NetPosition::unrealized(Price last) const {
  if (net() == 0) return 0;
  const Quantity open = Quantity::from_raw(net() < 0 ? -net() : net());
  const Value worth = value_of(last, open);
  return net() > 0 ? worth - share_floor(bought_value, open, bought)
                   : share_floor(sold_value, open, sold) - worth;
}

// ---- CO and BO.

// A long parent of 100.00 with 2 points of loss and 5 of profit: a stop at 98.00, a limit at
// 105.00.
void AccountDesk::place_legs(const FyersOrder& parent, const Moment& moment) {
  if (parent.product != Product::Cover && parent.product != Product::Bracket) return;
  FyersOrder leg;
  leg.board = parent.board;
  leg.product = parent.product;
  leg.side = opposite(parent.side);
  leg.quantity = parent.filled;
  leg.parent = parent.id;
  const Price tick = boards_[parent.board].listing().tick;
  const Price entry = floor_to(parent.average(), tick);
  const bool long_entry = parent.side == Side::Buy;
  const auto add = [&](FyersOrder order) {
    FyersOrder& kept = enter(std::move(order), moment);
    if (std::string why = start(kept, moment); !why.empty()) {
      close_as_rejected(kept, std::move(why));
    }
  };
  FyersOrder stop = leg;
  stop.kind = Kind::Stop;
  stop.stop = std::max(long_entry ? entry - parent.stop_loss : entry + parent.stop_loss, tick);
  add(std::move(stop));
  if (parent.product != Product::Bracket) return;
  FyersOrder target = leg;
  target.kind = Kind::Limit;
  target.limit =
      std::max(long_entry ? entry + parent.take_profit : entry - parent.take_profit, tick);
  add(std::move(target));
}

void AccountDesk::end_siblings(const FyersOrder& leg, const Moment& moment) {
  std::vector<std::int64_t> others;
  for (const auto& [number, order] : orders_) {
    if (order.parent == leg.parent && number != leg.number && order.is_open()) {
      others.push_back(number);
    }
  }
  for (const std::int64_t number : others) {
    FyersOrder& other = orders_.at(number);
    if (!other.is_open()) continue;
    withdraw(other, moment);
    finish(other, Status::Canceled, "Cancelled: the other leg has traded");
  }
}

// ---- Positions.

Answer<bool> AccountDesk::exit(std::size_t board, Product product, const Moment& moment) {
  const auto found = positions_.find({board, product});
  const std::int64_t net = found == positions_.end() ? 0 : found->second.net();
  if (net == 0) return refuse(kNoPosition, "Looks like you have no open position to exit");
  if (product == Product::Cover || product == Product::Bracket) {
    for (auto& [number, order] : orders_) {
      if (order.board == board && order.product == product && order.is_open()) {
        withdraw(order, moment);
        finish(order, Status::Canceled, "Cancelled: the position is exited");
      }
    }
  }
  const Quantity freeze = boards_[board].listing().freeze;
  Quantity left = Quantity::from_raw(net < 0 ? -net : net);
  bool filled = true;
  while (left.is_positive()) {
    FyersOrder order;
    order.board = board;
    order.product = product;
    order.kind = Kind::Market;
    order.side = net > 0 ? Side::Sell : Side::Buy;
    order.quantity = freeze.is_positive() ? std::min(left, freeze) : left;
    order.closes = true;
    left -= order.quantity;
    const auto number = place(std::move(order), moment);
    if (!number) return std::unexpected(number.error());
    filled = filled && orders_.at(*number).status == Status::Traded;
  }
  return filled;
}

// At a price that is known, unseen by trades and positions.
void AccountDesk::move_at(std::size_t board, Product product, Side side, Quantity quantity,
                          Price price, const Moment& moment) {
  SubmitOrder request;
  request.order = static_cast<OrderId>(next_++);
  request.quantity = quantity;
  request.instrument = instrument_of(board, product);
  request.side = side;
  request.position_side = position_side_of_entry(side);
  request.order_type = OrderType::Market;
  request.purpose = Purpose::Entry;
  venue_->tell_price(request.order, price);
  const Command command = request;
  venue_->submit({&command, 1}, moment.now);
  collect(moment);
}

Answer<void> AccountDesk::convert(std::size_t board, Product from, Product to, Quantity quantity,
                                  const Moment& moment) {
  const auto found = positions_.find({board, from});
  const std::int64_t net = found == positions_.end() ? 0 : found->second.net();
  if (quantity.raw() > (net < 0 ? -net : net)) {
    return refuse(kInvalidPosition, "Quantity is more than the open position");
  }
  if (from == to || to == Product::Cover || to == Product::Bracket || from == Product::Cover ||
      from == Product::Bracket) {
    return refuse(kInvalidInput, "Invalid input: the position cannot be converted so");
  }
  NetPosition& old_position = found->second;
  const bool is_long = net > 0;
  const Price price = is_long ? old_position.buy_average() : old_position.sell_average();
  move_at(board, from, is_long ? Side::Sell : Side::Buy, quantity, price, moment);
  move_at(board, to, is_long ? Side::Buy : Side::Sell, quantity, price, moment);
  NetPosition& position = positions_[{board, to}];
  position.board = board;
  position.product = to;
  Quantity& old_side = is_long ? old_position.bought : old_position.sold;
  Value& old_value = is_long ? old_position.bought_value : old_position.sold_value;
  const Value moved = share_floor(old_value, quantity, old_side);
  old_side -= quantity;
  old_value -= moved;
  (is_long ? position.bought : position.sold) += quantity;
  (is_long ? position.bought_value : position.sold_value) += moved;
  events_.push_back(position_event(old_position, *this));
  events_.push_back(position_event(position, *this));
  return {};
}

// ---- The hours.

void AccountDesk::settle(const Moment& moment) {
  const std::int64_t day = india_day(moment.market);
  if (hours_.always) return;
  const Duration time = india_time(moment.market);
  if (day_ < 0) day_ = day;
  // What was missed of the days before: a tape jumps over nights.
  if (day != day_) {
    if (squared_day_ < day_) square_off(day_, moment);
    if (closed_day_ < day_) close_session(day_, moment);
    begin_day();
    day_ = day;
  }
  if (time >= hours_.square_off && squared_day_ < day) square_off(day, moment);
  if (time >= hours_.closes && closed_day_ < day) close_session(day, moment);
  if (!hours_.is_open(moment.market)) return;
  for (auto& [number, order] : orders_) {
    if (!order.offline || !order.is_open()) continue;
    withdraw(order, moment);
    order.offline = false;
    order.status = Status::Transit;
    std::string why = refusal(order, moment);
    if (why.empty()) why = start(order, moment);
    if (!why.empty()) finish(order, Status::Rejected, std::move(why));
  }
}

// The venue's own: whatever must not stay over night goes at the market.
void AccountDesk::square_off(std::int64_t day, const Moment& moment) {
  squared_day_ = day;
  for (auto& [number, order] : orders_) {
    if (!order.is_open() || order.offline || !ends_with_the_day(order.product)) continue;
    withdraw(order, moment);
    finish(order, Status::Canceled, "Cancelled: auto square-off");
  }
  for (const auto& [key, position] : PositionMap(positions_)) {
    if (!ends_with_the_day(key.second) || position.net() == 0) continue;
    FyersOrder order;
    order.board = key.first;
    order.product = key.second;
    order.kind = Kind::Market;
    order.side = position.net() > 0 ? Side::Sell : Side::Buy;
    order.quantity = Quantity::from_raw(position.net() < 0 ? -position.net() : position.net());
    order.closes = true;
    FyersOrder& kept = enter(std::move(order), moment);
    if (std::string why = start(kept, moment); !why.empty()) {
      close_as_rejected(kept, std::move(why));
    }
  }
}

void AccountDesk::close_session(std::int64_t day, const Moment& moment) {
  closed_day_ = day;
  for (auto& [number, order] : orders_) {
    if (!order.is_open() || order.offline) continue;
    withdraw(order, moment);
    finish(order, Status::Expired, "Expired: end of the day");
  }
}

// Books of orders and trades begin anew; what is held is carried over at its average.
void AccountDesk::begin_day() {
  opening_balance_ = venue_->balance();
  for (auto at = positions_.begin(); at != positions_.end();) {
    NetPosition& position = at->second;
    const std::int64_t net = position.net();
    if (net == 0) {
      at = positions_.erase(at);
      continue;
    }
    const Quantity open = Quantity::from_raw(net < 0 ? -net : net);
    NetPosition carried{.board = position.board, .product = position.product};
    if (net > 0) {
      carried.bought = carried.carried_long = open;
      carried.bought_value = share_floor(position.bought_value, open, position.bought);
    } else {
      carried.sold = carried.carried_short = open;
      carried.sold_value = share_floor(position.sold_value, open, position.sold);
    }
    position = carried;
    ++at;
  }
  std::erase_if(orders_, [](const auto& item) { return !item.second.is_open(); });
  std::erase_if(by_id_, [this](const auto& item) { return !orders_.contains(item.second); });
  trades_.clear();
}

}  // namespace tranchet::fyers_venue
