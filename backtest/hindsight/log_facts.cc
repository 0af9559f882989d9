#include "backtest/hindsight/log_facts.h"

#include <algorithm>
#include <map>

#include "events/order_of.h"
#include "replay/log_follower.h"
#include "replay/loop.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

template <class... Bodies>
bool is_one_of(const EventBody& body) {
  return (std::holds_alternative<Bodies>(body) || ...);
}

bool holds_anything(const State& state, InstrumentId instrument) {
  if (!state.knows(instrument)) return false;
  return std::ranges::any_of(state.instrument(instrument).positions, [](const Position& position) {
    return open_quantity(position).is_positive();
  });
}

class FactFinder {
 public:
  void take(const Event& event, const Output& output, const State& before, Sequence source) {
    const OrderId order = order_of(event.body);
    if (order != OrderId::None) answered(order, event.time);
    if (const auto* filled = std::get_if<OrderFilled>(&event.body)) {
      const auto trade = static_cast<std::uint64_t>(filled->trade);
      note_fill(*filled);
      if (trade < kTextTradeId) facts.last_trade = std::max(facts.last_trade, trade);
    } else if (const auto* rate = std::get_if<FundingRate>(&event.body)) {
      facts.rates[{event.time, rate->instrument}] = rate->rate;
      if (holds_anything(before, rate->instrument)) ++rates_held_;
    } else if (std::holds_alternative<FundingPaid>(event.body)) {
      ++paid_;
    }
    for (const Command& command : output.commands) {
      const bool asks_once = std::holds_alternative<SubmitOrder>(command) ||
                             std::holds_alternative<AmendOrder>(command) ||
                             std::holds_alternative<CancelOrder>(command);
      if (const auto* sent = std::get_if<SubmitOrder>(&command)) {
        sent_[sent->order].key = numbering_.take(*sent, source);
      }
      if (asks_once) asked_.try_emplace(order_of(command), event.time);
    }
    ++facts.events;
    facts.last_time = event.time;
  }
  void note_balance(Money told, Money earned) {
    if (facts.knows_balance) return;
    facts.knows_balance = true;
    facts.initial_balance = told - earned;
  }
  void finish() {
    std::ranges::stable_sort(facts.latencies, {}, [](const auto& item) { return item.first; });
    facts.rates_settle = paid_ >= rates_held_;
    for (const auto& [order, sent] : sent_) {
      if (sent.filled.is_positive()) {
        facts.fill_prices[sent.key] =
            Price::from_wide(divide_half_away(sent.value, sent.filled.raw()));
      }
    }
  }

  LogFacts facts;

 private:
  void answered(OrderId order, Timestamp time) {
    const auto asked = asked_.find(order);
    if (asked == asked_.end()) return;
    facts.latencies.emplace_back(asked->second, time - asked->second);
    asked_.erase(asked);
  }

  struct Sent {
    SentKey key;
    Quantity filled;
    Value value = 0;
  };
  void note_fill(const OrderFilled& fill) {
    const auto sent = sent_.find(fill.order);
    if (sent == sent_.end()) return;
    sent->second.filled += fill.quantity;
    sent->second.value += value_of(fill.price, fill.quantity);
  }

  std::map<OrderId, Sent> sent_;
  SentOrders numbering_;
  std::map<OrderId, Timestamp> asked_;  // Requests that nothing has answered yet.
  std::uint64_t rates_held_ = 0;        // Rates told while something was open.
  std::uint64_t paid_ = 0;
};

}  // namespace

bool is_market(const EventBody& body) {
  return is_one_of<MarkPrice, TradePrinted, BookTop, FundingRate>(body);
}

bool is_backtest_input(const EventBody& body) {
  if (const auto* close = std::get_if<CloseRequested>(&body)) {
    return close->reason == ExitReason::ModelClose;
  }
  return is_market(body) ||
         is_one_of<InstrumentListed, LiquidationPrinted, Conflated, EntrySignal, CandleClosed,
                   SessionChanged>(body);
}

bool is_input(const EventBody& body) {
  return is_backtest_input(body) ||
         is_one_of<ConfigChanged, Connected, Disconnected, LogicSwitched, AdapterFault,
                   CloseRequested, ProtectionRequested, EntriesHalted, EntriesResumed, KillSwitch>(
             body);
}

std::expected<LogFacts, LogError> facts_of(LogReader& log) {
  // As it was decided: whoever is not sure of that cannot say what else would have been decided.
  auto verified = replay(log, {.visit = {}});
  if (!verified) return std::unexpected(verified.error());
  if (verified->divergence) {
    const Sequence sequence = verified->divergence->sequence;
    return std::unexpected(LogError{
        .kind = LogErrorKind::Diverged,
        .sequence = sequence,
        .message = "this program decides otherwise than the one that wrote the log, first between "
                   "sequence " +
                   std::to_string(number(verified->divergence->agreed) + 1) + " and " +
                   std::to_string(number(sequence)) +
                   ": \"tranchet log bisect\" with that program names the event; use that program "
                   "here, too"});
  }
  FactFinder finder;
  RunLedger ledger;
  Sequence source{};
  LogFollower follower(log);
  bool started = false;
  while (true) {
    const auto read = follower.read();
    if (!read) return std::unexpected(read.error());
    if (*read == nullptr) break;
    const Event& event = **read;
    if (!started && log.first() != Sequence{1}) ledger.begin_with(follower.engine().state());
    started = true;
    const State& state = follower.engine().state();
    if (is_input(event.body)) source = event.sequence;
    if (const auto* balance = std::get_if<BalanceReported>(&event.body)) {
      finder.note_balance(balance->balance, ledger.earned());
    }
    // What was held when a rate was told: prices and rates change no position.
    follower.apply();
    finder.take(event, follower.output(), state, source);
    ledger.take(event, follower.output(), state, source);
  }
  if (!started) {
    return std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                                    .sequence = std::nullopt,
                                    .message = "the log holds no event"});
  }
  finder.finish();
  finder.facts.outcome = ledger.finish(follower.engine().state());
  return std::move(finder.facts);
}

}  // namespace tranchet
