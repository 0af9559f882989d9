// One engine against one simulated venue on one price path, with its account. A bar backtest runs
// two lanes, which differ in the order of the extremes only.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>

#include "backtest/market_data/market_data.h"
#include "backtest/report/account.h"
#include "backtest/venue/simulated_venue.h"
#include "replay/loop.h"
#include "replay/opening.h"

namespace tranchet {

// Which extreme of a bar comes first: the one against the position, or the one for it.
enum class BarPath : std::uint8_t { Pessimistic = 1, Optimistic = 2 };

struct LaneOptions {
  Opening opening;
  SimulationParameters simulation;
  std::map<InstrumentId, VenueTerms> terms;  // Where the venue gave its own.
  BarPath path = BarPath::Pessimistic;
  bool bars_are_marks = false;  // Bars of the mark price, not of trades.
  bool skip = true;             // Pass over prices from which nothing follows.
  Journal journal;
  std::vector<Rows*> rows;
};

class Lane final : private Observer {
 public:
  Lane(const LaneOptions& options, Names& names);

  // RunStarted and the instruments, at `time`.
  std::expected<void, LogError> open(const Opening& opening, Timestamp time, Names& names);

  // A bar as four prices: open, the two extremes a third and two thirds of the way, close.
  std::expected<void, LogError> take(InstrumentId instrument, const Bar& bar);
  std::expected<void, LogError> take(const Occurrence& occurrence);

  // Takes the answers that are due by `time`, and ends the account.
  std::expected<AccountResult, LogError> finish(Timestamp time);

  const Engine& engine() const { return engine_; }
  std::uint64_t ticks() const { return ticks_; }
  std::uint64_t ambiguous_bars() const { return ambiguous_bars_; }

 private:
  void on_event(const Event& event, const Output& output) override;
  PricePath path_of(InstrumentId instrument, const Bar& bar) const;
  bool pass(InstrumentId instrument, const PricePath& path);
  template <class PriceEvent>
  std::expected<void, LogError> take_price(const PriceEvent& event, Timestamp time);
  void note(const TradePrinted& trade, Timestamp time);
  void note(const MarkPrice& mark, Timestamp time);
  void watch_naked(std::span<const TrancheId> looked_at, Timestamp time);
  bool is_ambiguous(InstrumentId instrument, const Bar& bar);
  bool falls_first(InstrumentId instrument) const;
  const PriceBand& venue_band(InstrumentId instrument);

  Engine engine_;
  SimulatedVenue venue_;
  Account account_;
  Loop loop_;
  BarPath path_;
  bool bars_are_marks_;
  bool trades_are_marks_;
  bool skip_;
  std::uint64_t ticks_ = 0;
  std::uint64_t ambiguous_bars_ = 0;
  bool entered_ = false;  // During the bar at hand.
  // The venue's quiet band of one instrument, and the venue change it was taken at.
  PriceBand band_;
  InstrumentId band_of_{};
  std::uint64_t band_change_ = ~std::uint64_t{0};
};

}  // namespace tranchet
