// What the hours of an exchange do to orders and positions.
#include <vector>

#include "backtest/venue/simulated_venue.h"

namespace tranchet {

// From the first price on: nobody knows a venue before that.
void SimulatedVenue::begin_hours() {
  if (!parameters_.hours || begun_) return;
  begun_ = true;
  is_open_ = parameters_.hours->is_open(now_);
  if (!is_open_) tell_session(SessionPhase::Closed);
  next_bell_ = parameters_.hours->next(now_);
}

// Said before what it does to orders, so that nobody sends those again.
void SimulatedVenue::tell_session(SessionPhase phase) {
  for (const VenueMarket& market : markets_) {
    if (market.listed) {
      answer(SessionChanged{.instrument = market.rules.instrument, .phase = phase});
    }
  }
}

void SimulatedVenue::ring_bell() {
  const TradingHours::Ring ring = *next_bell_;
  now_ = ring.at;
  next_bell_ = parameters_.hours->next(ring.at);
  switch (ring.bell) {
    case TradingHours::Bell::Opens:
      is_open_ = true;
      tell_session(SessionPhase::Open);
      break;
    case TradingHours::Bell::SquaresOff:
      for (const VenueMarket& market : markets_) {
        if (market.listed && market.terms.intraday) square_off(market.rules.instrument);
      }
      break;
    case TradingHours::Bell::Closes:
      is_open_ = false;
      tell_session(SessionPhase::Closed);
      expire_all();
      break;
  }
}

// Every order is for the day.
void SimulatedVenue::expire_all() {
  std::vector<VenueOrder*> open;
  orders_.for_each_open([&](VenueOrder& order) { open.push_back(&order); });
  for (VenueOrder* order : open) expire(*order);
}

// The venue's own exit of what is traded intraday: its orders go, its positions are closed at the
// mark, by nobody's order.
void SimulatedVenue::square_off(InstrumentId instrument) {
  cancel_all(instrument);
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    const PositionKey key{instrument, side};
    const Quantity held = account_.position(key).quantity;
    if (held.is_positive()) close_by_force(key, held, FillOrigin::Foreign);
  }
}

}  // namespace tranchet
