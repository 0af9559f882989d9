// The way of a price as a few hundred candles, however long the run: the interval grows with it.
#pragma once

#include <cstddef>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet {

struct Candle {
  Timestamp start;
  Price open;
  Price high;
  Price low;
  Price close;
};

class Candles {
 public:
  static constexpr std::size_t kMost = 720;

  // Times never run back.
  void add(Price price, Timestamp time);

  Duration interval() const;
  const std::vector<Candle>& candles() const { return candles_; }

 private:
  Timestamp start_of(Timestamp time) const;
  void widen();

  std::size_t step_ = 0;  // Of the table of intervals.
  Timestamp end_;         // Of the newest candle, exclusive.
  std::vector<Candle> candles_;
};

}  // namespace tranchet
