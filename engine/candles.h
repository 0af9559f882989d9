// Average true range, by Wilder: how far an instrument moves in one candle.
//
//   true range = max(high, close before) - min(low, close before); of the first candle high - low
//   after `period` candles   ATR = their mean
//   then, for each           ATR = (ATR x (period - 1) + true range) / period
//
// Kept in counts of 1e-16 and rounded there, half away from zero, at each step: what that adds up
// to stays below period / 2 counts, far below the 1e-8 of a price.
#pragma once

#include <cstdint>
#include <optional>

#include "events/event.h"

namespace tranchet {

struct InstrumentState;
struct State;

// What an instrument's candles have come to. Candles of one length and one period: when the
// settings ask for others, it begins anew with the next candle.
struct CandleMemory {
  std::uint32_t seconds = 0;  // Length of the candles; 0: none was seen.
  std::uint32_t period = 0;   // What the mean is taken over.
  std::uint32_t count = 0;    // Candles seen, up to `period`.
  Timestamp opened;           // Of the newest: an older one, or the same again, does not count.
  Price close;                // Of the newest.
  Value range = 0;            // The sum of true ranges until count = period, from then on the ATR.
};

// Takes the candle in, if it is of the length that the settings name and newer than the others.
void take_candle(State& state, const CandleClosed& candle);

// The ATR in counts of 1e-16; nullopt: too few candles yet, or they did not move at all.
std::optional<Value> average_true_range(const State& state, InstrumentId instrument);

// ATR x multiplier (millionths), rounded half away from zero to 1e-8; at least one count.
Price distance_of(Value range, std::int64_t multiplier);

}  // namespace tranchet
