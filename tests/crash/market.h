// A made-up market for the real log: two instruments, a seeded walk of prices, and people who enter
// often, so that stops and targets are placed, amended, filled and cancelled all the time.
#pragma once

#include <cstdint>
#include <vector>

#include "backtest/venue/parameters.h"
#include "backtest/wargame/random.h"
#include "events/event.h"
#include "events/names.h"
#include "replay/opening.h"

namespace tranchet::crash {

class Market {
 public:
  explicit Market(std::uint64_t seed);

  // How a run on this market begins.
  static Opening opening(Names& names);
  static SimulationParameters venue();
  static Timestamp start();

  // What happens at the next moment: prices of one instrument, and sometimes a signal.
  struct Moment {
    Timestamp time;
    std::vector<EventBody> prices;
    std::vector<EventBody> acts;  // Of people.
  };
  Moment next();
  // The same without people.
  Moment next_quiet();

 private:
  Random random_;
  Timestamp time_;
  std::uint64_t moments_ = 0;
  std::vector<std::int64_t> ticks_;  // The price of each instrument.
};

}  // namespace tranchet::crash
