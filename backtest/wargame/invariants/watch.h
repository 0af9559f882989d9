// One world under watch: the checks themselves, by subject.
//
//   books.cc                  quantities and money        I-01 .. I-10, I-15
//   adoptions.cc              what the log claims         I-07
//   tranches.cc               identity and life           I-11 .. I-14, I-16
//   protection.cc             stops, targets, closing     I-17, I-18, I-20 .. I-28
//   exits.cc                  requests for exits          I-18, I-19, I-22 .. I-24, I-26
//   requests.cc               what leaves the process     I-29 .. I-36
//   log.cc                    sequence, time, restarts    I-37 .. I-41
//   rest.cc                   a world that has healed
//
// I-35 is a test that must not compile, I-40 the golden logs, I-42 a scan of all that was written.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "backtest/wargame/invariants/chronicle.h"
#include "backtest/wargame/invariants/invariants.h"

namespace tranchet {

struct DigestPair {
  std::uint64_t commands = 0;
  std::uint64_t state = 0;
};

inline std::string word(std::string_view text) {
  return std::string(text);
}
inline std::string word(const char* text) {
  return text;
}
template <class Number>
std::string word(Number value) requires std::is_integral_v<Number> {
  return std::to_string(value);
}
inline std::string word(Value value) {
  return value_text(value);
}
inline std::string word(TrancheId id) {
  return "tranche " + std::to_string(static_cast<std::uint64_t>(id));
}
inline std::string word(Sequence sequence) {
  return std::to_string(number(sequence));
}
inline std::string word(TradeId id) {
  return "trade " + std::to_string(static_cast<std::uint64_t>(id));
}
inline std::string word(PositionKey key) {
  return "instrument " + std::to_string(static_cast<int>(key.instrument)) + " " +
         std::string(to_text(key.side));
}
template <class T>
std::string word(Maybe<T> value) {
  return value ? to_text(*value) : std::string("none");
}
template <class T>
std::string word(const T& value) requires requires {
  to_text(value);
}
{ return std::string(to_text(value)); }

// The book that a command is about; nullopt: none, as for timers.
std::optional<PositionKey> key_of(const Command& command);

class Invariants::Watch {
 public:
  Watch(const InvariantSet& checks, const Settings& settings, bool healthy);

  void on_step(const Event& event, const Output& output, const State& state);
  void on_sent(const SentRequest& request);
  void on_venue_order(OrderId order, bool taken);
  void on_restart(Sequence last, const State& state);
  void on_replayed(const DigestPair& live, const DigestPair& replayed, bool from_snapshot);
  void on_log_refused(bool rightly);
  void on_rest(const State& state, const SimulatedVenue& venue);

  const std::optional<Violation>& violation() const { return violation_; }
  const InvariantCounts& counts() const { return counts_; }

 private:
  // Counts that I-`number` has something to judge; false: it is off.
  bool judges(int number) {
    if (!checks_.has(number) || violation_) return false;
    ++counts_[static_cast<std::size_t>(number)];
    return true;
  }
  template <class... Words>
  void fail(int number, const Words&... words) {
    if (violation_ || !checks_.has(number)) return;
    std::string text;
    ((text += word(words)), ...);
    violation_ = Violation{.invariant = number, .sequence = newest_, .text = std::move(text)};
  }
  // Judges whether `holds`; the words say what was expected and found.
  template <class... Words>
  void expect(int number, bool holds, const Words&... words) {
    if (judges(number) && !holds) fail(number, words...);
  }

  // ---- invariants.cc
  bool take_quiet_price(const Event& event, const Output& output, const State& state);
  void find_touched(const Event& event, const Output& output);
  void touch(PositionKey key);
  void touch_both(InstrumentId id);
  void judge_book(const Event& event, const State& state, PositionKey key);
  void remember(const State& state, PositionKey key);
  void remember_band(InstrumentId id);
  // The only book, or the only instrument (side 0), that the event is about; nullopt: any.
  std::optional<PositionKey> scope_of(const Event& event);

  // ---- books.cc
  Quantity open_quantity_of(PositionKey key);
  void judge_bookings(const Event& event, const Output& output);
  void judge_fill(const CountedFill& fill, const Output& output, bool alone);
  void note_foreign(const CountedFill& fill, Quantity booked);
  void note_held(const Booking& booking);
  void note_netted(const Event& event, const Output& output);
  void judge_excess(const CountedFill& fill, Quantity left, const Output& output);
  void judge_booking(const FillBooked& booked);
  void judge_exit_source(const FillBooked& booked, const SeenOrder* order);
  void judge_funding(const FundingPaid& paid, const Output& output);
  void judge_merge(const TrancheMerged& merged, const Event& event);
  void judge_trade_closed(const TradeClosed& closed);
  void judge_holdings(const Tranche& tranche, const SeenTranche& seen);
  void judge_orders(const State& state, const Tranche& tranche, const SeenTranche& seen);
  void judge_position(const Event& event, const Position& position);
  Quantity given_back(PositionKey key) const;
  void judge_isolation(const Event& event, const Output& output, const State& state);

  // ---- adoptions.cc
  void judge_adoptions(const Event& event, const Output& output, const State& state);
  void judge_claims(PositionKey key, const Output& output, const State& state);
  void forget_claims(Sequence last);

