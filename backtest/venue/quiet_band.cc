// Between which prices nothing can happen.
#include <algorithm>
#include <limits>

#include "backtest/venue/matching.h"
#include "backtest/venue/simulated_venue.h"

namespace tranchet {
namespace {

Price clamped(Int128 raw) {
  constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();
  return Price::from_raw(static_cast<std::int64_t>(std::clamp<Int128>(raw, 0, kMax)));
}

// Equity of one instrument above its maintenance margin as a line over the mark, in millionths of
// 1e-16: slope x mark + intercept, with the mark in counts of 1e-8.
struct Cushion {
  Int128 slope = 0;
  Int128 intercept = 0;

  void add(PositionSide side, const VenuePosition& position, Ppm maintenance) {
    const Int128 sign = side == PositionSide::Long ? 1 : -1;
    slope += position.quantity.raw() * (sign * kPpmOne - maintenance);
    intercept -= sign * position.cost * kPpmOne;
  }
  bool holds_at(Price mark) const { return slope * mark.raw() + intercept >= 0; }
};

// The marks where the line is not below zero. Long 1 at 100, 9 of balance, 0.4 %: the last good
// mark is 91 / 0.996 = 91.36546185 rounded up, so the band starts one count below.
PriceBand good_marks(const Cushion& cushion) {
  if (cushion.slope > 0) {
    const Int128 lowest = divide_ceil(-cushion.intercept, cushion.slope);
    return {clamped(lowest - 1), Price::max()};
  }
  if (cushion.slope < 0) {
    const Int128 highest = divide_floor(cushion.intercept, -cushion.slope);
    return {Price(), clamped(highest + 1)};
  }
  return cushion.intercept >= 0 ? PriceBand{Price(), Price::max()} : PriceBand();
}

}  // namespace

// Where no conditional order triggers and no resting limit fills.
PriceBand SimulatedVenue::order_band(InstrumentId instrument) const {
  // Under Through the limit itself is quiet, so the excluded end is one count beyond it.
  const Price beyond = Price::from_raw(parameters_.queue == QueueAssumption::Through ? 1 : 0);
  PriceBand band{Price(), Price::max()};
  bool at_work = false;
  orders_.for_each_open([&](const VenueOrder& order) {
    const SubmitOrder& request = order.request;
    if (request.instrument != instrument) return;
    if (order.is_conditional()) {
      const bool above = waits_for_rise(request.order_type, request.side);
      if (above) band.high = std::min(band.high, *request.stop_price);
      if (!above) band.low = std::max(band.low, *request.stop_price);
    } else if (order.is_resting_limit()) {
      const bool buy = request.side == Side::Buy;
      if (buy) band.low = std::max(band.low, *request.limit_price - beyond);
      if (!buy) band.high = std::min(band.high, *request.limit_price + beyond);
    } else {
      at_work = true;
    }
  });
  // A market order at work takes from the next print.
  return at_work ? PriceBand() : band;
}

// Where this instrument cannot bring about a liquidation while the others stay in bands of their
// own: each gets an equal share of the balance and keeps its loss and maintenance margin within it.
// Nullopt: an instrument is already beyond its share, so only the whole account can tell.
std::optional<PriceBand> SimulatedVenue::solvent_band(InstrumentId instrument) const {
  std::int64_t held = 0;
  InstrumentId previous = InstrumentId::None;
  for (const auto& [key, position] : account_.positions()) {
    if (key.instrument != previous) ++held;
    previous = key.instrument;
  }
  const PriceBand all{Price(), Price::max()};
  if (!parameters_.liquidation || held == 0) return all;
  const Int128 balance = static_cast<Int128>(account_.balance().raw()) * kDecimalOne;
  const Cushion share{.slope = 0, .intercept = divide_floor(balance, held) * kPpmOne};
  std::optional<PriceBand> band;
  const auto& positions = account_.positions();
  for (auto entry = positions.begin(); entry != positions.end();) {
    const InstrumentId owner = entry->first.instrument;
    const VenueMarket& market = *find_market(owner);
    Cushion cushion = share;
    for (; entry != positions.end() && entry->first.instrument == owner; ++entry) {
      cushion.add(entry->first.side, entry->second, market.terms.maintenance_margin);
    }
    const Maybe<Price> mark = market.mark_price();
    if (!mark || !cushion.holds_at(*mark)) return std::nullopt;
    if (owner == instrument) band = good_marks(cushion);
  }
  return band ? *band : all;
}

PriceBand SimulatedVenue::quiet_band(InstrumentId instrument) const {
  const VenueMarket* market = find_market(instrument);
  ENSURE(market != nullptr);
  if (parameters_.take_share > 0) return {};  // Every print says how much may be taken from it.
  const std::optional<PriceBand> solvent = solvent_band(instrument);
  if (!solvent) return {};
  PriceBand band = order_band(instrument);
  band.low = std::max(band.low, solvent->low);
  band.high = std::min(band.high, solvent->high);
  // A stop held back by price protection has been passed already: any price may set it off.
  if (market->last_trade && !band.contains(*market->last_trade)) return {};
  if (market->mark && !band.contains(*market->mark)) return {};
  return band;
}

}  // namespace tranchet
