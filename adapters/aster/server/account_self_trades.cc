// Self-trade prevention (stpMode): an order that is placed, or amended, would trade with one of the
// same account that rests in front of everybody else's, in between the best bid and ask.
#include <algorithm>

#include "adapters/aster/server/account_desk.h"
#include "adapters/aster/server/account_messages.h"

namespace tranchet::aster_venue {

// The account's own resting orders on the way of this one, the first to be met first: better than
// the best that others show, and within its limit. At the same price others come first.
std::vector<std::int64_t> AccountDesk::own_orders_met(const SubmitOrder& request) const {
  const bool buys = request.side == Side::Buy;
  const MarketBoard& market = board(request.instrument);
  const Maybe<Price> best = buys ? market.ask() : market.bid();
  const auto is_met = [&](const SubmitOrder& other) {
    if (other.instrument != request.instrument || other.side == request.side) return false;
    if (other.order_type != OrderType::Limit) return false;
    const Price price = *other.limit_price;
    if (best && (buys ? price >= *best : price <= *best)) return false;
    return request.order_type == OrderType::Market ||
           (buys ? price <= *request.limit_price : price >= *request.limit_price);
  };
  std::vector<std::int64_t> met;
  for (const auto& [id, other] : venue_->open_orders()) {
    if (is_met(other.request)) met.push_back(static_cast<std::int64_t>(id));
  }
  std::ranges::stable_sort(met, [&](std::int64_t a, std::int64_t b) {
    const Price first = *orders_.at(a).request.limit_price;
    const Price second = *orders_.at(b).request.limit_price;
    return buys ? first < second : first > second;
  });
  return met;
}

// One that is post-only takes nothing, and expires as it would anywhere.
AccountDesk::SelfTrade AccountDesk::self_trade_of(const SubmitOrder& request,
                                                  std::optional<StpMode> stp) const {
  if (is_conditional(request.order_type)) return {};
  std::vector<std::int64_t> met = own_orders_met(request);
  if (met.empty()) return {};
  const bool is_post_only =
      request.order_type == OrderType::Limit && request.time_in_force == TimeInForce::GTX;
  const StpMode mode = is_post_only ? StpMode::ExpireTaker : stp.value_or(stp_mode_);
  const Price met_at = *orders_.at(met.front()).request.limit_price;
  if (mode == StpMode::ExpireTaker) met.clear();
  if (mode == StpMode::ExpireBoth) met.resize(1);
  return {.expires = mode != StpMode::ExpireMaker, .makers = std::move(met), .met_at = met_at};
}

// One that expires goes to the venue behind as post-only: judged by every rule, and never filled.
SubmitOrder AccountDesk::as_sent(const SubmitOrder& request, const SelfTrade& self_trade) {
  SubmitOrder sent = request;
  if (!self_trade.expires) return sent;
  sent.order_type = OrderType::Limit;
  sent.time_in_force = TimeInForce::GTX;
  if (!sent.limit_price) sent.limit_price = self_trade.met_at;
  return sent;
}

// Taken off the venue behind, and told as expired.
void AccountDesk::expire(std::int64_t number, Timestamp now) {
  const Command command = CancelOrder{.order = static_cast<OrderId>(number)};
  venue_->submit({&command, 1}, now);
  std::vector<Occurrence> answers;
  venue_->advance(now, answers);
  for (const Occurrence& answer : answers) {
    const auto* canceled = std::get_if<OrderCanceled>(&answer.body);
    const bool is_it =
        canceled != nullptr && static_cast<std::int64_t>(canceled->order) == number;
    apply(is_it ? EventBody(OrderExpired{canceled->order}) : answer.body, now);
  }
}

}  // namespace tranchet::aster_venue
