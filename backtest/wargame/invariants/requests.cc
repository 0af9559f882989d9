// What is asked for, and what leaves the process: I-08 of orders, and I-29 to I-36.
#include <algorithm>

#include "backtest/wargame/invariants/watch.h"

namespace tranchet {
namespace {

// Limits of the venue, and the share that is left to protection and cancels.
constexpr Duration kMinute = Duration::minutes(1);
constexpr Duration kShort = Duration::seconds(10);
constexpr std::uint32_t kWeightPerMinute = 2'400;
constexpr std::uint32_t kOrdersPerMinute = 1'200;
constexpr std::uint32_t kOrdersPerTenSeconds = 300;
constexpr std::uint32_t kEntriesPerTenSeconds = 240;
constexpr std::uint32_t kSnapshotWeight = 50;  // Orders 40, positions 5, balance 5.

constexpr std::size_t kOrderIdLength = 28;

template <class Unit>
bool is_multiple(Decimal<Unit> value, Decimal<Unit> step) {
  return step.is_positive() && value.raw() % step.raw() == 0;
}

}  // namespace

// ---- What the engine asks for.

void Invariants::Watch::judge_submit_form(const Event& event, const SubmitOrder& submit,
                                          const State& state) {
  if (judges(30)) {
    const OrderIdParts parts = parts_of(submit.order);
    if (chronicle_.find(submit.order) != nullptr) {
      fail(30, "the id of order ", submit.order, " was used before");
    } else if (parts.sequence != event.sequence || parts.account != state.account ||
               to_text(submit.order).size() > kOrderIdLength) {
      fail(30, "order ", submit.order, " does not say that event ", event.sequence, " caused it");
    }
  }
  const bool one_way = chronicle_.settings().choice<PositionMode>(Setting::PositionModeChoice) ==
                       PositionMode::OneWay;
  const bool is_entry = submit.purpose == Purpose::Entry;
  expect(32, submit.reduce_only == (one_way && !is_entry) && is_valid(submit.position_side),
         "order ", submit.order, " (", submit.purpose, "): reduce_only ",
         submit.reduce_only ? "true" : "false", " in ", one_way ? "one-way" : "hedge", " mode");
  const bool buys_back = submit.purpose == Purpose::Close && one_way &&
                         !chronicle_.settings().flag(Setting::ReduceOnly);
  const Side side = is_entry ? entry_side(submit.position_side) : exit_side(submit.position_side);
  expect(27, submit.side == side || buys_back, "order ", submit.order, " (", submit.purpose, " ",
         submit.position_side, ") is a ", submit.side);
  judge_grid(submit);
}

void Invariants::Watch::judge_grid(const SubmitOrder& submit) {
  if (!judges(8)) return;
  const InstrumentListed& rules = chronicle_.instrument(submit.instrument).rules;
  for (const Maybe<Price> price : {submit.limit_price, submit.stop_price}) {
    if (price && (!(*price).is_positive() || !is_multiple(*price, rules.tick_size))) {
      fail(8, "order ", submit.order, " at ", *price, ", off the tick ", rules.tick_size);
    }
  }
  // What is held may be off a step that changed; its exits are then, too.
  const SeenTranche* seen = chronicle_.find(submit.tranche_id);
  const bool held_is_off = submit.purpose != Purpose::Entry && seen != nullptr &&
                           !is_multiple(seen->quantity, rules.step_size);
  if (!submit.quantity.is_positive() ||
      (!is_multiple(submit.quantity, rules.step_size) && !held_is_off)) {
    fail(8, "order ", submit.order, " of ", submit.quantity, ", off the step ", rules.step_size);
  }
}

void Invariants::Watch::judge_amend_grid(const AmendOrder& amend) {
  const InstrumentListed& rules = chronicle_.instrument(amend.instrument).rules;
  expect(8, amend.limit_price.is_positive() && is_multiple(amend.limit_price, rules.tick_size),
         "order ", amend.order, " amended to ", amend.limit_price, ", off the tick ",
         rules.tick_size);
}

// After a halt, a kill, a stop that failed, or a stream that broke, no entry goes out.
void Invariants::Watch::judge_entries_sent(const Event& event, const Output& output, bool halted,
                                           bool reconciled) {
  const SubmitOrder* entry = nullptr;
  for (const Command& command : output.commands) {
    const auto* submit = std::get_if<SubmitOrder>(&command);
    if (submit != nullptr && submit->purpose == Purpose::Entry) entry = submit;
  }
  const auto* signal = std::get_if<EntrySignal>(&event.body);
  if (entry == nullptr && signal == nullptr) return;
  PositionKey key{};
  if (entry != nullptr) {
    key = {entry->instrument, entry->position_side};
  } else {
    key = {signal->instrument, position_side_of_entry(signal->side)};
  }
  if (key.instrument == InstrumentId::None) return;
  // An entry changes no halt: the book's is still as it was before.
  const bool key_halted = chronicle_.book(key).entries_halted;
  if (halted || !reconciled || key_halted) {
    expect(36, entry == nullptr, "an entry on ", key, " was sent while ",
           halted       ? "entries are halted"
           : key_halted ? "a stop of the book fails"
                        : "the books are not reconciled");
  }
  if (entry == nullptr) return;
  judge_pending(key);
  judge_exposure(key);
}

// A kill takes back what has not filled.
void Invariants::Watch::judge_kill() {
  for (const SeenInstrument& seen : chronicle_.instruments()) {
    for (const SeenBook& book : seen.books) {
      for (const TrancheId id : book.tranches) {
        for (const OrderId live : chronicle_.find(id)->live) {
          const SeenOrder& order = *chronicle_.find(live);
          if (order.purpose != Purpose::Entry) continue;
          expect(36, order.is_unanswered(), "the kill left entry ", order.id, " alone");
        }
      }
    }
  }
}

Value Invariants::Watch::exposure_of(PositionKey key) {
  Value sum = 0;
  for (const TrancheId id : chronicle_.book(key).tranches) {
    const SeenTranche& seen = *chronicle_.find(id);
    sum += seen.cost;
    for (const OrderId live : seen.live) {
      const SeenOrder& order = *chronicle_.find(live);
      if (order.purpose == Purpose::Entry) sum += value_of(order.reference, order.remaining());
    }
  }
  return sum;
}

// One entry at a time: for each book, in one-way mode for each instrument.
void Invariants::Watch::judge_pending(PositionKey key) {
  if (!judges(34)) return;
  const bool one_way = chronicle_.settings().choice<PositionMode>(Setting::PositionModeChoice) ==
                       PositionMode::OneWay;
  for (const SeenBook& book : chronicle_.instrument(key.instrument).books) {
    if (!one_way && book.key != key) continue;
    for (const TrancheId id : book.tranches) {
      for (const OrderId live : chronicle_.find(id)->live) {
        const SeenOrder& order = *chronicle_.find(live);
        if (order.purpose != Purpose::Entry || order.cause == newest_) continue;
        fail(34, "an entry on ", key, " was sent while order ", live, " is pending");
      }
    }
  }
}

// With the entry that was just sent.
void Invariants::Watch::judge_exposure(PositionKey key) {
  if (!judges(34)) return;
  const Settings& settings = chronicle_.settings();
  const auto limit = [&settings](Setting setting, InstrumentId id) {
    return static_cast<Value>(settings.amount(setting, id).raw()) * kDecimalOne;
  };
  const Value here = exposure_of(key);
  if (here > limit(Setting::MaxPositionValue, key.instrument)) {
    fail(34, key, ": exposure ", here, " after an entry, at most ",
         limit(Setting::MaxPositionValue, key.instrument));
  }
  Value all = 0;
  for (const SeenInstrument& seen : chronicle_.instruments()) {
    for (const SeenBook& book : seen.books) all += exposure_of(book.key);
  }
  if (all > limit(Setting::MaxTotalValue, InstrumentId::None)) {
    fail(34, "exposure ", all, " after an entry, at most ",
         limit(Setting::MaxTotalValue, InstrumentId::None));
  }
}

// "Unknown" and "not found" are questions, not answers. The chronicle is as before the event.
void Invariants::Watch::judge_answers(const Event& event, const Output& output) {
  OrderId id{};
  if (const auto* unknown = std::get_if<OutcomeUnknown>(&event.body)) {
    id = unknown->order;
  } else if (const auto* rejected = std::get_if<CancelRejected>(&event.body)) {
    const SeenOrder* order = chronicle_.find(rejected->order);
    if (rejected->reason != RejectReason::NotFound || order == nullptr || !order->cancel_asked) {
      return;
    }
    id = rejected->order;
  } else {
    return;
  }
  const SeenOrder* order = chronicle_.find(id);
  if (order == nullptr || order->is_over()) return;
  const bool asks =
      std::any_of(output.commands.begin(), output.commands.end(), [id](const Command& command) {
        const auto* query = std::get_if<QueryOrder>(&command);
        return query != nullptr && query->order == id;
      });
  expect(25, asks || order->query_asked, "what became of order ", id,
         " is not known, and nobody asks");
}

// ---- What leaves.

Invariants::Watch::Sent& Invariants::Watch::sent(OrderId order) {
  const auto at = std::lower_bound(sent_.begin(), sent_.end(), order,
                                   [](const Sent& s, OrderId wanted) { return s.order < wanted; });
  if (at != sent_.end() && at->order == order) return *at;
  return *sent_.insert(at, Sent{.order = order});
}

void Invariants::Watch::on_sent(const SentRequest& request) {
  if (violation_) return;
  newest_cause_ = std::max(newest_cause_, request.cause);
  expect(29, request.cause <= request.durable, "a request that event ", request.cause,
         " caused left while the log ended at ", request.durable);
  if (request.nonce == 0) return;
  expect(30, request.nonce > newest_nonce_, "nonce ", request.nonce, " after ", newest_nonce_);
  newest_nonce_ = std::max(newest_nonce_, request.nonce);
  if (const auto* submit = std::get_if<SubmitOrder>(&request.command)) {
    Sent& order = sent(submit->order);
    ++order.times;
    expect(31, order.times == 1, "order ", submit->order, " was sent ", order.times, " times");
  }
  judge_rate(request);
}

void Invariants::Watch::on_venue_order(OrderId order, bool taken) {
  if (violation_) return;
  Sent& seen = sent(order);
  if (taken) ++seen.taken;
  expect(31, seen.taken <= 1, "the venue took order ", order, " ", seen.taken, " times");
}

void Invariants::Watch::judge_rate(const SentRequest& request) {
  Spent spent{.time = request.time, .weight = 1};
  if (std::holds_alternative<RequestSnapshot>(request.command)) spent.weight = kSnapshotWeight;
  if (const auto* submit = std::get_if<SubmitOrder>(&request.command)) {
    spent.is_order = true;
    spent.is_entry = submit->purpose == Purpose::Entry;
  }
  spent.is_order |= std::holds_alternative<AmendOrder>(request.command);
  spent_.push_back(spent);
  while (request.time - spent_.front().time >= kMinute) spent_.pop_front();
  if (!judges(33)) return;
  std::uint32_t weight = 0, orders = 0, orders_short = 0, entries_short = 0;
  for (const Spent& past : spent_) {
    weight += past.weight;
    orders += past.is_order ? 1 : 0;
    const bool is_recent = request.time - past.time < kShort;
    orders_short += past.is_order && is_recent ? 1 : 0;
    entries_short += past.is_entry && is_recent ? 1 : 0;
  }
  if (weight > kWeightPerMinute || orders > kOrdersPerMinute ||
      orders_short > kOrdersPerTenSeconds || entries_short > kEntriesPerTenSeconds) {
    fail(33, "weight ", weight, " and ", orders, " orders in a minute, ", orders_short,
         " orders and ", entries_short, " entries in ten seconds");
  }
}

}  // namespace tranchet
