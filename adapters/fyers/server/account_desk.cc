#include "adapters/fyers/server/account_desk.h"

#include <algorithm>

#include "adapters/fyers/server/account_messages.h"

namespace tranchet::fyers_venue {
namespace {

// Of the value, by product: what MARGIN of F&O would be is not imitated.
std::int64_t leverage_of(Product product) {
  switch (product) {
    case Product::Intraday:
    case Product::Cover:
    case Product::Bracket:
      return 5;
    case Product::Mtf:
      return 4;
    case Product::Cnc:
    case Product::Margin:
      break;
  }
  return 1;
}

bool stop_reached(const FyersOrder& order, Price price) {
  return order.side == Side::Buy ? price >= order.stop : price <= order.stop;
}

SimulationParameters parameters_of(const AccountSpec& spec, SimulationParameters parameters) {
  parameters.initial_balance = spec.balance;
  parameters.position_mode = PositionMode::OneWay;
  parameters.latency = Duration();  // The way to the server is the latency.
  parameters.ids_unique_for_ever = false;
  parameters.reduce_only = false;
  parameters.liquidation = false;
  parameters.mark_from_trades = true;
  // What it costs is in the contract note of the evening, not in what the API says.
  parameters.maker_fee = parameters.taker_fee = 0;
  return parameters;
}

std::string already(const FyersOrder& order) {
  switch (order.status) {
    case Status::Traded:
      return "Order is already traded";
    case Status::Rejected:
      return "Order is already rejected";
    case Status::Expired:
      return "Order is already expired";
    default:
      return "Order is already cancelled";
  }
}

std::string reason_text(RejectReason reason) {
  switch (reason) {
    case RejectReason::Margin:
      return "RED:Margin Shortfall";
    case RejectReason::OutOfBand:
      return "RED:Price is out of the circuit limits";
    default:
      return "RED:Order cannot be executed";
  }
}

}  // namespace

AccountDesk::AccountDesk(const AccountSpec& spec, const SimulationParameters& parameters,
                         const SessionHours& hours, const std::vector<Board>& boards)
    : spec_(spec),
      hours_(hours),
      boards_(boards),
      venue_(std::make_unique<SimulatedVenue>(parameters_of(spec, parameters))),
      opening_balance_(spec.balance) {
  for (std::size_t board = 0; board < boards_.size(); ++board) {
    const Listing& listing = boards_[board].listing();
    for (std::size_t number = 1; number <= kProducts; ++number) {
      const auto product = static_cast<Product>(number);
      InstrumentListed rules;
      rules.tick_size = listing.tick;
      rules.step_size = rules.min_quantity = listing.lot;
      rules.instrument = instrument_of(board, product);
      venue_->list(rules);
      venue_->set_terms(rules.instrument, {.leverage = leverage_of(product)});
    }
  }
}

InstrumentId AccountDesk::instrument_of(std::size_t board, Product product) const {
  return static_cast<InstrumentId>(board * kProducts + static_cast<std::size_t>(product));
}

const FyersOrder* AccountDesk::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &orders_.at(found->second);
}

FyersOrder* AccountDesk::order_of(OrderId id) {
  const auto found = orders_.find(static_cast<std::int64_t>(id));
  return found == orders_.end() ? nullptr : &found->second;
}

// ---- What it costs.

Value AccountDesk::margin_used() const {
  Value used = 0;
  for (const auto& [key, position] : positions_) {
    const std::int64_t net = position.net();
    const Price price = boards_[position.board].last();
    const Value value = value_of(price, Quantity::from_raw(net < 0 ? -net : net));
    used += divide_ceil(value, leverage_of(position.product));
  }
  return used;
}

Value AccountDesk::margin_of(const FyersOrder& order) const {
  Price price = boards_[order.board].last();
  if (order.limit.is_positive()) price = order.limit;
  if (order.kind == Kind::Stop) price = order.stop;
  return divide_ceil(value_of(price, order.quantity), leverage_of(order.product));
}

// ---- Prices.

void AccountDesk::observe(std::size_t board, const EventBody& market, const Moment& moment) {
  for (std::size_t number = 1; number <= kProducts; ++number) {
    const InstrumentId instrument = instrument_of(board, static_cast<Product>(number));
    if (const auto* trade = std::get_if<TradePrinted>(&market)) {
      TradePrinted own = *trade;
      own.instrument = instrument;
      venue_->observe(own, moment.now);
    } else if (const auto* book = std::get_if<BookTop>(&market)) {
      BookTop own = *book;
      own.instrument = instrument;
      venue_->observe(own, moment.now);
    }
  }
  collect(moment);
  watch_stops(board, moment);
}

void AccountDesk::collect(const Moment& moment) {
  std::vector<Occurrence> answers;
  venue_->advance(moment.now, answers);
  for (const Occurrence& answer : answers) apply(answer.body, moment);
}

