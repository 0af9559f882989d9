// Trades -> candles, for a run whose targets are measured by them.
#pragma once

#include <optional>

#include "events/event.h"

namespace tranchet {

// Candles of one instrument, of one length, on a grid through `origin`: the start of the session,
// so that the hour from 09:15 is one candle. A stretch without a trade has none.
class CandleMaker {
 public:
  CandleMaker(InstrumentId instrument, Duration length, Timestamp origin)
      : instrument_(instrument), length_(length), origin_(origin) {}

  // Times never run back. The candle of an earlier stretch must have been taken.
  void add(Price price, Maybe<Quantity> quantity, Timestamp time);

  // The end of the candle at hand, whose trades are all before it; nullopt: there is none.
  std::optional<Timestamp> end() const;
  // That candle. There is one.
  CandleClosed take();

 private:
  InstrumentId instrument_;
  Duration length_;
  Timestamp origin_;
  std::optional<CandleClosed> candle_;
};

}  // namespace tranchet