  // ---- tranches.cc
  struct Choice {
    enum class Kind : std::uint8_t { Join, Open, Merge, Refuse } kind{};
    TrancheId tranche{};
    TrancheId from{};
    std::uint32_t ordinal = 0;
  };
  struct Pair {
    const SeenTranche* first = nullptr;
    const SeenTranche* second = nullptr;
  };
  bool is_live(const SeenTranche& tranche) const;
  Pair least_lossy(PositionKey key);
  Choice choose(PositionKey key, Price price, bool is_fill, TrancheId without = {});
  void judge_new_tranche(TrancheId id);
  void judge_entries(const Event& event, const Output& output, const State& state);
  void judge_entry(const SubmitOrder& entry, const Event& event, const Output& output,
                   const State& state);
  void note_closing(const State& state, PositionKey key);
  void judge_entry_tranche(const FillBooked& booked, const SeenOrder& order);
  void judge_life(const Tranche& tranche, const SeenTranche& seen);

  // ---- protection.cc
  struct Cover {
    Quantity standing;  // Stops that the venue has, not being cancelled.
    Quantity sent;      // And those on their way.
    Quantity stops;     // What all live stops could sell.
    Quantity targets;   // What all live take-profits could sell.
    std::uint32_t closes = 0;
    bool stop_unanswered = false;
    bool stop_triggered = false;
    bool target_unanswered = false;
    bool target_off_wish = false;
  };
  Cover cover_of(const SeenTranche& tranche, Maybe<Price> target_wish);
  void judge_protection(const Event& event, const Position& position, const Tranche& tranche,
                        SeenTranche& seen);
  bool is_stop_excused(const Tranche& tranche, const SeenTranche& seen, const Cover& cover) const;
  void judge_coverage(const Tranche& tranche, const SeenTranche& seen, const Cover& cover);
  void judge_sizes(const Tranche& tranche, const SeenTranche& seen, const Cover& cover);
  void judge_promptness(const Tranche& tranche, SeenTranche& seen, const Cover& cover);
  void judge_ended(const SeenTranche& seen);
  void judge_other_stops(const SeenTranche& seen);
  void judge_wishes(PositionKey key, const Tranche& tranche, const SeenTranche& seen);
  void judge_closing(const Event& event, const Tranche& tranche, const SeenTranche& seen,
                     const Cover& cover);
  void judge_closing_reason(const Event& event, const Tranche& tranche, const SeenTranche& seen,
                            const Cover& cover);
  void judge_dust(const Event& event, const Tranche& tranche, const SeenTranche& seen);
  Quantity naked_quantity_of(const SeenTranche& seen);
  bool loses_a_stop_now(const SeenTranche& seen);
  void judge_prices(InstrumentId id, bool is_mark, const State& state);

  // ---- exits.cc
  void judge_commands(const Event& event, const Output& output, const State& state);
  void judge_exit_submit(const SubmitOrder& submit, const Output& output, const State& state);
  void judge_stop_price(const SubmitOrder& submit, SeenTranche& seen);
  void judge_amend(const AmendOrder& amend, const State& state);
  void judge_cancel(const CancelOrder& cancel, const State& state);
  void judge_stop_cancel(const SeenOrder& order, const SeenTranche& seen, const Tranche& tranche);

  // ---- requests.cc
  void judge_submit_form(const Event& event, const SubmitOrder& submit, const State& state);
  void judge_grid(const SubmitOrder& submit);
  void judge_amend_grid(const AmendOrder& amend);
  void judge_entries_sent(const Event& event, const Output& output, bool halted, bool reconciled);
  void judge_kill();
  Value exposure_of(PositionKey key);
  void judge_pending(PositionKey key);
  void judge_exposure(PositionKey key);
  void judge_answers(const Event& event, const Output& output);
  void judge_rate(const SentRequest& request);

  // ---- log.cc
  void judge_time(const Event& event, const State& state, Sequence before, Timestamp time_before);
  void keep(const Event& event, const Output& output, const State& state);
  void rebuild(Sequence last);

  // ---- rest.cc
  void judge_rest_orders(const State& state, const SimulatedVenue& venue);
  void judge_rest_tranche(const State& state, const Position& position, const Tranche& tranche);

  InvariantSet checks_;
  Settings first_settings_;
  bool healthy_ = false;
  Chronicle chronicle_;
  Sequence newest_{};
  Timestamp now_;
  std::vector<PositionKey> touched_;
  std::optional<Violation> violation_;
  InvariantCounts counts_{};

  struct Claim {
    AdoptionRequested what;
    Sequence claimed_in{};
    Sequence decided_in{};  // 0: not yet.
  };
  std::vector<Claim> claims_;  // By ordinal.

  // Every step, to go back to when the log turns out shorter than what was seen.
  struct Step {
    Event event;
    std::uint32_t bookings_end = 0;
    std::uint32_t commands_end = 0;
    std::uint64_t command_digest = 0;
  };
  std::vector<Step> steps_;
  std::vector<Booking> bookings_;
  std::vector<Command> commands_;

  // What left, and what the venue took: of the world, not of the log.
  struct Sent {
    OrderId order{};
    std::uint32_t times = 0;  // With a nonce of their own.
    std::uint32_t taken = 0;  // By the venue.
  };
  Sent& sent(OrderId order);
  std::vector<Sent> sent_;  // By id.
  std::uint64_t newest_nonce_ = 0;
  Sequence newest_cause_{};
  struct Spent {
    Timestamp time;
    std::uint32_t weight = 0;
    bool is_order = false;
    bool is_entry = false;
  };
  std::deque<Spent> spent_;  // Of the last minute.
};

}  // namespace tranchet
