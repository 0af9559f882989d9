// An independent judge of the engine. It reads what the engine reads (events) and what the engine
// says (commands), keeps its own books from the rules of tranche trading, and complains in words
// wherever the two disagree. It knows nothing of how the engine works.
//
// Where the rules leave a question open, the engine's next visible act answers it; an answer that
// no reading of the rules allows is a violation.
//
// Not judged: exits that no order of ours made, snapshots, strategies, the order of commands, and
// the order that mends a flipped position where the venue has no reduce-only.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/command.h"
#include "events/event.h"
#include "tests/properties/ledger.h"

namespace tranchet::oracle {

struct Order {
  OrderId id{};
  Purpose purpose{};
  OrderType type{};
  TrancheId tranche{};    // Pinned at submission; merges move it on, and so does a fill elsewhere.
  bool rerouted = false;  // A fill went elsewhere, so rule 1 may be asked again.
  PositionKey key;
  std::int64_t quantity = 0;
  Maybe<Price> price;       // Limit or stop price.
  std::int64_t filled = 0;  // Counted, by fills or ahead of them by a query.
  std::int64_t ahead = 0;   // Counted by a query, the fill itself still to come.
  Int128 value = 0;         // Of what is counted.
  std::set<TradeId> trades;
  Sequence sent{};
  bool accepted = false;
  bool touched = false;  // A fill came before the acceptance: the venue has it, nobody said so.
  bool triggered = false;
  bool done = false;
  bool before_dust = false;  // Sent before its tranche fell below the minimum.
  bool amending = false, canceling = false, querying = false;
  std::int64_t amended_to = 0;      // The total that the amend in flight asks for.
  std::vector<ExitReason> reasons;  // Close: why. Entry: why its fills close at once.

  std::int64_t remaining() const { return done ? 0 : quantity - filled; }
  // A command of it has surely not been answered.
  bool surely_busy() const { return !done && ((!accepted && !touched) || amending || canceling); }
  bool possibly_busy() const { return !done && (!accepted || amending || canceling || querying); }
};

class Oracle {
 public:
  explicit Oracle(const Rules& rules) : rules_(rules) {}

  // One event and everything the engine answered to it.
  void step(const Event& event, std::span<const Command> commands);

  // In words, each with its sequence; empty: nothing to complain about.
  const std::vector<std::string>& violations() const { return violations_; }
  const Ledger& ledger() const { return ledger_; }

 private:
  struct Listing {
    Price tick;
    Quantity step;
    Quantity market_max;
    std::uint16_t max_conditional = 0;
  };
  struct Seen {
    Price price;
    Timestamp time;
  };
  // What a leg or an exit of a tranche waits for and has been through.
  struct Progress {
    std::uint32_t stop_refusals = 0, target_refusals = 0;  // In a row.
    bool stop_exact = true, target_exact = true;  // The counts above are what the engine counts.
    bool stop_no_position = false, target_no_position = false, close_no_position = false;
    bool stop_spent = false;    // A stop filled or ended since that NoPosition of a Close.
    bool cancel_first = false;  // The venue refused a second stop beside the first.
    std::uint32_t failed_exits = 0;
    bool attempt_failed = false;  // A market order of the last attempt ended unfilled.
    bool exits_exact = true;
    bool closed_by_market = false;  // A Close was sent since it began to close.
    bool by_guard = false;          // For what no stop covers only: a stop accepted ends it.
    bool would_trigger = false;     // The last stop was refused as one that would trigger.
    Timestamp rest_until;
    bool dust_alerted = false;
  };
  struct Update {
    PositionUpdate header;
    std::vector<TrancheState> rows;
  };

  // What happened (oracle_facts.cc).
  void learn(const EventBody& body);
  void on_listed(const InstrumentListed& listed);
  void on_timer(const TimerFired& fired);
  void on_accepted(Order& order);
  void on_rejected(Order& order, RejectReason reason);
  void on_triggered(Order& order);
  void on_filled(Order& order, const OrderFilled& fill);
  void on_amend_rejected(Order& order, RejectReason reason);
  void on_cancel_rejected(Order& order, RejectReason reason);
  void on_unknown(Order& order);
  void on_answered(Order& order, const QueryAnswered& answer);
  void on_close_requested(const CloseRequested& request);
  void on_protection_requested(const ProtectionRequested& request);
  void on_price(InstrumentId instrument, WorkingType kind);
  void book(Order& order, std::int64_t quantity, Price price, Money fee);
  void book_entry(Order& order, std::int64_t quantity, Price price, Money fee);
  std::vector<Placement> fill_placements(const Order& order, Price price) const;
  bool try_placement(Ledger& ledger, const Placement& placement, const Order& order,
                     TrancheId& into) const;
  void book_exit(Order& order, std::int64_t quantity, Price price, Money fee);
  void finish(Order& order, bool canceled);
  void after_close_ended(const Order& order, const Tranche& tranche);
  void after_target_gone(Tranche& tranche, bool canceled);
  void settle_dust(TrancheId id, bool whole);
  void refresh_entries();
  void begin_closing(Tranche& tranche, ExitReason reason, bool certain);
  void watch_prices();

