#include "engine/session.h"

#include <algorithm>

#include "engine/exits.h"

namespace tranchet {
namespace {

constexpr Duration kDay = Duration::hours(24);
constexpr Duration kAgain = Duration::minutes(1);

// The time of day at the exchange.
Duration time_of_day(const Settings& settings, Timestamp time) {
  const std::int64_t local = time.nanoseconds() + settings.duration(Setting::UtcOffset).count();
  return Duration::nanoseconds(local % kDay.count());
}

TimerId timer_of(InstrumentId instrument) {
  return {TimerKind::SquareOff, static_cast<std::uint64_t>(instrument)};
}

struct Due {
  Timestamp at;
  bool or_earlier = false;  // A timer that is due before will do.
};

// Today at square_off, or tomorrow; within the rest of the session in a minute at the latest.
Due next_square_off(const State& state, InstrumentId instrument) {
  const Settings& settings = state.settings;
  const Duration now = time_of_day(settings, state.now);
  const Duration at = settings.duration(Setting::SquareOff, instrument);
  if (now < at) return {.at = state.now + (at - now)};
  if (now < settings.duration(Setting::SessionEnd)) {
    return {.at = state.now + kAgain, .or_earlier = true};
  }
  return {.at = state.now + (at + kDay - now)};
}

}  // namespace

void change_session(Turn& turn, const SessionChanged& changed) {
  InstrumentState& instrument = turn.state.instrument(changed.instrument);
  instrument.session_closed = changed.phase == SessionPhase::Closed;
  for (const Position& position : instrument.positions) {
    if (!position.tranches.empty()) turn.touch(position.key);
  }
}

bool is_past_last_entry(const State& state, InstrumentId instrument) {
  const Settings& settings = state.settings;
  return time_of_day(settings, state.now) >= settings.duration(Setting::LastEntry, instrument);
}

bool trades_intraday(const Settings& settings) {
  return is_intraday(settings, InstrumentId::None) ||
         std::ranges::any_of(settings.overrides(), [&](const auto& entry) {
           return is_intraday(settings, entry.first.first);
         });
}

void settle_square_off(Turn& turn, InstrumentId id) {
  const State& state = turn.state;
  const InstrumentState& instrument = state.instrument(id);
  const bool is_open = std::ranges::any_of(instrument.positions, [](const Position& position) {
    return open_quantity(position).is_positive() || !position.entries.empty();
  });
  const TimerId timer = timer_of(id);
  const PositionKey key = instrument.positions[0].key;
  if (!is_open || !is_intraday(state.settings, id)) {
    turn.cancel_timer(key, timer);
    return;
  }
  const auto set = state.timers.find(timer);
  const Due due = next_square_off(state, id);
  const bool is_set =
      set != state.timers.end() && (due.or_earlier ? set->second <= due.at : set->second == due.at);
  if (!is_set) turn.set_timer(key, timer, due.at);
}

void square_off(Turn& turn, InstrumentId instrument) {
  if (!is_intraday(turn.state.settings, instrument)) return;
  request_close(turn, {.instrument = instrument, .reason = ExitReason::SquareOff});
}

}  // namespace tranchet
