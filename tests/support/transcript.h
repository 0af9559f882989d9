// A trading session as a page that a trader can read, and that the engine can be held to.
//
//   # What the page shows, in a sentence.
//   instrument BTCUSDT tick 0.1 step 0.001
//   set defaults.take_profit_pct = 1
//
//   > 00:00:01 entry filled 0.1 at 45000
//   < stop sell 0.1 at 22500 for Long 0
//   = Long 0: 0.1 at 45000, TP 45450, stop 22500
//
// `>` is an event, `<` a command, `=` the books as they are published after it. Orders are named by
// what they are for; two of a kind are told apart by what stands in parentheses: "stop of Long 0
// (0.1 at 22500)". The grammar of events stands in transcript_events.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "events/names.h"
#include "tests/support/transcript_words.h"

namespace tranchet {

struct TranscriptError {
  std::uint64_t line = 0;  // From 1.
  std::string message;
  std::string played;  // The page up to that line.
};

// The page again, with the commands and books that the engine answers with now: equal to `page`
// when the engine does what the page says. Words nobody knows, a time that runs back, a timer that
// is not due (or is, and was passed over) are errors.
std::expected<std::string, TranscriptError> play_transcript(std::string_view page);

// The run behind a page.
class Scene {
 public:
  // A line of the header: "instrument ...", "unlisted SYM" (known by name only) or "set ...".
  // Empty: taken; otherwise the error.
  std::string configure(std::string_view line);
  // An event; the lines it causes are appended. Empty: taken; otherwise the error.
  std::string take(std::string_view line, std::vector<std::string>& answers);
  const State& state() const { return engine_->state(); }

 private:
  struct Reference {
    Purpose purpose{};
    std::optional<PositionKey> key;
    std::optional<std::uint32_t> tranche;
  };

  void open();
  void apply(const EventBody& body, std::vector<std::string>& answers);
  std::string check_timers(const Words& words) const;

  // transcript_events.cc
  std::vector<EventBody> read_event(Words& words);
  std::optional<EventBody> read_market(Words& words, InstrumentId instrument);
  std::optional<EventBody> read_person(Words& words, InstrumentId instrument);
  std::optional<EventBody> read_order_event(Words& words);
  EventBody read_order_answer(Words& words);
  EventBody read_signal(Words& words, InstrumentId instrument);
  EventBody read_close_request(Words& words, bool named, InstrumentId instrument);
  EventBody read_protection(Words& words, InstrumentId instrument);
  EventBody read_foreign_fill(Words& words, InstrumentId instrument, FillOrigin origin);
  EventBody read_query_answer(Words& words);
  EventBody read_timer(Words& words);
  EventBody read_setting(Words& words, InstrumentId instrument) const;
  std::vector<EventBody> read_snapshot(Words& words) const;
  std::vector<EventBody> agreeing_snapshot() const;
  InstrumentId read_instrument(Words& words) const;
  OrderId find(const Reference& reference, const EventBody& answer, Words& words) const;
  TradeId next_trade(Words& words);

  // transcript_commands.cc
  void describe(const Output& output, std::vector<std::string>& answers);
  std::string tranche_name(PositionKey key, std::uint32_t ordinal) const;
  std::string key_name(PositionKey key) const;
  std::string order_name(OrderId id) const;
  std::string timer_name(const TimerId& timer) const;
  void note_tranches();

  Names names_;
  Settings settings_;
  std::vector<InstrumentListed> instruments_;
  std::optional<Engine> engine_;
  Timestamp now_ = *parse_page_time("00:00:00");
  std::map<TrancheId, std::string> tranche_names_;  // Also of those that are gone.
  std::uint64_t trades_ = 0;
};

// "0.1 at 22500", "0.1" for a market order: what tells an order from others of its kind.
std::string order_size(const Order& order);
std::string_view purpose_word(Purpose purpose);

}  // namespace tranchet
