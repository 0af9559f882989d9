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

// Keeps of the band the marks where the line is not below zero. Long 1 at 100, 9 of balance, 0.4 %:
// the last good mark is 91 / 0.996 = 91.36546185 rounded up, so the band starts one count below.
// Where the end of the band is good itself, so is the rest, and there is nothing to divide.
void keep_good_marks(const Cushion& cushion, PriceBand& band) {
  if (cushion.slope > 0) {
    if (cushion.holds_at(band.low)) return;
    const Int128 lowest = divide_ceil(-cushion.intercept, cushion.slope);
    band.low = std::max(band.low, clamped(lowest - 1));
  } else if (cushion.slope < 0) {
    if (band.high < Price::max() && cushion.holds_at(band.high)) return;
    const Int128 highest = divide_floor(cushion.intercept, -cushion.slope);
    band.high = std::min(band.high, clamped(highest + 1));
  } else if (cushion.intercept < 0) {
    band = PriceBand();
  }
}

}  // namespace

// Where no conditional order triggers and no resting limit fills. A market order at work takes from
// the next print: nothing is quiet then.
PriceBand SimulatedVenue::order_band(InstrumentId instrument) const {
  PriceBand band{Price(), Price::max()};
  for (const Wait& wait : orders_.waits()) {
    if (wait.instrument != instrument) continue;
    band.low = std::max(band.low, wait.quiet.low);
    band.high = std::min(band.high, wait.quiet.high);
  }
  return band;
}

// Keeps of the band where this instrument cannot bring about a liquidation while the others stay in
// bands of their own: each gets an equal share of the balance and keeps its loss and maintenance
// margin within it. False: an instrument is already beyond its share, so only the whole account can
// tell.
bool SimulatedVenue::keep_solvent(InstrumentId instrument, PriceBand& band) const {
  const auto& positions = account_.positions();
  if (!parameters_.liquidation || positions.empty()) return true;
  std::int64_t held = 0;
  InstrumentId previous = InstrumentId::None;
  for (const auto& [key, position] : positions) {
    if (key.instrument != previous) ++held;
    previous = key.instrument;
  }
  const Int128 balance = static_cast<Int128>(account_.balance().raw()) * kDecimalOne;
  const Int128 part = held == 1 ? balance : divide_floor(balance, held);
  const Cushion share{.slope = 0, .intercept = part * kPpmOne};
  for (auto entry = positions.begin(); entry != positions.end();) {
    const InstrumentId owner = entry->first.instrument;
    const VenueMarket& market = *find_market(owner);
    Cushion cushion = share;
    for (; entry != positions.end() && entry->first.instrument == owner; ++entry) {
      cushion.add(entry->first.side, entry->second, market.terms.maintenance_margin);
    }
    const Maybe<Price> mark = market.mark_price();
    if (!mark || !cushion.holds_at(*mark)) return false;
    if (owner == instrument) keep_good_marks(cushion, band);
  }
  return true;
}

PriceBand SimulatedVenue::quiet_band(InstrumentId instrument) const {
  const VenueMarket* market = find_market(instrument);
  ENSURE(market != nullptr);
  if (parameters_.take_share > 0) return {};  // Every print says how much may be taken from it.
  PriceBand band = order_band(instrument);
  if (!keep_solvent(instrument, band)) return {};
  // A stop held back by price protection has been passed already: any price may set it off.
  if (market->last_trade && !band.contains(*market->last_trade)) return {};
  if (market->mark && !band.contains(*market->mark)) return {};
  return band;
}

}  // namespace tranchet
