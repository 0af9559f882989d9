#include "backtest/lane.h"

#include <algorithm>

namespace tranchet {
namespace {

bool is_entry(const Command& command) {
  const auto* order = std::get_if<SubmitOrder>(&command);
  return order != nullptr && order->purpose == Purpose::Entry;
}

}  // namespace

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
  if (!entered_) entered_ = std::ranges::any_of(output.commands, is_entry);
  if (!output.looked_at.empty()) watch_naked(output.looked_at, event.time);
}

// How much of each tranche stands without a stop, whenever something may have changed it: also when
// nothing was asked for because of it.
void Lane::watch_naked(std::span<const TrancheId> looked_at, Timestamp time) {
  const State& state = engine_.state();
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      for (const TrancheId id : looked_at) {
        const Tranche* tranche = find_tranche(position, id);
        if (tranche == nullptr || !tranche->quantity.is_positive()) continue;
        account_.on_naked(id, naked_quantity(state, *tranche), time);
      }
    }
  }
}

void Lane::renew_band(InstrumentId instrument) {
  band_ = venue_.quiet_band(instrument);
  band_of_ = instrument;
  band_change_ = loop_.venue_changes();
}

// A price that is not quiet, or of which somebody keeps an event.
template <class PriceEvent>
std::expected<void, LogError> Lane::take_event(const PriceEvent& event, Timestamp time) {
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
  return take_event(trade, time);
}

std::expected<void, LogError> Lane::take_price(const MarkPrice& mark, Timestamp time) {
  return take_event(mark, time);
}

std::expected<void, LogError> Lane::take(const Occurrence& occurrence) {
  if (const auto* trade = std::get_if<TradePrinted>(&occurrence.body)) {
    return take_price(*trade, occurrence.time);
  }
  if (const auto* mark = std::get_if<MarkPrice>(&occurrence.body)) {
    return take_price(*mark, occurrence.time);
  }
  ++ticks_;
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
bool Lane::is_ambiguous(InstrumentId instrument, const Bar& bar) {
  const PriceBand& venue = venue_band(instrument);
  if (!engine_.state().knows(instrument)) return false;
  const QuietBand& engine = engine_.quiet_band(instrument);
  return bar.low <= std::max(venue.low, engine.low) &&
         bar.high >= std::min(venue.high, engine.high);
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

std::expected<void, LogError> Lane::take(InstrumentId instrument, const Bar& bar) {
  if (auto ran = loop_.run_until(bar.open_time); !ran) return ran;
  const PricePath path = path_of(instrument, bar);
  if (pass(instrument, path)) return {};
  // An entry that the bar itself sets off fills at what comes next, so the order decides as well.
  const bool both_sides = is_ambiguous(instrument, bar);
  entered_ = false;
  // A quarter of the volume at each point, for fills that take a share of it.
  Maybe<Quantity> quantity;
  if (bar.volume) quantity = Quantity::from_raw((*bar.volume).raw() / 4);
  for (const auto& [time, price] : path.points) {
    auto taken =
        bars_are_marks_
            ? take_price(MarkPrice{instrument, price}, time)
            : take_price(
                  TradePrinted{.instrument = instrument, .quantity = quantity, .price = price},
                  time);
    if (!taken) return taken;
  }
  if (both_sides || entered_) ++ambiguous_bars_;
  return {};
}

std::expected<AccountResult, LogError> Lane::finish(Timestamp time) {
  if (auto ran = loop_.run_until(time); !ran) return std::unexpected(ran.error());
  if (window_of_ != InstrumentId::None) engine_.remember(window_of_, signals_->window());
  if (auto finished = loop_.finish(); !finished) return std::unexpected(finished.error());
  return account_.finish(std::max(time, engine_.state().now));
}

}  // namespace tranchet
