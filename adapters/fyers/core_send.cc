#include <algorithm>

#include "adapters/fyers/core_parts.h"
#include "adapters/fyers/data_requests.h"
#include "events/ensure.h"
#include "events/order_of.h"

namespace tranchet::fyers {
namespace {

// The limit of a second passes within it; that of a minute does not.
constexpr Duration kEntryPatience = Duration::milliseconds(1'100);

// "NSE:NIFTY25AUG24500CE", "NSE:SBIN25AUG800PE".
bool is_option(std::string_view symbol) {
  return symbol.size() > 3 && (symbol.ends_with("CE") || symbol.ends_with("PE")) &&
         symbol[symbol.size() - 3] >= '0' && symbol[symbol.size() - 3] <= '9';
}

// The tick that lies beyond, away from the trigger.
Price on_tick(Price price, Price tick, Side side) {
  if (!tick.is_positive()) return price;
  const std::int64_t rest = price.raw() % tick.raw();
  if (rest == 0) return price;
  return Price::from_raw(price.raw() - rest + (side == Side::Buy ? tick.raw() : 0));
}

}  // namespace

void FyersCore::Inside::ask_again(Job job, Duration after) {
  ++job.tries;
  job.not_before = now_.steady + after;
  waiting_.push_back(std::move(job));
}

bool FyersCore::Inside::is_asked(Use use) const {
  const auto is_it = [use](const Job& job) { return job.use == use; };
  return std::ranges::any_of(waiting_, is_it) ||
         std::ranges::any_of(outstanding_,
                             [&](const auto& item) { return is_it(item.second.job); });
}

// Entries, candles, and prices where the stream is missing, leave room for what protects.
Rank FyersCore::Inside::rank_of(const Job& job) {
  if (job.use == Use::Quotes || job.use == Use::History) return Rank::Spare;
  if (job.use == Use::Status) return job.rank;
  if (job.use != Use::Orders) return Rank::Protection;
  const bool has_entry = std::ranges::any_of(job.commands, [](const Command& command) {
    return std::get<SubmitOrder>(command).purpose == Purpose::Entry;
  });
  return has_entry ? Rank::Spare : Rank::Protection;
}

Product FyersCore::Inside::product_of(InstrumentId instrument) const {
  const auto found = products_.find(instrument);
  return found == products_.end() ? Product::Intraday : found->second;
}

const InstrumentListed* FyersCore::Inside::rules_of(InstrumentId instrument) const {
  const auto found = rules_.find(instrument);
  return found == rules_.end() ? nullptr : &found->second;
}

// What may not leave yet does not hold up the rest, but what is of the same order: a question about
// an order that has not been sent would find nothing, and two requests on two connections may
// overtake one another.
bool FyersCore::Inside::may_leave(const Job& job, const OrdersAhead& ahead) const {
  if (std::max(job.not_before, job.held_until) > now_.steady) return false;
  return std::ranges::none_of(
      job.commands, [&ahead](const Command& command) { return ahead.contains(order_of(command)); });
}

// A chance is reckoned with what is on its way arriving as late as it can, 30 s after it left. An
// answer says that it has arrived: then there is room again after a second. An entry has been held
// for a second at most.
void FyersCore::Inside::release_held() {
  for (Job& job : waiting_) {
    if (rank_of(job) == Rank::Protection) job.held_until = Timestamp();
  }
}

// ---- What the venue would refuse, or could not be asked at all.

// Empty: nothing. Otherwise why, for people.
std::string FyersCore::Inside::reason_against(const Command& command) {
  const auto* order = std::get_if<SubmitOrder>(&command);
  if (order == nullptr) return {};
  const std::string symbol(names_.symbol(order->instrument));
  const std::string what = symbol + ": " + std::string(to_text(order->purpose));
  if (is_index(symbol)) return what + " of an index: it is priced, not traded";
  const InstrumentListed* rules = rules_of(order->instrument);
  const bool is_limit = order->order_type == OrderType::Limit;
  const Quantity most = rules == nullptr ? Quantity()
                        : is_limit       ? rules->max_quantity
                                         : rules->market_max_quantity;
  if (most.is_positive() && order->quantity > most) {
    return what + " of " + to_text(order->quantity) + " is above the freeze quantity, at most " +
           to_text(most) + " are taken at once";
  }
  const auto limits = circuits_.find(order->instrument);
  const Maybe<Price> price = is_limit ? order->limit_price : order->stop_price;
  if (limits == circuits_.end() || !price) return {};
  const auto& [instrument, lower, upper] = limits->second;
  if (lower && *price < *lower) {
    return what + " at " + to_text(*price) + " is below the lower circuit limit " + to_text(*lower);
  }
  if (upper && *price > *upper) {
    return what + " at " + to_text(*price) + " is above the upper circuit limit " + to_text(*upper);
  }
  return {};
}

// True: it is answered from here, and gone.
bool FyersCore::Inside::refuse_here(std::size_t index) {
  Job& job = waiting_[index];
  if (job.use == Use::Orders) {
    const std::string why = reason_against(job.commands.front());
    if (why.empty()) return false;
    fault(why);
    const auto& order = std::get<SubmitOrder>(job.commands.front());
    refused(job.commands.front(), reason_for(order.purpose, RejectReason::OutOfBand));
    return true;
  }
  if (job.use != Use::Amend && job.use != Use::Cancel) return false;
  const OrderRecord* record = ledger_.find(order_of(job.commands.front()));
  if (record != nullptr && !record->venue_id.empty()) return false;
  // The venue's own id of it is not known yet: the engine asks about it, and then it is.
  refused(job.commands.front(), RejectReason::NotFound);
  return true;
}

// ---- How it leaves.

// Takes up to nine of the orders that follow directly and may leave as well. Protection does not
// wait for an entry's share of the budget, so the two do not mix.
void FyersCore::Inside::gather_batch(std::size_t index, const OrdersAhead& ahead) {
  const Rank rank = rank_of(waiting_[index]);
  const auto product = [this](const Job& job) {
    return product_of(std::get<SubmitOrder>(job.commands.front()).instrument);
  };
  std::vector<Command> commands = std::move(waiting_[index].commands);
  waiting_[index].commands = {commands.front()};
  const Product common = product(waiting_[index]);
  while (commands.size() < kBatchMost && index + 1 < waiting_.size()) {
    const Job& next = waiting_[index + 1];
    if (next.use != Use::Orders || next.alone || rank_of(next) != rank || !may_leave(next, ahead) ||
        product(next) != common) {
      break;
    }
    const Cost cost{.requests = static_cast<std::uint32_t>(commands.size() + 1)};
    if (!budget_.fits(cost, rank, now_)) break;
    if (refuse_here(index + 1)) {
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index + 1));
      continue;
    }
    commands.push_back(next.commands.front());
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index + 1));
  }
  waiting_[index].commands = std::move(commands);
}

