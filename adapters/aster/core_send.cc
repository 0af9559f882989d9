#include <algorithm>

#include "adapters/aster/core_parts.h"
#include "adapters/aster/written_request.h"
#include "events/order_of.h"

namespace tranchet::aster {
namespace {

bool share_an_order(std::span<const Command> some, std::span<const Command> others) {
  return std::ranges::any_of(some, [&](const Command& command) {
    const OrderId order = order_of(command);
    return std::ranges::any_of(others,
                               [order](const Command& other) { return order_of(other) == order; });
  });
}

}  // namespace

void AsterCore::Inside::ask_again(Job job, Duration after) {
  ++job.tries;
  job.not_before = now_.steady + after;
  waiting_.push_back(std::move(job));
}

bool AsterCore::Inside::is_asked(Use use) const {
  const auto is_it = [use](const Job& job) { return job.use == use; };
  return std::ranges::any_of(waiting_, is_it) ||
         std::ranges::any_of(outstanding_,
                             [&](const auto& item) { return is_it(item.second.job); });
}

// Entries, and what is for people's comfort, leave room for what protects.
Rank AsterCore::Inside::rank_of(const Job& job) {
  if (job.use == Use::ExchangeInfo || job.use == Use::Leverage || job.use == Use::Funding) {
    return Rank::Spare;
  }
  if (job.use != Use::Orders) return Rank::Protection;
  const bool has_entry = std::ranges::any_of(job.commands, [](const Command& command) {
    return std::get<SubmitOrder>(command).purpose == Purpose::Entry;
  });
  return has_entry ? Rank::Spare : Rank::Protection;
}

// What may not leave yet does not hold up the rest, but what is of the same order: a question about
// an order that has not been sent would find nothing, and two requests on two connections may
// overtake one another.
bool AsterCore::Inside::may_leave(std::size_t index) const {
  const Job& job = waiting_[index];
  if (job.not_before > now_.steady) return false;
  const bool needs_clock =
      job.use != Use::ServerTime && job.use != Use::ExchangeInfo && job.use != Use::MarkPrices;
  if (needs_clock && !clock_.offset()) return false;
  if (job.commands.empty()) return true;
  for (std::size_t earlier = 0; earlier < index; ++earlier) {
    if (share_an_order(job.commands, waiting_[earlier].commands)) return false;
  }
  return std::ranges::none_of(outstanding_, [&job](const auto& item) {
    return share_an_order(job.commands, item.second.job.commands);
  });
}

// Takes up to four of the orders that follow directly and may leave as well. Protection does not
// wait for an entry's share of the budget, so the two do not mix.
void AsterCore::Inside::gather_batch(std::size_t index) {
  const Rank rank = rank_of(waiting_[index]);
  std::vector<Command> commands = std::move(waiting_[index].commands);
  while (commands.size() < kBatchMost && index + 1 < waiting_.size()) {
    const Job& next = waiting_[index + 1];
    if (next.use != Use::Orders || next.alone || rank_of(next) != rank || !may_leave(index + 1)) {
      break;
    }
    commands.push_back(next.commands.front());
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index + 1));
  }
  waiting_[index].commands = std::move(commands);
}

void AsterCore::Inside::flush() {
  for (std::size_t index = 0; index < waiting_.size();) {
    if (!may_leave(index)) {
      ++index;
      continue;
    }
    const bool may_join = waiting_[index].use == Use::Orders && !waiting_[index].alone;
    if (may_join) gather_batch(index);
    if (!send(waiting_[index])) {
      ++index;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

// False: it has to wait.
bool AsterCore::Inside::send(Job& job) {
  const Call call = call_for(job);
  const Rank rank = rank_of(job);
  if (!budget_.fits(call.cost, rank, now_.steady)) {
    if (job.use == Use::Orders && rank == Rank::Spare) {
      for (const Command& command : job.commands) refused(command, RejectReason::RateLimited);
      return true;
    }
    job.not_before = std::max(now_.steady + kAskAgain, budget_.blocked_until());
    return false;
  }
  budget_.spend(call.cost, now_.steady);
  HttpRequest request = signed_request(call);
  for (const Command& command : job.commands) {
    if (job.use == Use::Orders) memory_.note_sent(order_of(command), now_.steady);
  }
  outstanding_.emplace(
      request.id, Outstanding{.job = std::move(job), .sent = now_.steady, .label = request.label});
  ready_.push_back(std::move(request));
  return true;
}

std::string_view AsterCore::Inside::symbol_of(const Job& job) const {
  if (job.commands.empty()) return job.symbol;
  return std::visit(
      [this](const auto& command) {
        if constexpr (requires { command.instrument; }) {
          return names_.symbol(command.instrument);
        } else {
          return std::string_view();
        }
      },
      job.commands.front());
}

Call AsterCore::Inside::call_for(const Job& job) const {
  const std::string_view symbol = symbol_of(job);
  switch (job.use) {
    case Use::ServerTime:
      return server_time_call();
    case Use::ExchangeInfo:
      return exchange_info_call();
    case Use::PositionMode:
      return position_mode_call();
    case Use::SetPositionMode:
      return set_position_mode_call(options_.position_mode);
    case Use::Leverage:
      return leverage_call(symbol, static_cast<std::uint16_t>(job.number));
    case Use::ListenKey:
      return new_listen_key_call();
    case Use::KeepKey:
      return keep_listen_key_call();
    case Use::MarkPrices:
      return mark_prices_call();
    case Use::Orders: {
      std::vector<SymbolOrder> orders;
      for (const Command& command : job.commands) {
        const auto& order = std::get<SubmitOrder>(command);
        orders.push_back({order, names_.symbol(order.instrument)});
      }
      if (orders.size() == 1) return submit_call(orders[0].order, symbol, options_.position_mode);
      return batch_call(orders, options_.position_mode);
    }
    case Use::Amend:
      return amend_call(std::get<AmendOrder>(job.commands.front()), symbol);
    case Use::Cancel:
      return cancel_call(std::get<CancelOrder>(job.commands.front()), symbol);
    case Use::Query:
      return query_call(std::get<QueryOrder>(job.commands.front()).order, symbol);
    case Use::QueryNumber:
      return query_by_number_call(job.number, symbol);
    case Use::Positions:
      return positions_call(signer_.root());
    case Use::OpenOrders:
      return open_orders_call();
    case Use::Balance:
      return balance_call(signer_.root());
    case Use::Trades:
      return trades_call(symbol, job.number, job.from_id);
    case Use::Funding:
      return funding_call(job.number);
  }
  ENSURE(false);
}

HttpRequest AsterCore::Inside::signed_request(const Call& call) {
  HttpRequest request =
      written_request(call, signer_, [this] { return clock_.nonce(now_.steady); });
  request.id = ++last_id_;
  return request;
}

void AsterCore::Inside::take_requests(std::vector<HttpRequest>& out) {
  for (HttpRequest& request : ready_) {
    auto found = std::ranges::find(calls_, request.label, &CallCount::label);
    if (found == calls_.end()) found = calls_.insert(calls_.end(), CallCount{request.label});
    ++found->calls;
    out.push_back(std::move(request));
  }
  ready_.clear();
}

}  // namespace tranchet::aster
