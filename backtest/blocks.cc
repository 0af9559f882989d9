// From event to event through blocks of prices.
//
// Between which prices, and until when, does a price change nothing but the last price? Each knows
// for itself: the engine (Engine::is_quiet: no exit, no entry), the venue (quiet_band: no trigger,
// no fill, no liquidation), the loop (quiet_until: no timer, no answer), the account (next_row: no
// row of equity.csv) and the index of signals. Where all agree is the jump: the first tick outside
// is searched in the block's summaries, and what lies before it is taken in one step: so many
// sequence numbers, the last price and its time, and for the account the extremes and the largest
// swing. The tick outside then takes the way of every event.
//
// Worked: long at 100 with its stop at 99.6, its target at 100.4 and an answer due at 12:00:05. The
// jump goes to the first price <= 99.6 or >= 100.4, or to the first one at or after 12:00:05.
//
// With skip = off no summary is believed: each price is compared with the band and folded into the
// extremes and swings of the stretch, which the account takes as it takes those of a jump.
#include <algorithm>
#include <limits>

#include "backtest/lane.h"
#include "backtest/tape/block_exit.h"

namespace tranchet {
namespace {

// The first one's is in the head.
Timestamp time_of(const TickBlock& block, std::uint32_t at) {
  return Timestamp::from_nanoseconds(at == 0 ? block.head().summary[0].first_time : block.time(at));
}

bool are_marks(BlockKind kind, bool trades_are_marks) {
  return kind == BlockKind::Marks || trades_are_marks;
}

}  // namespace

std::expected<void, LogError> Lane::take(InstrumentId instrument, const HistoryPiece& piece) {
  guard_ = piece.guard;
  if (!piece.block) {
    if (window_of_ == instrument) complete_window(instrument);
    for (const Occurrence& row : piece.rows) {
      if (auto taken = take(row); !taken) return taken;
    }
    return {};
  }
  const TickBlock& block = *piece.block;
  if (block.kind() == BlockKind::Bars) return take_bars(instrument, block);
  return takes_stretches(block.kind()) ? take_ticks(instrument, block)
                                       : take_each(instrument, block);
}

// Whether the ticks [from, to] may be read.
bool Lane::check(const TickBlock& block, std::uint32_t from, std::uint32_t to) {
  if (guard_ == nullptr) return true;
  const std::uint32_t last = std::min(to, block.size() - 1) / kStretchTicks;
  for (std::uint32_t stretch = from / kStretchTicks; stretch <= last; ++stretch) {
    unsound_ = unsound_ || !guard_->is_sound(stretch);
  }
  return !unsound_;
}

// As TickBlock::first_at, and checks what it has found the way through.
std::uint32_t Lane::first_at(const TickBlock& block, std::uint32_t from, std::int64_t time) {
  const std::uint32_t at = block.first_at(from, time);
  check(block, from, at);
  return at;
}

// Logs and candles are made of every price; and a strategy that remembers prices is shown each of
// them, unless somebody else knows its signals.
bool Lane::takes_stretches(BlockKind kind) const {
  if (loop_.keeps_log() || !candles_.empty()) return false;
  if (engine_.remembers_trades() && kind == BlockKind::Trades) return false;
  return !reads(kind) || (skip_ && signals_ != nullptr);
}

// Whether the strategy remembers prices of that kind.
bool Lane::reads(BlockKind kind) const {
  return engine_.remembers_prices() && are_marks(kind, trades_are_marks_);
}

// Where neither engine nor venue has anything to do; both ends excluded.
QuietBand Lane::joint_band(InstrumentId instrument) {
  const PriceBand& venue = venue_band(instrument);
  if (!engine_.state().knows(instrument)) return {};
  const QuietBand& engine = engine_.quiet_band(instrument);
  return {.low = std::max(venue.low, engine.low), .high = std::min(venue.high, engine.high)};
}

void Lane::pass(InstrumentId instrument, const PriceSummary& passed, bool are_trades) {
  const Timestamp last_time = Timestamp::from_nanoseconds(passed.last_time);
  const Price last = Price::from_raw(passed.last);
  ENSURE(engine_.pass(instrument,
                      {.count = passed.count,
                       .low = Price::from_raw(passed.low),
                       .high = Price::from_raw(passed.high),
                       .last = last,
                       .first_time = Timestamp::from_nanoseconds(passed.first_time),
                       .last_time = last_time},
                      are_trades));
  ticks_ += passed.count;
  if (are_trades) {
    venue_.note_price(instrument, last, last_time);
  } else {
    venue_.note_mark(instrument, last);
  }
  if (!are_trades || trades_are_marks_) account_.on_prices(instrument, passed);
}

// ---- Ticks.

std::expected<void, LogError> Lane::take_ticks(InstrumentId instrument, const TickBlock& block) {
  for (std::uint32_t at = 0; at < block.size() && !unsound_;) {
    if (auto ran = loop_.run_until(time_of(block, at)); !ran) return ran;
    if (!jump(instrument, block, at)) continue;
    if (auto taken = take_tick(instrument, block, at++); !taken) return taken;
  }
  return {};
}

// Moves `at` past what is quiet. True: it stands at a tick that matters; false: time is up, or the
// block is at its end.
bool Lane::jump(InstrumentId instrument, const TickBlock& block, std::uint32_t& at) {
  const bool trades = block.kind() == BlockKind::Trades;
  const QuietBand band = joint_band(instrument);
  std::uint32_t end = block.size();
  const std::int64_t due = loop_.quiet_until().nanoseconds();
  const std::int64_t block_ends = block.head().summary[0].last_time;
  if (due <= block_ends) end = first_at(block, at, due);
  const bool by_signals = reads(block.kind());
  const std::uint32_t signal = by_signals ? next_signal(instrument, block, at) : block.size();
  end = std::min(end, signal);
  while (at < end && !unsound_) {
    std::uint32_t stop = end;
    if (const std::int64_t row = account_.next_row(time_of(block, at).nanoseconds());
        row <= block_ends) {
      stop = std::min(end, first_at(block, at, row));
    }
    const BlockExit exit = find(instrument, block, at, stop, band);
    if (unsound_) return false;
    if (exit.at > at) {
      pass(instrument, exit.passed, trades);
      if (by_signals) window_of_ = instrument;
    }
    at = exit.at;
    if (at < stop) return true;
  }
  return at == signal && at < block.size() && !unsound_;
}

// The first tick in [at, end) outside of the band. A block that is quiet as a whole is read no
// further than its head, if there may be jumps.
BlockExit Lane::find(InstrumentId instrument, const TickBlock& block, std::uint32_t at,
                     std::uint32_t end, const QuietBand& band) {
  const PriceSummary& whole = block.head().summary[0];
  const std::int64_t low = band.low.raw(), high = band.high.raw();
  if (skip_ && at == 0 && end == block.size() && whole.low > low && whole.high < high) {
    return {end, whole};
  }
  if (!check(block, at, at)) return {};
  if (const std::int64_t price = block.prices()[at]; price <= low || price >= high) return {at, {}};
  const Looks looks = !skip_                                         ? Looks::AtEveryPrice
                      : account_.heeds_swings(instrument, low, high) ? Looks::AtSummaries
                                                                     : Looks::AtExtremes;
  const BlockExit exit = find_exit(block, at, end, low, high, guard_, looks);
  check(block, exit.at, exit.at);
  return exit;
}

// The first tick at which the strategy may enter: a signal of a side that trades and does not rest.
std::uint32_t Lane::next_signal(InstrumentId instrument, const TickBlock& block, std::uint32_t at) {
  std::uint32_t first = block.size();
  for (const Side side : {Side::Buy, Side::Sell}) {
    const auto rests = engine_.rests_until(instrument, position_side_of_entry(side));
    if (!rests) continue;
    const std::uint32_t from = first_at(block, at, rests->nanoseconds());
    first = std::min(first, signals_->next(side, from));
  }
  return first;
}

// The engine's window lacks prices that were jumped over: in front of rows it gets them back.
void Lane::complete_window(InstrumentId instrument) {
  engine_.remember(instrument, signals_->window_before(0));
  window_of_ = InstrumentId::None;
}

std::expected<void, LogError> Lane::take_tick(InstrumentId instrument, const TickBlock& block,
                                              std::uint32_t at) {
  // A window that lacks prices shows no signal where there is none: its extremes are smaller. Where
  // there is one it must show it.
  if (window_of_ == instrument && next_signal(instrument, block, at) == at) {
    engine_.remember(instrument, signals_->extremes_before(at));
  }
  const Price price = Price::from_raw(block.prices()[at]);
  if (block.kind() == BlockKind::Marks) {
    return take_price(MarkPrice{instrument, price}, time_of(block, at));
  }
  const std::int64_t quantity = block.column(TickColumn::Quantities)[at];
  return take_price(
      TradePrinted{
          .instrument = instrument,
          .quantity = quantity == kAbsent ? Maybe<Quantity>() : Quantity::from_raw(quantity),
          .price = price,
          .aggressor = static_cast<std::uint8_t>(block.column(TickColumn::Aggressor)[at])},
      time_of(block, at));
}

// Price by price: what is quiet needs no event, nor its size.
std::expected<void, LogError> Lane::take_each(InstrumentId instrument, const TickBlock& block) {
  std::array<std::int64_t, kStretchTicks> prices, times;
  const bool are_trades = block.kind() == BlockKind::Trades;
  for (std::uint32_t from = 0; from < block.size(); from += kStretchTicks) {
    if (!check(block, from, from)) return {};
    const std::uint32_t size = std::min(kStretchTicks, block.size() - from);
    block.prices().widen(from, std::span(prices).first(size));
    block.widen_times(from, std::span(times).first(size));
    for (std::uint32_t at = 0; at < size; ++at) {
      const Timestamp time = Timestamp::from_nanoseconds(times[at]);
      const Price price = Price::from_raw(prices[at]);
      const bool passed =
          are_trades ? pass_price(TradePrinted{.instrument = instrument, .price = price}, time)
                     : pass_price(MarkPrice{instrument, price}, time);
      if (passed) continue;
      if (auto taken = take_tick(instrument, block, from + at); !taken) return taken;
    }
  }
  return {};
}

// ---- Bars.

std::expected<void, LogError> Lane::take_bars(InstrumentId instrument, const TickBlock& block) {
  const bool jumps = skip_ && !loop_.keeps_log() && !engine_.remembers_prices() &&
                     (bars_are_marks_ || !engine_.remembers_trades());
  if (!check(block, 0, block.size())) return {};
  for (std::uint32_t at = 0; at < block.size();) {
    if (jumps) {
      const Timestamp opened = Timestamp::from_nanoseconds(block.column(BarColumn::OpenTime)[at]);
      if (auto ran = loop_.run_until(opened); !ran) return ran;
      if (jump_bars(instrument, block, at)) continue;
    }
    if (auto taken = take(instrument, block.bar(at++)); !taken) return taken;
  }
  return {};
}

namespace {

// The first bar from `at` on that has not closed before `time`. Bars do not overlap.
std::uint32_t first_open(const TickBlock& block, std::uint32_t at, std::int64_t time) {
  const std::uint32_t next = block.first_at(at, time);
  if (next == at) return at;
  const Bar last = block.bar(next - 1);
  return last.close_time.nanoseconds() < time ? next : next - 1;
}

}  // namespace

// Moves `at` past bars that are quiet; false: not even one.
bool Lane::jump_bars(InstrumentId instrument, const TickBlock& block, std::uint32_t& at) {
  const std::size_t order = falls_first(instrument) ? 0 : 1;
  const std::int64_t block_ends = block.head().summary[0].last_time;
  const std::int64_t opened = block.column(BarColumn::OpenTime)[at];
  const std::int64_t until = std::min(loop_.quiet_until().nanoseconds(), account_.next_row(opened));
  const std::uint32_t end = until <= block_ends ? first_open(block, at, until) : block.size();
  if (at == end) return false;
  const QuietBand band = joint_band(instrument);
  const PriceSummary& whole = block.head().summary[order];
  BlockExit exit{.at = end, .passed = whole};
  if (at > 0 || end < block.size() || whole.low <= band.low.raw() ||
      whole.high >= band.high.raw()) {
    exit = find_bar_exit(block, at, end, band.low.raw(), band.high.raw(), order == 1);
  }
  if (exit.at == at) return false;
  exit.passed.count = 4 * (exit.at - at);
  pass(instrument, exit.passed, !bars_are_marks_);
  at = exit.at;
  return true;
}

}  // namespace tranchet