void FyersCore::Inside::flush() {
  OrdersAhead ahead;
  const auto follow = [&ahead](const Job& job) {
    for (const Command& command : job.commands) ahead.insert(order_of(command));
  };
  for (const auto& [id, outstanding] : outstanding_) follow(outstanding.job);
  for (std::size_t index = 0; index < waiting_.size();) {
    bool is_done = false;
    if (may_leave(waiting_[index], ahead)) {
      is_done = refuse_here(index);
      if (!is_done) {
        const bool may_join = waiting_[index].use == Use::Orders && !waiting_[index].alone;
        if (may_join) gather_batch(index, ahead);
        const std::uint64_t before = last_id_;
        is_done = send(waiting_[index]);
        if (last_id_ != before) follow(outstanding_.at(last_id_).job);
      }
    }
    if (is_done) {
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    } else {
      follow(waiting_[index]);
      ++index;
    }
  }
}

// False: it has to wait.
bool FyersCore::Inside::send(Job& job) {
  Written call = call_for(job);
  if (!call) {
    fault(call.error());
    for (const Command& command : job.commands) refused(command, RejectReason::Other);
    if (job.use == Use::PlaceGtt || job.use == Use::CancelGtt) {
      backup_.refused(job.first, now_.steady);
    }
    return true;
  }
  const Rank rank = rank_of(job);
  if (!budget_.fits(call->cost, rank, now_)) {
    const Timestamp chance = budget_.next_chance(call->cost, rank, now_);
    const bool is_entry = job.use == Use::Orders && rank == Rank::Spare;
    // An entry that comes much later than it was decided is none.
    if (is_entry && (chance > now_.steady + kEntryPatience || job.tries++ > 2)) {
      for (const Command& command : job.commands) refused(command, RejectReason::RateLimited);
      return true;
    }
    if (job.use == Use::Quotes) return true;  // The next are due soon.
    job.held_until = std::max(chance, now_.steady + Duration::milliseconds(1));
    return false;
  }
  const std::uint64_t spent = budget_.spend(call->cost, now_);
  HttpRequest request = written_request(*call, token_);
  request.id = ++last_id_;
  for (const Command& command : job.commands) {
    const auto* order = std::get_if<SubmitOrder>(&command);
    if (order == nullptr) continue;
    OrderRecord& record = ledger_.of(order->order, now_.steady);
    record.sent = now_.steady;
    record.purpose = order->purpose;
    record.is_stop = is_conditional(order->order_type);
    record.quantity = order->quantity;
    record.limit_price = order->limit_price;
  }
  outstanding_.emplace(
      request.id,
      Outstanding{
          .job = std::move(job), .sent = now_.steady, .label = request.label, .spent = spent});
  ready_.push_back(std::move(request));
  return true;
}

