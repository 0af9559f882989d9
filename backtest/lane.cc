#include "backtest/lane.h"

#include <algorithm>

namespace tranchet {
Lane::Lane(const LaneOptions& options, Names& names)
    : engine_(options.opening.settings, options.opening.account),
      venue_(options.simulation),
      account_(options.simulation.initial_balance, options.rows),
      loop_(
          engine_, venue_, *this,
          {.log = options.journal.log, .names = &names, .durability = options.journal.durability}),
      path_(options.path),
      bars_are_marks_(options.bars_are_marks),
      trades_are_marks_(options.simulation.mark_from_trades),
      skip_(options.skip),
      signals_(options.signals) {
  for (const InstrumentListed& listed : options.opening.instruments) venue_.list(listed);
  for (const auto& [instrument, terms] : options.terms) venue_.set_terms(instrument, terms);
  const Settings& settings = options.opening.settings;
  for (const InstrumentListed& listed : options.opening.instruments) {
    const InstrumentId id = listed.instrument;
    if (settings.choice<TargetsChoice>(Setting::Targets, id) == TargetsChoice::Percent) continue;
    const auto start = Timestamp() + settings.duration(Setting::SessionStart) -
                       settings.duration(Setting::UtcOffset);
    candles_.emplace(id, CandleMaker(id, settings.duration(Setting::CandleInterval, id),
                                     options.simulation.hours ? start : Timestamp()));
  }
  // A candle is made of every price.
  if (!candles_.empty()) skip_ = false;
}

std::expected<void, LogError> Lane::open(const Opening& opening, Timestamp time, Names& names) {
  for (const EventBody& body : opening_events(opening, names)) {
    if (auto taken = loop_.take(time, body); !taken) return taken;
  }
  return {};
}

void Lane::on_event(const Event& event, const Output& output) {
  if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    if (trades_are_marks_) account_.on_price(trade->instrument, trade->price, event.time);
  } else if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    account_.on_price(mark->instrument, mark->price, event.time);
  }
  account_.on_bookings(output.bookings, event.sequence, event.time);
  account_.on_commands(output.commands);
  if (counts_entries_) count_entries(output.commands);
  if (!output.looked_at.empty()) watch_naked(output.looked_at, event.time);
}

void Lane::count_entries(std::span<const Command> commands) {
  for (const Command& command : commands) {
    const auto* order = std::get_if<SubmitOrder>(&command);
    if (order != nullptr && order->purpose == Purpose::Entry) ++entries_into(order->instrument);
  }
}

std::uint64_t& Lane::entries_into(InstrumentId instrument) {
  const auto at = static_cast<std::size_t>(instrument);
  if (entries_.size() <= at) entries_.resize(at + 1);
  return entries_[at];
}

// How much of each tranche stands without a stop, whenever something may have changed it: also when
// nothing was asked for because of it.
void Lane::watch_naked(std::span<const TrancheId> looked_at, Timestamp time) {
  const State& state = engine_.state();
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      if (position.tranches.empty()) continue;
      for (const TrancheId id : looked_at) {
        const Tranche* tranche = find_tranche(position, id);
        if (tranche == nullptr || !tranche->quantity.is_positive()) continue;
        // Nobody can trade against it while the session is closed.
        const Quantity naked =
            instrument.session_closed ? Quantity() : naked_quantity(state, *tranche);
        account_.on_naked(id, naked, time);
      }
    }
  }
}

void Lane::renew_band(InstrumentId instrument) {
  band_ = venue_.quiet_band(instrument);
  band_of_ = instrument;
  band_change_ = loop_.venue_changes();
}

// The candles that are complete by `time`, each at its end.
std::expected<void, LogError> Lane::close_candles(Timestamp time) {
  while (true) {
    CandleMaker* first = nullptr;
    for (auto& [instrument, maker] : candles_) {
      const auto end = maker.end();
      if (end && *end <= time && (first == nullptr || *end < *first->end())) first = &maker;
    }
    if (first == nullptr) return {};
    const Timestamp end = *first->end();
    if (auto ran = loop_.run_until(end); !ran) return ran;
    if (auto taken = loop_.take(end, first->take()); !taken) return taken;
  }
}

