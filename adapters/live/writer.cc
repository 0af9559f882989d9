#include "adapters/live/writer.h"

#include <algorithm>

#include "adapters/cli/exit_status.h"
#include "events/event_check.h"
#include "events/log/json.h"

namespace tranchet {
namespace {

// Quiet prices are committed this long after they came: a crash loses at most so much of them, and
// a market of 300 marks a second costs five commits a second, not three hundred.
constexpr Duration kQuietWait = Duration::milliseconds(200);
// Answers that are on their way when the program is told to stop are waited for this long. What
// comes later is asked about at the next start.
constexpr Duration kStopPatience = Duration::seconds(5);
constexpr Duration kFiguresInterval = Duration::minutes(1);

}  // namespace

std::string flaw_in_wish(const EventBody& body) {
  const bool is_wish =
      std::holds_alternative<EntrySignal>(body) || std::holds_alternative<CloseRequested>(body) ||
      std::holds_alternative<ProtectionRequested>(body) ||
      std::holds_alternative<EntriesHalted>(body) || std::holds_alternative<EntriesResumed>(body) ||
      std::holds_alternative<KillSwitch>(body) || std::holds_alternative<AdoptionRequested>(body) ||
      std::holds_alternative<UsersReloaded>(body);
  if (!is_wish) return "type is none that people or models may send";
  return flaw_in(body);
}

Writer::Writer(const Parts& parts) : parts_(parts) {}

// The loop takes no event from the past, whatever is done to the clock.
Timestamp Writer::not_before(Timestamp wall) const {
  return std::max(wall, parts_.engine.state().now);
}

std::expected<void, LogError> Writer::begin(const std::vector<EventBody>& bodies,
                                            ClockReading now) {
  for (const EventBody& body : bodies) {
    if (auto taken = parts_.loop.take(not_before(now.wall), body); !taken) return taken;
  }
  return parts_.loop.release(true);
}

void Writer::take(const EventBody& body) {
  if (failed_) return;
  auto taken = parts_.loop.take(not_before(now_.wall), body);
  if (!taken) failed_ = taken.error();
}

void Writer::wish(const std::string& line, const std::function<void(WishAnswer)>& answer) {
  const auto refuse = [&](std::string error) { answer({.error = std::move(error)}); };
  if (stop_until_) return refuse("the program is stopping");
  auto parsed = parse_event_line(line, parts_.names);
  if (!parsed) return refuse(parsed.error());
  for (const EventBody& body : parsed->bodies) {
    if (std::string flaw = flaw_in_wish(body); !flaw.empty()) return refuse(std::move(flaw));
  }
  for (const EventBody& body : parsed->bodies) take(body);
  answers_.push_back({answer, {.sequence = parts_.engine.last_sequence()}});
}

void Writer::stop(ClockReading now) {
  if (!stop_until_) stop_until_ = now.steady + kStopPatience;
}

bool Writer::is_settled() const {
  return parts_.venue.is_idle() &&
         std::ranges::none_of(parts_.engine.state().orders,
                              [](const auto& order) { return order.second.is_unanswered(); });
}

std::optional<Timestamp> Writer::wake_at() const {
  std::optional<Timestamp> at = parts_.venue.next_tick();
  const auto no_later_than = [&](Timestamp time) { at = at ? std::min(*at, time) : time; };
  no_later_than(next_figures_);
  if (unwritten_since_) no_later_than(*unwritten_since_ + kQuietWait);
  if (stop_until_) no_later_than(*stop_until_);
  const ClockReading now = read_clocks();
  // Timers and simulated answers are due by the wall's clock. Far ones are looked at again later,
  // for that clock may be set.
  const Duration wait = std::min(parts_.loop.due() - now.wall, kFiguresInterval);
  no_later_than(now.steady + std::max(wait, Duration()));
  return at;
}

std::expected<void, LogError> Writer::take_prices(ClockReading now) {
  for (const Occurrence& price : market_) {
    const Timestamp time = not_before(std::min(price.time, now.wall));
    if (auto ran = parts_.loop.run_until(time); !ran) return ran;
    parts_.venue.see({time, price.body});
    parts_.loop.look_again();
    if (auto ran = parts_.loop.run_until(time); !ran) return ran;
    if (auto taken = parts_.loop.take(not_before(time), price.body); !taken) return taken;
  }
  return {};
}

std::expected<void, LogError> Writer::round() {
  parts_.inbox.take(wake_at(), work_, market_);
  now_ = read_clocks();
  if (!market_.empty()) waited_.add(now_.wall - market_.front().time);
  Loop& loop = parts_.loop;
  loop.hold();
  for (const Inbox::Work& work : work_) work(now_);
  if (failed_) return std::unexpected(*failed_);
  if (auto taken = take_prices(now_); !taken) return taken;
  parts_.venue.tick(now_);
  parts_.venue.take_market(market_);
  if (auto taken = take_prices(now_); !taken) return taken;
  loop.look_again();
  if (auto ran = loop.run_until(not_before(now_.wall)); !ran) return ran;
  const bool is_quiet_due = unwritten_since_ && now_.steady >= *unwritten_since_ + kQuietWait;
  if (auto written = loop.release(is_quiet_due); !written) return written;
  if (!loop.has_unwritten()) {
    unwritten_since_.reset();
  } else if (!unwritten_since_) {
    unwritten_since_ = now_.steady;
  }
  for (const Answer& answer : answers_) answer.to(answer.what);
  answers_.clear();
  const ClockReading after = read_clocks();
  worked_.add(after.steady - now_.steady);
  if (after.steady >= next_figures_) tell_figures(after);
  return {};
}

void Writer::tell_figures(ClockReading now) {
  next_figures_ = now.steady + kFiguresInterval;
  const std::uint64_t events = number(parts_.engine.last_sequence());
  Notes::Fields fields = {
      {"events", std::to_string(events - events_told_)},
      {"conflated", std::to_string(parts_.inbox.merged())},
      {"price_waited_p50_us", std::to_string(waited_.at_most(500))},
      {"price_waited_p99_us", std::to_string(waited_.at_most(990))},
      {"round_p50_us", std::to_string(worked_.at_most(500))},
      {"round_p99_us", std::to_string(worked_.at_most(990))},
  };
  for (auto& field : parts_.venue.figures()) fields.push_back(std::move(field));
  parts_.notes.say(NoteLevel::Info, "figures", fields);
  events_told_ = events;
  waited_ = worked_ = {};
}

std::expected<void, WriterFailure> Writer::run() {
  const auto failed = [](const LogError& error) {
    return std::unexpected(WriterFailure{exit_status(error.kind), error.message});
  };
  events_told_ = number(parts_.engine.last_sequence());
  now_ = read_clocks();
  next_figures_ = now_.steady + kFiguresInterval;
  parts_.venue.start(now_);
  while (true) {
    if (auto done = round(); !done) return failed(done.error());
    if (std::string refusal = parts_.venue.refusal(); !refusal.empty()) {
      if (auto finished = parts_.loop.finish(); !finished) return failed(finished.error());
      return std::unexpected(WriterFailure{kBadInput, std::move(refusal)});
    }
    if (!stop_until_) continue;
    if (is_settled() || now_.steady >= *stop_until_) break;
  }
  if (auto finished = parts_.loop.finish(); !finished) return failed(finished.error());
  return {};
}

}  // namespace tranchet