// A stop that becomes a limit order where the exchange takes no other: its limit lies beyond the
// trigger, so that it fills through a thin book and not at any price.
SubmitOrder FyersCore::Inside::as_sent(const SubmitOrder& order) const {
  SubmitOrder sent = order;
  if (order.order_type != OrderType::StopMarket || !order.stop_price) return sent;
  const bool has_limit =
      options_.stops == StopStyle::Limit ||
      (options_.stops == StopStyle::Auto && is_option(names_.symbol(order.instrument)));
  if (!has_limit) return sent;
  sent.limit_price = within_circuit(
      beyond(*order.stop_price, order.side, options_.stop_limit_offset, order.instrument),
      order.instrument);
  return sent;
}

Price FyersCore::Inside::within_circuit(Price price, InstrumentId instrument) const {
  const auto limits = circuits_.find(instrument);
  if (limits == circuits_.end()) return price;
  const auto& [of, lower, upper] = limits->second;
  if (lower && price < *lower) return *lower;
  if (upper && price > *upper) return *upper;
  return price;
}

Price FyersCore::Inside::beyond(Price trigger, Side side, Ppm offset,
                                InstrumentId instrument) const {
  const Ppm factor = side == Side::Buy ? kPpmOne + offset : kPpmOne - offset;
  // In two parts, so that no product leaves 64 bits.
  const std::int64_t stop = trigger.raw();
  const std::int64_t raw = stop / kPpmOne * factor + stop % kPpmOne * factor / kPpmOne;
  const InstrumentListed* rules = rules_of(instrument);
  const Price tick = rules == nullptr ? Price() : rules->tick_size;
  Price limit = on_tick(Price::from_raw(raw), tick, side);
  if (limit == trigger) limit += side == Side::Buy ? tick : -tick;
  return limit;
}

Written FyersCore::Inside::call_for(const Job& job) const {
  const auto symbols = [&](std::size_t most) {
    std::vector<std::string> some;
    for (std::size_t at = job.first; at < options_.symbols.size() && some.size() < most; ++at) {
      some.push_back(options_.symbols[at].symbol);
    }
    return some;
  };
  const auto venue_id = [this](OrderId order) -> const std::string& {
    return ledger_.find(order)->venue_id;
  };
  switch (job.use) {
    case Use::Tokens:
      return symbol_tokens_call(symbols(kTokensMost));
    case Use::Quotes:
      return quotes_call(symbols(kQuotesMost));
    case Use::Status:
      return market_status_call();
    case Use::History:
      return candles_.question(job.first);
    case Use::Orders: {
      std::vector<SymbolOrder> orders;
      for (const Command& command : job.commands) {
        const auto& order = std::get<SubmitOrder>(command);
        orders.push_back({as_sent(order), names_.symbol(order.instrument)});
      }
      const Product product = product_of(orders.front().order.instrument);
      if (orders.size() == 1) return place_call(orders[0].order, orders[0].symbol, product);
      return place_batch_call(orders, product);
    }
    case Use::Amend: {
      const auto& amend = std::get<AmendOrder>(job.commands.front());
      return modify_call(amend, venue_id(amend.order));
    }
    case Use::Cancel:
      return cancel_call(venue_id(order_of(job.commands.front())));
    case Use::Query:
      return orders_by_tag_call(order_of(job.commands.front()));
    case Use::Positions:
      return positions_call();
    case Use::OrderBook:
      return orders_call();
    case Use::TradeBook:
      return trades_call();
    case Use::Holdings:
      return holdings_call();
    case Use::Funds:
      return funds_call();
    case Use::PlaceGtt:
      return place_gtt_call(backup_.record(job.first).terms);
    case Use::CancelGtt:
      return cancel_gtt_call(backup_.record(job.first).id);
    case Use::GttBook:
      return gtt_orders_call();
    case Use::GttOrders:
      return orders_call();
    case Use::CancelStray:
      return cancel_call(job.venue_id);
  }
  ENSURE(false);
}

void FyersCore::Inside::take_requests(std::vector<HttpRequest>& out) {
  for (HttpRequest& request : ready_) {
    auto found = std::ranges::find(calls_, request.label, &CallCount::label);
    if (found == calls_.end()) found = calls_.insert(calls_.end(), CallCount{request.label});
    ++found->calls;
    out.push_back(std::move(request));
  }
  ready_.clear();
}

}  // namespace tranchet::fyers
