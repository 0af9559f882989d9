// A world that has healed: no excuse holds but the permanent ones.
#include <algorithm>

#include "backtest/wargame/invariants/watch.h"

namespace tranchet {

void Invariants::Watch::on_rest(const State& state, const SimulatedVenue& venue) {
  if (violation_) return;
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      const Quantity held = venue.position(position.key).quantity;
      const Quantity ours = open_quantity(position) + position.ignored;
      expect(3, ours == held, "at rest: the venue holds ", held, " of ", position.key,
             ", our books ", open_quantity(position), " and ignored ", position.ignored);
      for (const Tranche& tranche : position.tranches) {
        judge_rest_tranche(state, position, tranche);
      }
    }
  }
  judge_rest_orders(state, venue);
}

void Invariants::Watch::judge_rest_tranche(const State& state, const Position& position,
                                           const Tranche& tranche) {
  expect(12, !tranche.ended && !tranche.closing, "at rest: ", tranche.id,
         tranche.ended ? " is closed and still there" : " is closing");
  SeenTranche* seen = chronicle_.find(tranche.id);
  if (seen == nullptr || !seen->is_open() || tranche.dust) return;
  const Cover cover = cover_of(*seen, tranche.target.price);
  const InstrumentListed& rules = state.instrument(position.key.instrument).rules;
  const bool cap_is_full =
      rules.max_conditional_orders != 0 &&
      chronicle_.conditional_orders(position.key.instrument) >= rules.max_conditional_orders;
  const Quantity stops = tranche.stop.price ? tranche.quantity : Quantity();
  expect(17, cover.standing == stops || (cap_is_full && cover.standing < stops),
         "at rest: ", tranche.id, " holds ", tranche.quantity, " and stops stand for ",
         cover.standing);
  const Quantity targets = tranche.target.price ? tranche.quantity : Quantity();
  expect(21, cover.targets == targets && !cover.target_off_wish, "at rest: ", tranche.id, " holds ",
         tranche.quantity, " and take-profits rest for ", cover.targets);
}

// Every order of ours that the venue holds lives in the books, and the other way round.
void Invariants::Watch::judge_rest_orders(const State& state, const SimulatedVenue& venue) {
  for (const auto& [id, order] : venue.open_orders()) {
    const auto found = state.orders.find(id);
    const bool lives = found != state.orders.end() && !found->second.is_finished();
    expect(31, lives, "at rest: the venue holds order ", id, ", and the books do not");
    if (!lives) continue;
    expect(31,
           found->second.filled == order.filled && found->second.quantity == order.request.quantity,
           "at rest: order ", id, " filled ", order.filled, " of ", order.request.quantity,
           " at the venue, ", found->second.filled, " of ", found->second.quantity,
           " in the books");
  }
  for (const auto& [id, order] : state.orders) {
    if (order.is_finished()) continue;
    expect(25, !order.is_unanswered(), "at rest: order ", id, " waits for an answer");
    expect(31, venue.open_orders().contains(id), "at rest: the books hold order ", id,
           ", and the venue does not");
  }
}

}  // namespace tranchet
