// The candles that targets by average true range are measured with, asked of the venue: once at the
// start for as many as the mean needs, then for each shortly after its end.
//
// They are not counted from the stream of prices: that shows what was conflated at the venue, and
// nothing of the time in which it was down. The venue's history has every trade, and is what
// charts show.
//
// One question at a time and one a second at most, so that entries keep half of the minute's
// budget: of a hundred symbols the last candle comes 100 s after its end. Times are of the wall.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "backtest/venue/trading_hours.h"
#include "events/event.h"

namespace tranchet::fyers {

// Whether the venue has candles so long: 1, 2, 3, 5, 10, 15, 20, 30, 60, 120 or 240 minutes.
bool has_candles_of(Duration length);

struct WantedCandles {
  std::string symbol;
  InstrumentId instrument{};
  Duration length;                 // One of those.
  std::int64_t period = 0;         // How many the mean is taken over. > 0.
  std::optional<Timestamp> known;  // When the newest that the log has was opened.
};

struct CandleTerms {
  std::vector<WantedCandles> wanted;
  // When a session begins and ends, by UTC from midnight there; the first may lie before it. The
  // candles of a day lie on a grid from its beginning.
  Duration session_start;
  Duration session_end;
  std::optional<TradingHours> hours;  // No candle is asked for that lies outside of them.
};

class CandleWatch {
 public:
  explicit CandleWatch(const CandleTerms& terms);

  // Whose candles are to be asked for now: until take() or failed() no other are.
  std::optional<std::size_t> ask(Timestamp now);
  Call question(std::size_t index) const;  // Of ask().
  // An answer: candles that are complete, and newer than those before.
  void take(std::size_t index, std::span<const CandleRow> rows, std::vector<CandleClosed>& out);
  void failed(std::size_t index, Timestamp now);
  // When ask() may have one; nullopt: not before the answer, or never.
  std::optional<Timestamp> next_due() const;

 private:
  struct Watched {
    WantedCandles wanted;
    Timestamp due;  // The first is due at once.
    bool asked_twice = false;
  };
  Timestamp last_end(const Watched& watched, Timestamp time) const;
  Timestamp next_end(const Watched& watched, Timestamp time) const;
  Duration reach_of(const WantedCandles& wanted) const;

  CandleTerms terms_;
  std::vector<Watched> watched_;
  bool is_asking_ = false;
  Timestamp asked_;      // When the question was made.
  Timestamp not_before_;
  int failures_ = 0;  // In a row.
};

}  // namespace tranchet::fyers
