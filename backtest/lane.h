// One engine against one simulated venue on one price path, with its account. A bar backtest runs
// two lanes, which differ in the order of the extremes only.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>

#include "backtest/candle_maker.h"
#include "backtest/history.h"
#include "backtest/report/account.h"
#include "backtest/signal_index.h"
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
  bool skip = true;             // Jump over prices from which nothing follows.
  // For a strategy that remembers prices: its signals in the blocks that take() is given, of the
  // same drop and window; outlives the lane. None: such a strategy is shown every price.
  const SignalIndex* signals = nullptr;
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
  // The same bar one price after the other, for those who have other things happen in between.
  // begin_bar() at its open, then take_point() four times.
  struct BarAtHand {
    PricePath path;
    Maybe<Quantity> volume;
    InstrumentId instrument{};
    bool are_marks = false;
    bool both_sides = false;           // At its open either extreme would set something off.
    std::uint64_t entries_before = 0;  // Entries into the instrument so far.
  };
  std::expected<BarAtHand, LogError> begin_bar(InstrumentId instrument, const Bar& bar,
                                               bool are_marks);
  std::expected<void, LogError> take_point(BarAtHand& bar, std::size_t point);
  // A piece of the instrument's history; `signals` have taken it already. What its guard calls
  // unsound ends the taking: the lane is of no use then.
  std::expected<void, LogError> take(InstrumentId instrument, const HistoryPiece& piece);

  // Takes the answers that are due by `time`, and ends the account.
  std::expected<AccountResult, LogError> finish(Timestamp time);

  const Engine& engine() const { return engine_; }
  std::uint64_t ticks() const { return ticks_; }
  std::uint64_t ambiguous_bars() const { return ambiguous_bars_; }
  const Charges& charges() const { return venue_.charges(); }
  // Bars that are longer than the candles that were to be made of them.
  std::uint64_t bars_beyond_candles() const { return bars_beyond_candles_; }
  // After finish().
  std::vector<InstrumentResult> instrument_results() const { return account_.by_instrument(); }

 private:
  void on_event(const Event& event, const Output& output) override;
  PricePath path_of(InstrumentId instrument, const Bar& bar) const;
  std::expected<void, LogError> begin(InstrumentId instrument, const Bar& bar);
  bool pass(InstrumentId instrument, const PricePath& path);
  // blocks.cc
  std::expected<void, LogError> take_ticks(InstrumentId instrument, const TickBlock& block);
  std::expected<void, LogError> take_bars(InstrumentId instrument, const TickBlock& block);
  std::expected<void, LogError> take_tick(InstrumentId instrument, const TickBlock& block,
                                          std::uint32_t at);
  std::expected<void, LogError> take_each(InstrumentId instrument, const TickBlock& block);
  bool takes_stretches(BlockKind kind) const;
  bool reads(BlockKind kind) const;
  QuietBand joint_band(InstrumentId instrument);
  bool jump(InstrumentId instrument, const TickBlock& block, std::uint32_t& at);
  bool jump_bars(InstrumentId instrument, const TickBlock& block, std::uint32_t& at);
  void pass(InstrumentId instrument, const PriceSummary& passed, bool are_trades);
  std::uint32_t next_signal(InstrumentId instrument, const TickBlock& block, std::uint32_t at);
  void complete_window(InstrumentId instrument);
  bool check(const TickBlock& block, std::uint32_t from, std::uint32_t to);
  BlockExit find(InstrumentId instrument, const TickBlock& block, std::uint32_t at,
                 std::uint32_t end, const QuietBand& band);
  std::uint32_t first_at(const TickBlock& block, std::uint32_t from, std::int64_t time);

  template <class PriceEvent>
  bool pass_price(const PriceEvent& event, Timestamp time) {
    if (!candles_.empty() || !loop_.may_pass_until(time) ||
        !venue_band(event.instrument).contains(event.price) || !engine_.pass(event, time)) {
      return false;
    }
    ++ticks_;
    note(event, time);
    if (trades_are_marks_ || std::is_same_v<PriceEvent, MarkPrice>) {
      account_.on_price(event.instrument, event.price, time);
    }
    return true;
  }
  std::expected<void, LogError> take_price(const TradePrinted& trade, Timestamp time);
  std::expected<void, LogError> take_price(const MarkPrice& mark, Timestamp time);
  template <class PriceEvent>
  std::expected<void, LogError> take_event(const PriceEvent& event, Timestamp time);
  void note(const TradePrinted& trade, Timestamp time) {
    venue_.note_price(trade.instrument, trade.price, time);
  }
  void note(const MarkPrice& mark, Timestamp) { venue_.note_mark(mark.instrument, mark.price); }
  std::expected<void, LogError> close_candles(Timestamp time);
  void add_to_candle(InstrumentId instrument, Price price, Maybe<Quantity> quantity,
                     Timestamp time);
  void watch_naked(std::span<const TrancheId> looked_at, Timestamp time);
  bool is_ambiguous(const BarAtHand& bar);
  std::uint64_t& entries_into(InstrumentId instrument);
  bool falls_first(InstrumentId instrument) const;
  const PriceBand& venue_band(InstrumentId instrument) {
    if (band_change_ != loop_.venue_changes() || band_of_ != instrument) renew_band(instrument);
    return band_;
  }
  void renew_band(InstrumentId instrument);

  Engine engine_;
  SimulatedVenue venue_;
  Account account_;
  Loop loop_;
  BarPath path_;
  bool bars_are_marks_;
  bool trades_are_marks_;
  bool skip_;
  const SignalIndex* signals_;
  InstrumentId window_of_{};  // Whose window lacks prices that were jumped over.
  std::uint64_t ticks_ = 0;
  std::uint64_t ambiguous_bars_ = 0;
  std::map<InstrumentId, CandleMaker> candles_;  // Of those whose targets are measured by them.
  std::uint64_t bars_beyond_candles_ = 0;
  StretchGuard* guard_ = nullptr;       // Of the piece at hand.
  bool unsound_ = false;                // It has said no.
  std::vector<std::uint64_t> entries_;  // Sent so far, by instrument number.
  // The venue's quiet band of one instrument, and the venue change it was taken at.
  PriceBand band_;
  InstrumentId band_of_{};
  std::uint64_t band_change_ = ~std::uint64_t{0};
};

}  // namespace tranchet