void AccountDesk::watch_stops(std::size_t board, const Moment& moment) {
  std::vector<std::int64_t> due;
  for (const std::int64_t number : held_) {
    const FyersOrder& order = orders_.at(number);
    const bool waits = order.board == board && order.is_stop() && !order.offline;
    if (waits && stop_reached(order, boards_[board].last())) due.push_back(number);
  }
  for (const std::int64_t number : due) {
    // One of them may have ended another.
    if (held_.contains(number)) release(orders_.at(number), moment);
  }
}

// ---- Requests.

// Why the risk desk or the exchange would not have it; empty: it may go.
std::string AccountDesk::refusal(const FyersOrder& order, const Moment& moment) const {
  const Board& board = boards_[order.board];
  const Listing& listing = board.listing();
  const bool open = hours_.is_open(moment.market);
  if (!open && !order.offline) {
    return "RED:The market is closed: place an after-market order (offlineOrder)";
  }
  if (open && order.offline) return "RED:After-market orders are for when the market is closed";
  if (is_halted(moment)) return "RED:Trading is halted";
  if (!board.has_price()) return "RED:There is no price yet";
  if (ends_with_the_day(order.product) && !order.offline && hours_.is_squared_off(moment.market)) {
    return "RED:" + std::string(to_text(order.product)) +
           " orders are not allowed after square-off";
  }
  if (listing.freeze.is_positive() && order.quantity > listing.freeze) {
    return "RED:Quantity is above the freeze quantity " + to_text(listing.freeze);
  }
  for (const Price price : {order.limit, order.stop}) {
    if (price.is_positive() && (price > board.upper() || price < board.lower())) {
      return "RED:Price " + to_text(price) + " is out of the circuit limits " +
             to_text(board.lower()) + " to " + to_text(board.upper());
    }
  }
  if (order.is_stop() && !order.offline) {
    const bool buys = order.side == Side::Buy;
    if (buys ? order.stop < board.last() : order.stop > board.last()) {
      return buys ? "RED:Trigger price of a stop-loss buy order must not be below the LTP " +
                        to_text(board.last())
                  : "RED:Trigger price of a stop-loss sell order must not be above the LTP " +
                        to_text(board.last());
    }
  }
  return "";
}

void AccountDesk::tell(const FyersOrder& order) {
  events_.push_back(order_event(order, *this));
}

VenueError AccountDesk::close_as_rejected(FyersOrder& order, std::string message) {
  finish(order, Status::Rejected, message);
  return {kRejected, std::move(message), 400, order.id};
}

void AccountDesk::finish(FyersOrder& order, Status status, std::string message) {
  held_.erase(order.number);
  order.held = false;
  order.status = status;
  order.message = std::move(message);
  tell(order);
}

// Into the book, on its way to the exchange.
FyersOrder& AccountDesk::enter(FyersOrder order, const Moment& moment) {
  const std::int64_t number = next_++;
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  order.number = number;
  order.id = date_digits(moment.market) + digits;
  order.time = moment.market;
  order.status = Status::Transit;
  by_id_[order.id] = number;
  FyersOrder& kept = orders_[number] = std::move(order);
  tell(kept);
  return kept;
}

VenueError AccountDesk::reject(FyersOrder order, std::string message, const Moment& moment) {
  return close_as_rejected(enter(std::move(order), moment), std::move(message));
}

Answer<std::int64_t> AccountDesk::place(FyersOrder order, const Moment& moment) {
  FyersOrder& kept = enter(std::move(order), moment);
  std::string why = refusal(kept, moment);
  if (why.empty()) why = start(kept, moment);
  if (!why.empty()) return std::unexpected(close_as_rejected(kept, std::move(why)));
  return kept.number;
}

// Waits here, or goes to the venue behind; why it was refused, if it was.
std::string AccountDesk::start(FyersOrder& order, const Moment& moment) {
  const bool waits =
      order.offline || (order.is_stop() && !stop_reached(order, boards_[order.board].last()));
  if (!waits) return submit(order, moment);
  order.held = true;
  held_.insert(order.number);
  order.status = Status::Pending;
  tell(order);
  return "";
}

std::string AccountDesk::submit(FyersOrder& order, const Moment& moment) {
  const bool limit = order.kind == Kind::Limit || order.kind == Kind::StopLimit;
  SubmitOrder request;
  request.order = static_cast<OrderId>(order.number);
  request.quantity = order.remaining();
  if (limit) request.limit_price = order.limit;
  request.instrument = instrument_of(order.board, order.product);
  request.side = order.side;
  request.position_side = position_side_of_entry(order.side);
  request.order_type = limit ? OrderType::Limit : OrderType::Market;
  request.time_in_force = order.immediate ? TimeInForce::IOC : TimeInForce::GTC;
  request.purpose = Purpose::Entry;
  const Command command = request;
  venue_->submit({&command, 1}, moment.now);
  std::vector<Occurrence> answers;
  venue_->advance(moment.now, answers);
  std::string refused;
  for (const Occurrence& answer : answers) {
    const auto* rejected = std::get_if<OrderRejected>(&answer.body);
    if (rejected != nullptr && rejected->order == request.order) {
      refused = reason_text(rejected->reason);
    } else {
      apply(answer.body, moment);
    }
  }
  return refused;
}