void Lane::add_to_candle(InstrumentId instrument, Price price, Maybe<Quantity> quantity,
                         Timestamp time) {
  const auto maker = candles_.find(instrument);
  if (maker != candles_.end()) maker->second.add(price, quantity, time);
}

// A price that is not quiet, or of which somebody keeps an event.
template <class PriceEvent>
std::expected<void, LogError> Lane::take_event(const PriceEvent& event, Timestamp time) {
  if (auto closed = close_candles(time); !closed) return closed;
  if (auto ran = loop_.run_until(time); !ran) return ran;
  if (skip_ && pass_price(event, time)) return {};
  ++ticks_;
  if (venue_band(event.instrument).contains(event.price)) {
    note(event, time);
  } else {
    venue_.observe(event, time);
    loop_.look_again();
    band_change_ = ~std::uint64_t{0};
    if (auto ran = loop_.run_until(time); !ran) return ran;
  }
  return loop_.take(time, event);
}

std::expected<void, LogError> Lane::take_price(const TradePrinted& trade, Timestamp time) {
  auto taken = take_event(trade, time);
  if (taken) add_to_candle(trade.instrument, trade.price, trade.quantity, time);
  return taken;
}

std::expected<void, LogError> Lane::take_price(const MarkPrice& mark, Timestamp time) {
  auto taken = take_event(mark, time);
  if (taken && bars_are_marks_) add_to_candle(mark.instrument, mark.price, {}, time);
  return taken;
}

std::expected<void, LogError> Lane::take(const Occurrence& occurrence) {
  if (const auto* trade = std::get_if<TradePrinted>(&occurrence.body)) {
    return take_price(*trade, occurrence.time);
  }
  if (const auto* mark = std::get_if<MarkPrice>(&occurrence.body)) {
    return take_price(*mark, occurrence.time);
  }
  ++ticks_;
  if (auto closed = close_candles(occurrence.time); !closed) return closed;
  if (auto ran = loop_.run_until(occurrence.time); !ran) return ran;
  venue_.observe(occurrence.body, occurrence.time);
  loop_.look_again();
  band_change_ = ~std::uint64_t{0};
  if (auto ran = loop_.run_until(occurrence.time); !ran) return ran;
  return loop_.take(occurrence.time, occurrence.body);
}

// Net long or flat falls first on the pessimistic path: stops and averaging before targets.
bool Lane::falls_first(InstrumentId instrument) const {
  bool net_long = true;
  if (engine_.state().knows(instrument)) {
    const InstrumentState& state = engine_.state().instrument(instrument);
    net_long = open_quantity(state.position(PositionSide::Long)) >=
               open_quantity(state.position(PositionSide::Short));
  }
  return net_long == (path_ == BarPath::Pessimistic);
}

// The bar holds a price that sets something off on either side, so the order decides.
bool Lane::is_ambiguous(const BarAtHand& bar) {
  const PriceBand& venue = venue_band(bar.instrument);
  if (!engine_.state().knows(bar.instrument)) return false;
  const QuietBand& engine = engine_.quiet_band(bar.instrument);
  return bar.path.low <= std::max(venue.low, engine.low) &&
         bar.path.high >= std::min(venue.high, engine.high);
}

PricePath Lane::path_of(InstrumentId instrument, const Bar& bar) const {
  const bool low_first = falls_first(instrument);
  const Duration third = Duration::nanoseconds((bar.close_time - bar.open_time).count() / 3);
  return {.points = {{{bar.open_time, bar.open},
                      {bar.open_time + third, low_first ? bar.low : bar.high},
                      {bar.open_time + third * 2, low_first ? bar.high : bar.low},
                      {bar.close_time, bar.close}}},
          .low = bar.low,
          .high = bar.high};
}

