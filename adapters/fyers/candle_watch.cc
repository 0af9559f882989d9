#include "adapters/fyers/candle_watch.h"

#include <algorithm>
#include <array>

namespace tranchet::fyers {
namespace {

constexpr std::array<std::int64_t, 11> kMinutes = {1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 240};
constexpr Duration kMinute = Duration::minutes(1);
constexpr Duration kDay = Duration::hours(24);
// So long after its end the venue's candle has its last trade, also where our clock is ahead.
constexpr Duration kSettled = Duration::seconds(2);
constexpr Duration kPace = Duration::seconds(1);
// One that is not there: the venue is late, or nobody has traded. The next answer has both.
constexpr Duration kAskTwice = Duration::seconds(5);
constexpr Duration kAfterFailure = Duration::seconds(5);
constexpr Duration kAfterFailuresMost = Duration::minutes(1);
constexpr std::int64_t kDaysMost = 100;  // Of one question.

}  // namespace

bool has_candles_of(Duration length) {
  return length.count() % kMinute.count() == 0 &&
         std::ranges::find(kMinutes, length.count() / kMinute.count()) != kMinutes.end();
}

CandleWatch::CandleWatch(const CandleTerms& terms) : terms_(terms) {
  for (const WantedCandles& wanted : terms.wanted) watched_.push_back({.wanted = wanted});
}

// All lengths divide a day, so the grid is the same every day.
Timestamp CandleWatch::last_end(const Watched& watched, Timestamp time) const {
  const Timestamp grid = Timestamp() + terms_.session_start;
  const std::int64_t length = watched.wanted.length.count();
  const auto steps = static_cast<std::int64_t>(divide_floor((time - grid).count(), length));
  return grid + Duration::nanoseconds(steps * length);
}

// The end of the next candle that can have trades.
Timestamp CandleWatch::next_end(const Watched& watched, Timestamp time) const {
  const Timestamp end = last_end(watched, time) + watched.wanted.length;
  if (!terms_.hours || terms_.hours->is_open(end - watched.wanted.length)) return end;
  auto ring = terms_.hours->next(end - watched.wanted.length);
  while (ring && ring->bell != TradingHours::Bell::Opens) ring = terms_.hours->next(ring->at);
  return ring ? last_end(watched, ring->at) + watched.wanted.length : end + kDay;
}

// Days with a session are fewer than days: of seven five, and holidays. A week more has them all.
Duration CandleWatch::reach_of(const WantedCandles& wanted) const {
  const std::int64_t session = (terms_.session_end - terms_.session_start).count();
  const std::int64_t a_day = std::max<std::int64_t>(session / wanted.length.count(), 1);
  const std::int64_t sessions = (wanted.period + a_day - 1) / a_day;
  const std::int64_t days = std::min(sessions * 7 / 5 + 7, kDaysMost);
  return Duration::hours(24 * days);
}

std::optional<std::size_t> CandleWatch::ask(Timestamp now) {
  if (is_asking_ || now < not_before_ || watched_.empty()) return std::nullopt;
  const auto first = std::ranges::min_element(watched_, {}, &Watched::due);
  if (first->due > now) return std::nullopt;
  is_asking_ = true;
  asked_ = now;
  not_before_ = now + kPace;
  return static_cast<std::size_t>(first - watched_.begin());
}

Call CandleWatch::question(std::size_t index) const {
  const WantedCandles& wanted = watched_[index].wanted;
  const Timestamp to = asked_ - wanted.length - kSettled;
  Timestamp from = to - reach_of(wanted);
  if (wanted.known) {
    // Whatever the log has not; after a long absence, what one question can bring.
    from = std::max(*wanted.known + Duration::seconds(1), to - Duration::hours(24 * kDaysMost));
  }
  return history_call(wanted.symbol,
                      static_cast<int>(wanted.length.count() / kMinute.count()),
                      std::min(from, to), to);
}

void CandleWatch::take(std::size_t index, std::span<const CandleRow> rows,
                       std::vector<CandleClosed>& out) {
  Watched& watched = watched_[index];
  WantedCandles& wanted = watched.wanted;
  is_asking_ = false;
  failures_ = 0;
  for (const CandleRow& row : rows) {
    const bool is_complete = row.start + wanted.length + kSettled <= asked_;
    if (!is_complete || (wanted.known && row.start <= *wanted.known)) continue;
    wanted.known = row.start;
    out.push_back({.instrument = wanted.instrument,
                   .seconds = static_cast<std::uint32_t>(wanted.length.count() / 1'000'000'000),
                   .opened = row.start,
                   .open = row.open,
                   .high = row.high,
                   .low = row.low,
                   .close = row.close,
                   .volume = row.volume});
  }
  const Timestamp newest = last_end(watched, asked_ - kSettled) - wanted.length;
  const bool is_there = wanted.known && *wanted.known >= newest;
  const bool could_be = !terms_.hours || terms_.hours->is_open(newest);
  watched.asked_twice = !is_there && could_be && !watched.asked_twice;
  watched.due = watched.asked_twice ? asked_ + kAskTwice
                                    : next_end(watched, asked_ - kSettled) + kSettled;
}

void CandleWatch::failed(std::size_t index, Timestamp now) {
  is_asking_ = false;
  ++failures_;
  watched_[index].due = now + kAfterFailuresMost;
  not_before_ = now + std::min(kAfterFailure * failures_, kAfterFailuresMost);
}

std::optional<Timestamp> CandleWatch::next_due() const {
  if (is_asking_ || watched_.empty()) return std::nullopt;
  return std::max(not_before_, std::ranges::min_element(watched_, {}, &Watched::due)->due);
}

}  // namespace tranchet::fyers