// Its stop, or the opening, has come.
void AccountDesk::release(FyersOrder& order, const Moment& moment) {
  held_.erase(order.number);
  order.held = false;
  if (std::string why = submit(order, moment); !why.empty()) {
    finish(order, Status::Rejected, std::move(why));
  }
}

// Takes it away from the venue behind, and says nothing.
void AccountDesk::withdraw(FyersOrder& order, const Moment& moment) {
  if (order.held) {
    held_.erase(order.number);
    order.held = false;
    return;
  }
  const Command command = CancelOrder{.order = static_cast<OrderId>(order.number)};
  venue_->submit({&command, 1}, moment.now);
  std::vector<Occurrence> answers;
  venue_->advance(moment.now, answers);
  for (const Occurrence& answer : answers) {
    const auto* canceled = std::get_if<OrderCanceled>(&answer.body);
    if (canceled == nullptr || canceled->order != static_cast<OrderId>(order.number)) {
      apply(answer.body, moment);
    }
  }
}

Answer<void> AccountDesk::modify(std::int64_t number, const FyersOrder& changed,
                                 const Moment& moment) {
  FyersOrder& order = orders_.at(number);
  if (!order.is_open()) return refuse(kRejected, already(order));
  if (std::string why = refusal(changed, moment); !why.empty()) {
    return refuse(kRejected, std::move(why));
  }
  withdraw(order, moment);
  FyersOrder before = order;
  order = changed;
  order.held = false;
  order.status = Status::Transit;  // The book says so once it is taken.
  std::string why = start(order, moment);
  if (why.empty()) return {};
  // It stays as it was.
  order = std::move(before);
  order.status = Status::Transit;
  if (std::string lost = start(order, moment); !lost.empty()) {
    close_as_rejected(order, std::move(lost));
  }
  return refuse(kRejected, std::move(why));
}

Answer<void> AccountDesk::cancel(std::int64_t number, const Moment& moment) {
  FyersOrder& order = orders_.at(number);
  if (!order.is_open()) return refuse(kRejected, already(order));
  withdraw(order, moment);
  finish(order, Status::Canceled, "Cancelled by user");
  return {};
}

// ---- What the venue behind says.

void AccountDesk::apply(const EventBody& body, const Moment& moment) {
  if (const auto* fill = std::get_if<OrderFilled>(&body)) return on_fill(*fill, moment);
  if (const auto* accepted = std::get_if<OrderAccepted>(&body)) {
    FyersOrder* order = order_of(accepted->order);
    if (order == nullptr || order->status != Status::Transit) return;
    order->status = Status::Pending;
    if (order->kind != Kind::Market) tell(*order);
  } else if (const auto* expired = std::get_if<OrderExpired>(&body)) {
    FyersOrder* order = order_of(expired->order);
    if (order != nullptr) finish(*order, Status::Canceled, "Unmatched order cancelled");
  }
}

void AccountDesk::on_fill(const OrderFilled& fill, const Moment& moment) {
  FyersOrder* found = order_of(fill.order);
  if (found == nullptr) return;  // A conversion, which is booked by itself.
  FyersOrder& order = *found;
  order.filled += fill.quantity;
  order.filled_value += value_of(fill.price, fill.quantity);
  const bool done = order.filled >= order.quantity;
  if (done) order.status = Status::Traded;
  order.message = done ? "TRADE CONFIRMED" : "PARTIALLY TRADED";
  trades_.push_back({.number = static_cast<std::int64_t>(trades_.size()) + 1,
                     .order = order.number,
                     .quantity = fill.quantity,
                     .price = fill.price,
                     .time = moment.market});
  book(order, fill);
  tell(order);
  events_.push_back(trade_event(trades_.back(), *this));
  events_.push_back(position_event(positions_.at({order.board, order.product}), *this));
  if (!done || order.closes) return;
  if (order.parent.empty()) {
    place_legs(order, moment);
  } else {
    end_siblings(order, moment);
  }
}

void AccountDesk::book(FyersOrder& order, const OrderFilled& fill) {
  NetPosition& position = positions_[{order.board, order.product}];
  position.board = order.board;
  position.product = order.product;
  const Value value = value_of(fill.price, fill.quantity);
  if (order.side == Side::Buy) {
    position.bought += fill.quantity;
    position.bought_value += value;
  } else {
    position.sold += fill.quantity;
    position.sold_value += value;
  }
}

}  // namespace tranchet::fyers_venue
