#include "adapters/aster/server/account_desk.h"

#include <algorithm>

#include "adapters/aster/server/account_messages.h"

namespace tranchet::aster_venue {
namespace {

// Of one order, 100 million USDT: "maxNotionalValue".
constexpr Value kNotionalMost = static_cast<Value>(100'000'000) * kDecimalOne * kDecimalOne;

OrderId id_of(std::int64_t number) {
  return static_cast<OrderId>(number);
}

SimulationParameters parameters_of(const AccountSpec& spec, SimulationParameters parameters) {
  parameters.initial_balance = spec.balance;
  parameters.position_mode = spec.position_mode;
  parameters.latency = Duration();  // The way to the server is the latency.
  parameters.ids_unique_for_ever = false;
  return parameters;
}

}  // namespace

AccountDesk::AccountDesk(const AccountSpec& spec, const SimulationParameters& parameters,
                         const std::vector<MarketBoard>& boards, std::int64_t& next_order)
    : spec_(spec),
      parameters_(parameters_of(spec, parameters)),
      boards_(boards),
      next_order_(next_order),
      mode_(spec.position_mode),
      venue_(std::make_unique<SimulatedVenue>(parameters_)),
      books_(spec.balance, spec.position_mode),
      isolated_(boards.size() + 1) {
  terms_.emplace_back();
  for (const MarketBoard& board : boards_) terms_.push_back(board.listed().terms);
  list_all();
}

void AccountDesk::list_all() {
  for (const MarketBoard& board : boards_) {
    const InstrumentId instrument = board.listed().rules.instrument;
    venue_->list(board.listed().rules);
    venue_->set_terms(instrument, terms_[static_cast<std::size_t>(instrument)]);
  }
}

const MarketBoard& AccountDesk::board(InstrumentId instrument) const {
  return boards_[static_cast<std::size_t>(instrument) - 1];
}

void AccountDesk::observe(const EventBody& market, Timestamp now) {
  venue_->observe(market, now);
  collect(now);
  watch_triggers(now);
  watch_margin(now);
}

void AccountDesk::collect(Timestamp now) {
  answers_.clear();
  venue_->advance(now, answers_);
  for (const Occurrence& answer : answers_) apply(answer.body, now);
}

// ---- Requests.

bool AccountDesk::opens(const SubmitOrder& request) const {
  const PositionSide side =
      mode_ == PositionMode::Hedge ? request.position_side : position_side_of_entry(request.side);
  return request.side == entry_side(side) && !request.reduce_only;
}

// A symbol that is about to be delisted lets positions out and none in.
Answer<void> AccountDesk::check_status(const SubmitOrder& request) const {
  const std::string& status = board(request.instrument).listed().status;
  if (status == "TRADING" || (status == "SETTLING" && !opens(request))) return {};
  if (status == "SETTLING") {
    return std::unexpected(VenueError{-4140, "Invalid symbol status for opening position."});
  }
  return std::unexpected(VenueError{-4141, "Symbol is closed."});
}

// Whatever an order could come to stays far below what a Money can hold.
Answer<void> AccountDesk::check_size(const SubmitOrder& request) const {
  const MarketBoard& market = board(request.instrument);
  const Price price =
      std::max({market.last_price(), market.mark_price(), request.limit_price.value_or(Price()),
                request.stop_price.value_or(Price())});
  const Value wanted = value_of(price, request.quantity);
  const PositionSide side =
      mode_ == PositionMode::Hedge ? request.position_side : position_side_of_entry(request.side);
  const Value held = opens(request) ? venue_->position({request.instrument, side}).cost : 0;
  if (wanted <= kNotionalMost && held + wanted <= 2 * kNotionalMost) return {};
  return std::unexpected(
      VenueError{-2027, "Exceeded the maximum allowable position at current leverage."});
}

Answer<std::int64_t> AccountDesk::place(AsterOrder order, Timestamp now) {
  if (auto fits = check_status(order.request); !fits) return std::unexpected(fits.error());
  if (auto fits = check_size(order.request); !fits) return std::unexpected(fits.error());
  if (auto fits = check_count(order); !fits) return std::unexpected(fits.error());
  const bool is_held = order.trigger.kind != TriggerKind::None;
  if (is_held) {
    if (auto fits = check_trigger(order); !fits) return std::unexpected(fits.error());
  }
  const std::int64_t number = next_order_++;
  if (order.client_id.empty()) order.client_id = "auto_" + std::to_string(number);
  const AsterOrder* same = find_client(order.symbol, order.client_id);
  if (same != nullptr && same->is_open()) {
    return std::unexpected(VenueError{-4116, "ClientOrderId is duplicated."});
  }
  order.number = number;
  order.request.order = id_of(number);
  order.created = order.updated = milliseconds(now);
  if (is_held) return hold(std::move(order), now);
  const SubmitOrder request = order.request;
  const SelfTrade self_trade = self_trade_of(request, order.stp);
  orders_[number] = std::move(order);
  const Command command = as_sent(request, self_trade);
  venue_->submit({&command, 1}, now);
  answers_.clear();
  venue_->advance(now, answers_);
  const std::vector<Occurrence> answers = std::move(answers_);
  answers_ = {};
  for (const Occurrence& answer : answers) {
    const auto* rejected = std::get_if<OrderRejected>(&answer.body);
    if (rejected != nullptr && rejected->order == request.order) {
      orders_.erase(number);
      return std::unexpected(refusal_of(rejected->reason, request));
    }
    apply(answer.body, now);
    if (!std::holds_alternative<OrderAccepted>(answer.body)) continue;
    for (const std::int64_t maker : self_trade.makers) expire(maker, now);
  }
  const AsterOrder& taken = orders_.at(number);
  if (self_trade.expires && taken.is_open()) expire(number, now);
  by_client_[{taken.symbol, taken.client_id}] = number;
  return number;
}

Answer<void> AccountDesk::amend(std::int64_t number, Quantity quantity, Price price,
                                Timestamp now) {
  const AsterOrder& order = orders_.at(number);
  SubmitOrder request = order.request;
  request.limit_price = price;
  const SelfTrade self_trade = self_trade_of(request, order.stp);
  if (self_trade.expires) {
    for (const std::int64_t maker : self_trade.makers) expire(maker, now);
    expire(number, now);
    return {};
  }
  const Command command = AmendOrder{.order = id_of(number),
                                     .quantity = quantity,
                                     .limit_price = price,
                                     .tranche = 0,
                                     .instrument = request.instrument,
                                     .purpose = request.purpose,
                                     .position_side = request.position_side};
  venue_->submit({&command, 1}, now);
  answers_.clear();
  venue_->advance(now, answers_);
  Answer<void> result;
  for (const Occurrence& answer : answers_) {
    if (const auto* rejected = std::get_if<AmendRejected>(&answer.body)) {
      result = std::unexpected(refusal_of(rejected->reason, request));
      if (rejected->reason == RejectReason::Other) {
        result =
            std::unexpected(VenueError{-1130, "Data sent for parameter 'quantity' is not valid."});
      }
      continue;
    }
    apply(answer.body, now);
    if (!std::holds_alternative<OrderAmended>(answer.body)) continue;
    for (const std::int64_t maker : self_trade.makers) expire(maker, now);
  }
  return result;
}

Answer<void> AccountDesk::cancel(std::int64_t number, Timestamp now) {
  if (held_.contains(number)) {
    drop(number, "CANCELED", now);
    return {};
  }
  const Command command = CancelOrder{.order = id_of(number)};
  venue_->submit({&command, 1}, now);
  answers_.clear();
  venue_->advance(now, answers_);
  Answer<void> result;
  for (const Occurrence& answer : answers_) {
    if (std::holds_alternative<CancelRejected>(answer.body)) {
      result = std::unexpected(VenueError{-2011, "Unknown order sent."});
    } else {
      apply(answer.body, now);
    }
  }
  return result;
}

const AsterOrder* AccountDesk::find(std::int64_t number) const {
  const auto found = orders_.find(number);
  return found == orders_.end() ? nullptr : &found->second;
}

const AsterOrder* AccountDesk::find_client(const std::string& symbol,
                                           const std::string& client_id) const {
  const auto found = by_client_.find({symbol, client_id});
  return found == by_client_.end() ? nullptr : find(found->second);
}

// ---- Settings.

Answer<void> AccountDesk::set_mode(PositionMode mode, Timestamp now) {
  if (mode == mode_) {
    return std::unexpected(VenueError{-4059, "No need to change position side."});
  }
  if (!venue_->open_orders().empty() || !held_.empty()) {
    return std::unexpected(
        VenueError{-4067, "Position side cannot be changed if there exists open orders."});
  }
  if (!venue_->positions().empty()) {
    return std::unexpected(
        VenueError{-4068, "Position side cannot be changed if there exists position."});
  }
  // A venue has one mode for its life: another one takes its place, and hears the prices.
  mode_ = mode;
  parameters_.position_mode = mode;
  parameters_.initial_balance = venue_->balance();
  venue_ = std::make_unique<SimulatedVenue>(parameters_);
  books_ = VenueAccount(parameters_.initial_balance, mode);
  list_all();
  for (const MarketBoard& board : boards_) {
    if (!board.has_price()) continue;
    const InstrumentId instrument = board.listed().rules.instrument;
    venue_->observe(MarkPrice{instrument, board.mark_price()}, now);
    venue_->observe(
        TradePrinted{
            .instrument = instrument, .quantity = {}, .price = board.last_price(), .aggressor = 0},
        now);
  }
  events_.push_back(mode_changed_event(*this, now));
  return {};
}

Answer<void> AccountDesk::set_leverage(InstrumentId instrument, std::int64_t leverage,
                                       Timestamp now) {
  if (leverage < 1 || leverage > 125) {
    return std::unexpected(
        VenueError{-4028, "Leverage " + std::to_string(leverage) + " is not valid"});
  }
  VenueTerms& terms = terms_[static_cast<std::size_t>(instrument)];
  terms.leverage = leverage;
  venue_->set_terms(instrument, terms);
  events_.push_back(leverage_event(board(instrument).listed().symbol, leverage, now));
  return {};
}

Answer<void> AccountDesk::set_multi_assets(bool on) {
  if (multi_assets_ == on) {
    return std::unexpected(VenueError{-4171, "No need to change multi-assets mode."});
  }
  multi_assets_ = on;
  return {};
}

std::int64_t AccountDesk::leverage(InstrumentId instrument) const {
  return terms_[static_cast<std::size_t>(instrument)].leverage;
}

std::int64_t AccountDesk::changed(const PositionKey& key) const {
  const auto found = changed_.find(key);
  return found == changed_.end() ? 0 : found->second;
}

std::vector<std::string> AccountDesk::take_events() {
  return std::exchange(events_, {});
}

// ---- What the venue behind it says.

AsterOrder* AccountDesk::order_of(OrderId id) {
  const auto found = orders_.find(static_cast<std::int64_t>(id));
  return found == orders_.end() ? nullptr : &found->second;
}

void AccountDesk::apply(const EventBody& body, Timestamp now) {
  if (const auto* fill = std::get_if<OrderFilled>(&body)) return on_fill(*fill, now);
  if (const auto* paid = std::get_if<FundingPaid>(&body)) return on_funding(*paid, now);
  const auto tell = [&](OrderId id, std::string_view execution, std::string_view status) {
    AsterOrder* order = order_of(id);
    if (order == nullptr) return;
    if (!status.empty()) order->status = status;
    order->updated = milliseconds(now);
    events_.push_back(order_event(*order, {.execution = execution}, now));
  };
  std::visit(
      Overload{[&](const OrderAccepted& accepted) { tell(accepted.order, "NEW", ""); },
               [&](const OrderTriggered& triggered) {
                 if (AsterOrder* order = order_of(triggered.order)) {
                   order->is_triggered = true;
                 }
                 tell(triggered.order, "NEW", "");
               },
               [&](const OrderAmended& amended) {
                 if (AsterOrder* order = order_of(amended.order)) {
                   order->request.quantity = amended.quantity;
                   order->request.limit_price = amended.limit_price;
                 }
                 tell(amended.order, "AMENDMENT", "");
               },
               [&](const OrderCanceled& canceled) { tell(canceled.order, "CANCELED", "CANCELED"); },
               [&](const OrderExpired& expired) { tell(expired.order, "EXPIRED", "EXPIRED"); },
               [](const auto&) {}},
      body);
}

// A liquidation or ADL is an order of the venue's own.
AsterOrder& AccountDesk::forced_order(const OrderFilled& fill, Timestamp now) {
  const std::int64_t number = next_order_++;
  AsterOrder& order = orders_[number];
  order.number = number;
  order.client_id =
      fill.origin == FillOrigin::Adl ? "adl_autoclose" : "autoclose-" + std::to_string(number);
  order.symbol = board(fill.instrument).listed().symbol;
  order.type = "LIMIT";
  order.time_in_force = "IOC";
  order.position_side = mode_ == PositionMode::OneWay              ? "BOTH"
                        : fill.position_side == PositionSide::Long ? "LONG"
                                                                   : "SHORT";
  order.request.quantity = fill.quantity;
  order.request.limit_price = fill.price;
  order.request.instrument = fill.instrument;
  order.request.side = fill.side;
  order.request.position_side = fill.position_side;
  order.request.order_type = OrderType::Limit;
  order.created = milliseconds(now);
  return order;
}

void AccountDesk::on_fill(const OrderFilled& fill, Timestamp now) {
  const bool forced = fill.order == OrderId::None;
  AsterOrder& order = forced ? forced_order(fill, now) : *order_of(fill.order);
  order.filled += fill.quantity;
  order.filled_value += value_of(fill.price, fill.quantity);
  order.updated = milliseconds(now);
  order.status = order.filled < order.request.quantity ? "PARTIALLY_FILLED" : "FILLED";
  const PositionKey keys[] = {{fill.instrument, PositionSide::Long},
                              {fill.instrument, PositionSide::Short}};
  const Quantity before[] = {books_.position(keys[0]).quantity, books_.position(keys[1]).quantity};
  const Money realized = books_.fill(fill.instrument, fill.side, fill.position_side, fill.price,
                                     fill.quantity, fill.fee);
  for (const std::size_t each : {0U, 1U}) {
    changed_[keys[each]] = milliseconds(now);
    release_margin(keys[each], before[each]);
  }
  const auto trade = static_cast<std::int64_t>(fill.trade);
  trades_.push_back({.id = trade,
                     .order = order.number,
                     .time = milliseconds(now),
                     .symbol = order.symbol,
                     .position_side = order.position_side,
                     .instrument = fill.instrument,
                     .side = fill.side,
                     .price = fill.price,
                     .quantity = fill.quantity,
                     .fee = fill.fee,
                     .realized = realized,
                     .maker = fill.liquidity == Liquidity::Maker});
  if (trades_.size() > kHistoryKept) trades_.pop_front();
  if (!realized.is_zero()) add_income("REALIZED_PNL", order.symbol, realized, trade, now);
  add_income("COMMISSION", order.symbol, -fill.fee, trade, now);
  events_.push_back(account_event(*this, books_, "ORDER", fill.instrument, Money(), now));
  std::string_view execution = "TRADE";
  if (fill.origin == FillOrigin::Liquidation) execution = "CALCULATED";
  events_.push_back(order_event(order,
                                {.execution = execution,
                                 .quantity = fill.quantity,
                                 .price = fill.price,
                                 .fee = fill.fee,
                                 .realized = realized,
                                 .trade = trade,
                                 .maker = fill.liquidity == Liquidity::Maker},
                                now));
}

void AccountDesk::on_funding(const FundingPaid& paid, Timestamp now) {
  books_.credit(paid.amount);
  const std::string& symbol = board(paid.instrument).listed().symbol;
  add_income("FUNDING_FEE", symbol, paid.amount, 0, now);
  // Cross margin: the balance only.
  events_.push_back(
      account_event(*this, books_, "FUNDING_FEE", InstrumentId::None, paid.amount, now));
}

void AccountDesk::add_income(std::string_view kind, const std::string& symbol, Money amount,
                             std::int64_t trade, Timestamp now) {
  incomes_.push_back({.time = milliseconds(now),
                      .id = next_income_++,
                      .trade = trade,
                      .symbol = symbol,
                      .kind = std::string(kind),
                      .amount = amount});
  if (incomes_.size() > kHistoryKept) incomes_.pop_front();
}

}  // namespace tranchet::aster_venue
