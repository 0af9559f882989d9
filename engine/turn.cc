#include "engine/turn.h"

#include <algorithm>

#include "events/digest.h"

namespace tranchet {
namespace {

std::uint8_t leg_rank(Purpose purpose) {
  switch (purpose) {
    case Purpose::StopLoss:
      return 0;
    case Purpose::TakeProfit:
      return 1;
    case Purpose::Close:
      return 2;
    case Purpose::Entry:
      break;
  }
  return 3;
}
constexpr std::uint8_t kCancelRank = 3;

}  // namespace

void Turn::note_another(PositionKeys& keys, PositionKey key) {
  if (!keys.contains(key)) keys.insert(std::lower_bound(keys.begin(), keys.end(), key), key);
}

Command& Turn::insert(std::uint64_t rank) {
  const auto at = std::upper_bound(ranks_.begin(), ranks_.end(), rank);
  const auto index = static_cast<std::ptrdiff_t>(first_) + (at - ranks_.begin());
  ranks_.insert(at, rank);
  return *output_.commands.insert(output_.commands.begin() + index, RequestSnapshot{});
}

Order& Turn::submit(const NewOrder& wanted) {
  const OrderId id = make_order_id({.account = state.account,
                                    .sequence = state.last,
                                    .index = orders_++,
                                    .attempt = std::min<std::uint8_t>(wanted.attempt, 15)});
  const Settings& settings = state.settings;
  const InstrumentId instrument = wanted.key.instrument;
  Order& order = state.orders.emplace(id);
  order.id = id;
  order.key = wanted.key;
  order.tranche_id = wanted.tranche_id;
  order.born_for = wanted.tranche_id;
  order.tranche = wanted.tranche;
  order.purpose = wanted.purpose;
  order.type = wanted.type;
  order.side = wanted.side;
  order.working_type = settings.choice<WorkingType>(Setting::StopWorkingType, instrument);
  order.quantity = wanted.quantity;
  order.limit_price = wanted.limit_price;
  order.stop_price = wanted.stop_price;
  const bool one_way =
      settings.choice<PositionMode>(Setting::PositionModeChoice) == PositionMode::OneWay;
  const bool is_entry = order.purpose == Purpose::Entry;
  SubmitOrder& command = place<SubmitOrder>(
      is_entry ? rank_of(Section::Entry, order.key, 0, 0)
               : rank_of(Section::Tranche, order.key, order.tranche, leg_rank(order.purpose)));
  command.order = id;
  command.quantity = order.quantity;
  command.limit_price = order.limit_price;
  command.stop_price = order.stop_price;
  command.tranche_id = order.tranche_id;
  command.tranche = order.tranche;
  command.instrument = instrument;
  command.side = order.side;
  command.position_side = order.key.side;
  command.order_type = order.type;
  command.working_type = order.working_type;
  command.time_in_force = TimeInForce::GTC;
  command.reduce_only = one_way && order.purpose != Purpose::Entry;
  command.purpose = order.purpose;
  touch(order.key, order.tranche_id);
  return order;
}

void Turn::amend(Order& order, Quantity quantity, Price limit_price) {
  ENSURE(!order.is_finished() && !order.is_unanswered());
  order.awaiting_amend = true;
  order.amend_quantity = quantity;
  order.amend_price = limit_price;
  add(Section::Tranche, order.key,
      AmendOrder{.order = order.id,
                 .quantity = quantity,
                 .limit_price = limit_price,
                 .tranche = order.tranche,
                 .instrument = order.key.instrument,
                 .purpose = order.purpose,
                 .position_side = order.key.side},
      order.tranche, leg_rank(order.purpose));
}

void Turn::cancel(Order& order) {
  ENSURE(!order.is_finished() && !order.is_unanswered());
  order.awaiting_cancel = true;
  add(Section::Tranche, order.key,
      CancelOrder{.order = order.id,
                  .tranche = order.tranche,
                  .instrument = order.key.instrument,
                  .purpose = order.purpose,
                  .position_side = order.key.side},
      order.tranche, kCancelRank);
}

void Turn::cancel_orphan(const CancelOrder& order) {
  add(Section::Tranche, {order.instrument, order.position_side}, order, order.tranche, kCancelRank);
}

void Turn::query(Order& order) {
  if (order.awaiting_query) return;
  order.awaiting_query = true;
  add(Section::Query, order.key,
      QueryOrder{.order = order.id,
                 .tranche = order.tranche,
                 .instrument = order.key.instrument,
                 .purpose = order.purpose,
                 .position_side = order.key.side});
}

void Turn::set_timer(PositionKey key, TimerId timer, Timestamp at) {
  state.timers[timer] = at;
  add(Section::Timer, key, SetTimer{.timer = timer, .at = at});
}

void Turn::cancel_timer(PositionKey key, TimerId timer) {
  const auto found = state.timers.find(timer);
  if (found == state.timers.end()) return;
  add(Section::Timer, key, CancelTimer{.timer = timer, .at = found->second});
  state.timers.erase(found);
}

void Turn::refuse_entry(const EntryRefused& refusal) {
  add(Section::Publish, {refusal.instrument, refusal.position_side}, refusal);
}

void Turn::alert(AlertReason reason, PositionKey key, const Tranche* tranche, OrderId order) {
  add(Section::Publish, key,
      Alert{.order = order,
            .tranche_id = tranche != nullptr ? tranche->id : TrancheId::None,
            .tranche = tranche != nullptr ? tranche->ordinal : 0,
            .instrument = key.instrument,
            .position_side = static_cast<std::uint8_t>(key.side),
            .reason = reason});
}

void Turn::alert(AlertReason reason, OrderId order) {
  add(Section::Publish, {}, Alert{.order = order, .reason = reason});
}

void Turn::trade_closed(const TradeClosed& closed_trade) {
  closed.push_back(closed_trade);
  add(Section::Publish, {closed_trade.instrument, closed_trade.position_side}, closed_trade);
}

void Turn::finish() {
  if (snapshot_wanted_) add(Section::Snapshot, {}, RequestSnapshot{});
  if (ranks_.empty()) return;
  Digest digest(state.command_digest);
  digest.add(number(state.last));
  add_to_digest(digest, std::span(output_.commands).subspan(first_), state.schema);
  state.command_digest = digest.value();
}

}  // namespace tranchet