// Takes a whole bar at one go, if nothing follows from any of its prices.
bool Lane::pass(InstrumentId instrument, const PricePath& path) {
  const PriceBand& venue = venue_band(instrument);
  const PricePoint& last = path.points.back();
  if (!skip_ || !loop_.may_pass_until(last.time) || path.low <= venue.low ||
      path.high >= venue.high || !engine_.pass(instrument, path, !bars_are_marks_)) {
    return false;
  }
  ticks_ += path.points.size();
  if (bars_are_marks_) {
    venue_.note_mark(instrument, last.price);
  } else {
    venue_.note_price(instrument, last.price, last.time);
  }
  if (bars_are_marks_ || trades_are_marks_) {
    for (const PricePoint& point : path.points) {
      account_.on_price(instrument, point.price, point.time);
    }
  }
  return true;
}

// Everything that is due before its open.
std::expected<void, LogError> Lane::begin(InstrumentId instrument, const Bar& bar) {
  counts_entries_ = true;
  if (auto closed = close_candles(bar.open_time); !closed) return closed;
  if (!candles_.empty()) {
    const Duration candle = engine_.state().settings.duration(Setting::CandleInterval, instrument);
    if (bar.close_time - bar.open_time >= candle) ++bars_beyond_candles_;
  }
  return loop_.run_until(bar.open_time);
}

std::expected<void, LogError> Lane::take(InstrumentId instrument, const Bar& bar) {
  if (auto begun = begin(instrument, bar); !begun) return begun;
  const PricePath path = path_of(instrument, bar);
  if (pass(instrument, path)) return {};
  BarAtHand at_hand{
      .path = path, .volume = bar.volume, .instrument = instrument, .are_marks = bars_are_marks_};
  for (std::size_t point = 0; point < path.points.size(); ++point) {
    if (auto taken = take_point(at_hand, point); !taken) return taken;
  }
  return {};
}

std::expected<Lane::BarAtHand, LogError> Lane::begin_bar(InstrumentId instrument, const Bar& bar,
                                                         bool are_marks) {
  if (auto begun = begin(instrument, bar); !begun) return std::unexpected(begun.error());
  return BarAtHand{.path = path_of(instrument, bar),
                   .volume = bar.volume,
                   .instrument = instrument,
                   .are_marks = are_marks};
}

std::expected<void, LogError> Lane::take_point(BarAtHand& bar, std::size_t point) {
  if (point == 0) {
    bar.both_sides = is_ambiguous(bar);
    bar.entries_before = entries_into(bar.instrument);
  }
  const auto& [time, price] = bar.path.points[point];
  if (bar.are_marks) {
    if (auto taken = take_price(MarkPrice{bar.instrument, price}, time); !taken) return taken;
  } else {
    // A quarter of the volume at each point, for fills that take a share of it.
    Maybe<Quantity> quantity;
    if (bar.volume) quantity = Quantity::from_raw((*bar.volume).raw() / 4);
    auto taken = take_price(
        TradePrinted{.instrument = bar.instrument, .quantity = quantity, .price = price}, time);
    if (!taken) return taken;
  }
  // An entry that the bar itself sets off fills at what comes next, so the order decides as well.
  const bool is_last = point + 1 == bar.path.points.size();
  const bool entered = entries_into(bar.instrument) > bar.entries_before;
  if (is_last && (bar.both_sides || entered)) ++ambiguous_bars_;
  return {};
}

std::expected<AccountResult, LogError> Lane::finish(Timestamp time) {
  if (auto ran = loop_.run_until(time); !ran) return std::unexpected(ran.error());
  if (window_of_ != InstrumentId::None) engine_.remember(window_of_, signals_->window());
  if (auto finished = loop_.finish(); !finished) return std::unexpected(finished.error());
  return account_.finish(std::max(time, engine_.state().now));
}

}  // namespace tranchet
