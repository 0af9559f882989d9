#include "backtest/hindsight/outcome.h"

#include <algorithm>

namespace tranchet {
namespace {

bool trades_are_marks(const State& state) {
  return state.settings.choice<MarkSourceChoice>(Setting::MarkSource) == MarkSourceChoice::Trade;
}

Money unrealized_of(const Tranche& tranche, PositionSide side, Maybe<Price> mark) {
  if (!mark) return {};
  const Value gain = value_of(*mark, tranche.quantity) - tranche.cost;
  return to_money(side == PositionSide::Long ? gain : -gain);
}

}  // namespace

void RunLedger::begin_with(const State& state) {
  std::vector<Booking> open;
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& tranche : position.tranches) {
        if (!tranche.quantity.is_positive()) continue;
        open.emplace_back(TrancheOpened{.tranche_id = tranche.id,
                                        .tranche = tranche.ordinal,
                                        .key = position.key,
                                        .stop_wanted = false});
        open.emplace_back(FillBooked{
            .order = OrderId::None,
            .trade = TradeId::None,
            .tranche_id = tranche.id,
            .price = Price::from_wide(divide_half_away(tranche.cost, tranche.quantity.raw())),
            .quantity = tranche.quantity,
            .fee = {},
            .realized_pnl = {},
            .cost = tranche.cost,
            .tranche = tranche.ordinal,
            .key = position.key,
            .side = entry_side(position.key.side),
            .purpose = Purpose::Entry});
      }
    }
  }
  account_.on_bookings(open, state.last, state.now);
}

void RunLedger::take(const Event& event, const Output& output, const State& after,
                     Sequence source) {
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    account_.on_price(mark->instrument, mark->price, event.time);
  } else if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    if (trades_are_marks(after)) account_.on_price(trade->instrument, trade->price, event.time);
  }
  account_.on_bookings(output.bookings, event.sequence, event.time);
  account_.on_commands(output.commands);
  for (const Command& command : output.commands) {
    const auto* sent = std::get_if<SubmitOrder>(&command);
    if (sent != nullptr && sent->purpose == Purpose::Entry) sent_.emplace(sent->order, source);
  }
}

void RunLedger::add(const TradeRow& row) {
  if (row.fee_correction) return;
  const auto [life, is_new] = lives_.try_emplace(row.tranche_id);
  if (is_new) {
    const auto sent = sent_.find(row.order);
    if (sent != sent_.end()) life->second.source = sent->second;
  }
  Flow& flow = life->second.flows[row.purpose ? static_cast<std::size_t>(*row.purpose) : 0];
  flow.quantity += row.quantity;
  flow.value += value_of(row.price, row.quantity);
}

// A correction is the tranche's all the same, ended or not.
void RunLedger::add(const TrancheRow& row) {
  const auto [kept, is_new] = rows_.try_emplace(row.tranche_id, row);
  if (is_new) return;
  TrancheRow& other = kept->second;
  TrancheRow sum = row.end == TrancheEnd::Correction ? other : row;
  sum.realized_pnl = row.realized_pnl + other.realized_pnl;
  sum.fees = row.fees + other.fees;
  sum.funding = row.funding + other.funding;
  other = sum;
}

Outcome RunLedger::finish(const State& state) {
  account_.finish(state.now);
  Outcome outcome;
  std::map<TrancheKey, std::uint32_t> seen;
  for (const auto& [id, row] : rows_) {
    TrancheOutcome& tranche = outcome.tranches.emplace_back();
    const Life& life = lives_[id];
    tranche.same = {.key = row.key, .source = life.source};
    tranche.same.nth = seen[tranche.same]++;
    tranche.row = row;
    tranche.flows = life.flows;
    if (state.knows(row.key.instrument)) {
      const Tranche* open = find_tranche(state.position(row.key), id);
      const Maybe<Price> mark = state.instrument(row.key.instrument).mark;
      if (open != nullptr) tranche.unrealized = unrealized_of(*open, row.key.side, mark);
    }
    outcome.realized += row.realized_pnl;
    outcome.unrealized += tranche.unrealized;
    outcome.fees += row.fees;
    outcome.funding += row.funding;
  }
  return outcome;
}

}  // namespace tranchet
