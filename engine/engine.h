// The pure core: apply(state, event) -> commands. No clock, no I/O, no floating point, no hash
// order, no global: the same events make the same commands on every build and host.
//
//   engine.apply(event, output)   takes the event in; output.commands are what it causes, in order
//
// The first event is RunStarted, sequence 1; each event's sequence follows the one before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/output.h"
#include "engine/state.h"

namespace tranchet {

// What a stretch of prices of one instrument comes to, for those who take it at one go.
struct PriceStretch {
  std::uint64_t count = 0;  // >= 1.
  Price low;
  Price high;
  Price last;
  Timestamp first_time;
  Timestamp last_time;
};

class Engine {
 public:
  explicit Engine(const Settings& settings, std::uint8_t account = 1);

  // Appends to `output`; the caller clears it.
  void apply(const Event& event, Output& output);

  const State& state() const { return state_; }
  Sequence last_sequence() const { return state_.last; }

  // The timer that is due first. The loop fires it before the next event of a later time.
  std::optional<std::pair<Timestamp, TimerId>> next_timer() const {
    if (state_.timers.empty()) return std::nullopt;
    return first_timer();
  }

  // Whether a price of this instrument, now, changes nothing but the last price (and what the
  // strategy has seen). True is a promise, false is not: apply() may still find nothing to do.
  bool is_quiet(InstrumentId instrument, Price price) {
    const QuietBand& band = quiet_band(instrument);
    return price > band.low && price < band.high;
  }
  // The prices for which that holds. Worked out when a price asks for it, for there are several
  // answers of the venue to every price that matters.
  const QuietBand& quiet_band(InstrumentId id) {
    InstrumentState& instrument = state_.instrument(id);
    if (!instrument.band) [[unlikely]]
      find_band(instrument);
    return *instrument.band;
  }

  // Takes in the next event if it is a quiet price, exactly as apply() would; false: nothing was
  // taken, apply() must. For those who keep no events: it saves making one.
  bool pass(const TradePrinted& trade, Timestamp time) {
    if (strategy_hunts_by_vwap_ ||
        !may_pass(trade.instrument, trade.price, time, trades_are_marks_))
      return false;
    InstrumentState& instrument = state_.instrument(trade.instrument);
    instrument.trade = trade.price;
    instrument.trade_time = time;
    if (trades_are_marks_) pass_mark(instrument, trade.price, time);
    return true;
  }
  bool pass(const MarkPrice& mark, Timestamp time) {
    if (!may_pass(mark.instrument, mark.price, time, true)) return false;
    pass_mark(state_.instrument(mark.instrument), mark.price, time);
    return true;
  }

  // The same for the prices of a bar, all of them or none: trades, or marks.
  bool pass(InstrumentId instrument, const PricePath& path, bool are_trades);

  // The same for a stretch of trades or marks. What the strategy remembers is not brought up to
  // date: under `dip` the caller knows that no signal lies in the stretch, and gives the window of
  // the prices before by remember() where one may follow. Until then the window may lack prices,
  // which takes signals away but adds none.
  bool pass(InstrumentId instrument, const PriceStretch& prices, bool are_trades);

  // Whether the strategy looks at prices that are quiet for everything else.
  bool remembers_prices() const { return strategy_is_dip_; }
  // ... and at the size of every trade: then no trade passes.
  bool remembers_trades() const { return strategy_hunts_by_vwap_; }
  void remember(InstrumentId instrument, DipWindow window);
  // Until when the strategy does not enter this side; nullopt: it never does.
  std::optional<Timestamp> rests_until(InstrumentId instrument, PositionSide side) const;

  // Chained over every command with the sequence that caused it.
  std::uint64_t command_digest() const { return state_.command_digest; }
  std::uint64_t state_digest() const { return digest_of(state_); }

  // The state as bytes, the same on every build and host; from_image() gives an engine that decides
  // alike for ever. Nullopt: the bytes are no image of this layout. That they are the right state,
  // the caller proves by its digest.
  std::vector<std::byte> image() const;
  static std::optional<Engine> from_image(std::span<const std::byte> image);

 private:
  void take_mark(InstrumentId instrument, Price price, Output& output);
  // Takes the mark in; true when an entry may follow from it.
  bool strategy_sees(InstrumentState& instrument, Price price, Timestamp time) {
    if (!strategy_is_dip_) return false;
    instrument.dip.add(price, time, dip_window_);
    return (instrument.dip.has_fallen(price, dip_drop_) ||
            instrument.dip.has_risen(price, dip_drop_)) &&
           strategy_may_enter(instrument, price, time);
  }
  bool strategy_may_enter(const InstrumentState& instrument, Price price, Timestamp time) const;
  void note_settings();
  bool may_pass(InstrumentId instrument, Price price, Timestamp time, bool is_mark) {
    if (!state_.knows(instrument) || !is_quiet(instrument, price)) return false;
    if (is_mark && strategy_sees(state_.instrument(instrument), price, time)) return false;
    ENSURE(time >= state_.now);
    state_.last = next(state_.last);
    state_.now = time;
    return true;
  }
  static void pass_mark(InstrumentState& instrument, Price price, Timestamp time) {
    instrument.mark = price;
    instrument.mark_time = time;
  }
  void settle(class Turn& turn);
  void settle_book(Turn& turn, PositionKey key);
  void find_band(InstrumentState& instrument) const;
  std::optional<std::pair<Timestamp, TimerId>> first_timer() const;

  State state_;
  bool strategy_is_dip_ = false;
  bool strategy_is_refill_ = false;
  bool strategy_hunts_by_vwap_ = false;
  bool trades_are_marks_ = false;
  bool trades_intraday_ = false;
  Ppm dip_drop_ = 0;
  Duration dip_window_;
};

}  // namespace tranchet