  // What was asked for (oracle_commands.cc).
  void index_updates(std::span<const Command> commands);
  void place_entries(std::span<const Command> commands);
  void place_entry(const SubmitOrder& submit);
  void announce_failures(std::span<const Command> commands);
  void judge(const Command& command);
  void judge_submit(const SubmitOrder& submit);
  void judge_exit(const SubmitOrder& submit, Tranche& tranche);
  void judge_target_submit(const SubmitOrder& submit, const Tranche& tranche);
  void judge_stop_submit(const SubmitOrder& submit, const Tranche& tranche);
  void judge_close_submit(const SubmitOrder& submit, Tranche& tranche);
  void judge_amend(const AmendOrder& amend);
  void judge_cancel(const CancelOrder& cancel);
  void judge_stop_cancel(const Order& order, const Tranche& tranche);
  void judge_query(const QueryOrder& query);
  void judge_timer(const SetTimer& timer);
  void judge_alert(const Alert& alert);
  void judge_refusal(const EntryRefused& refused);
  Order* commanded(OrderId id, std::string_view what);

  // What must hold now (oracle_moment.cc).
  void judge_moment();
  void judge_answers_owed();
  void settle_phases();
  void settle_phase(Tranche& tranche);
  void judge_target_leg(const Tranche& tranche);
  void judge_stop_leg(const Tranche& tranche);
  void judge_closing(const Tranche& tranche);
  void judge_guard(const Tranche& tranche);
  void judge_exits_within(const Tranche& tranche);
  void judge_update(PositionKey key, const Update& update);
  void judge_rows(const Update& update);
  void judge_closed(const TradeClosed& closed);
  void judge_closings_published();

  // Looking things up.
  Order* find(OrderId id);
  std::vector<const Order*> leg(TrancheId tranche, Purpose purpose) const;  // Not done.
  std::int64_t stop_cover(const Tranche& tranche, bool accepted_only, OrderId but) const;
  bool retry_pending(const Tranche& tranche) const;
  bool timer_pending(TimerKind kind, TrancheId tranche) const;
  std::optional<Price> wanted(const Tranche& tranche, Purpose leg) const;
  std::optional<Price> working_price(InstrumentId instrument) const;
  bool passed(const Tranche& tranche, Purpose leg, Price target, Price price) const;
  bool rows_match(const Ledger& ledger, PositionKey key) const;
  std::string name(const Tranche& tranche) const;
  void complain(const std::string& text);

  Rules rules_;
  Ledger ledger_;
  std::map<OrderId, Order> orders_;
  std::map<TrancheId, Progress> progress_;
  std::map<InstrumentId, Listing> listings_;
  std::map<InstrumentId, Seen> marks_, trades_;
  std::map<TimerId, Timestamp> timers_;
  std::vector<std::string> violations_;

  // Of the event at hand.
  Sequence sequence_{};
  Timestamp now_;
  const EventBody* body_ = nullptr;
  std::map<PositionKey, Update> updates_;
  std::set<PositionKey> booked_;          // Keys whose fills counted.
  std::set<PositionKey> commanded_keys_;  // Keys with an order command.
  std::set<OrderId> busy_before_;         // Unanswered before this event's commands.
  std::set<OrderId> query_owed_;
  std::set<TrancheId> emptied_;  // Exited to nothing: a TradeClosed is due.
  std::set<TrancheId> published_closed_;
  std::set<TrancheId> guard_due_;
  std::map<TrancheId, Phase> phases_before_;
  std::set<TrancheId> dust_announced_;
  bool excess_ = false, excess_alerted_ = false, snapshot_requested_ = false;
  bool entry_sent_ = false, entry_refused_ = false;
};

}  // namespace tranchet::oracle
