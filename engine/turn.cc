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

void Turn::insert(std::uint64_t rank, const Command& command) {
  const auto at = std::upper_bound(ranks_.begin(), ranks_.end(), rank);
  const auto index = static_cast<std::ptrdiff_t>(first_) + (at - ranks_.begin());
  ranks_.insert(at, rank);
  output_.commands.insert(output_.commands.begin() + index, command);
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
  const SubmitOrder command{.order = id,
                            .quantity = order.quantity,
                            .limit_price = order.limit_price,
                            .stop_price = order.stop_price,
                            .tranche_id = order.tranche_id,
                            .tranche = order.tranche,
                            .instrument = instrument,
                            .side = order.side,
                            .position_side = order.key.side,
                            .order_type = order.type,
                            .working_type = order.working_type,
                            .time_in_force = TimeInForce::GTC,
                            .reduce_only = one_way && order.purpose != Purpose::Entry,
                            .purpose = order.purpose};
  if (order.purpose == Purpose::Entry) {
    add(Section::Entry, order.key, command);
  } else {
    add(Section::Tranche, order.key, command, order.tranche, leg_rank(order.purpose));
  }
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

void Turn::position_update(PositionKey key, const PositionUpdate& update) {
  add(Section::Update, key, update);
}

void Turn::position_update(PositionKey key, const TrancheState& row) {
  add(Section::Update, key, row);
}

void Turn::finish() {
  if (snapshot_wanted_) add(Section::Snapshot, {}, RequestSnapshot{});
  if (ranks_.empty()) return;
  Digest digest(state.command_digest);
  digest.add(number(state.last));
  for (const Command& command : std::span(output_.commands).subspan(first_)) {
    add_to_digest(digest, command);
  }
  state.command_digest = digest.value();
}

}  // namespace tranchet
