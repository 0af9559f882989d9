// What a log says of the venue that it was traded at, from one replay of it.
#pragma once

#include <expected>
#include <map>
#include <utility>
#include <vector>

#include "backtest/hindsight/outcome.h"
#include "events/log/event_log.h"

namespace tranchet {

// The same order in two runs over one log: what had been told before it was sent, and what for.
struct SentKey {
  Sequence source{};  // As in TrancheKey.
  PositionKey key;
  Purpose purpose{};
  std::uint32_t nth = 0;  // Of those with the same, from 0.
  friend auto operator<=>(const SentKey&, const SentKey&) = default;
};

// Numbers the orders of a run as they are sent.
class SentOrders {
 public:
  SentKey take(const SubmitOrder& order, Sequence source) {
    SentKey sent{source, {order.instrument, order.position_side}, order.purpose};
    sent.nth = seen_[sent]++;
    return sent;
  }

 private:
  std::map<SentKey, std::uint32_t> seen_;
};

struct LogFacts {
  Outcome outcome;  // Of the log as it is.
  std::uint64_t events = 0;
  Timestamp last_time;
  Money initial_balance;  // Before the first event, by the first balance that the venue told.
  bool knows_balance = false;
  // How long each request took to be answered, there and back, by the time it was sent.
  std::vector<std::pair<Timestamp, Duration>> latencies;
  std::map<SentKey, Price> fill_prices;  // The average of each order that filled.
  // The highest id of a trade that is a number.
  std::uint64_t last_trade = 0;
  // Funding is paid whenever a rate is told, as in backtests and on paper. False: rates are told
  // between payments as well, as by a real venue, and the payments themselves say what was paid.
  bool rates_settle = true;
  std::map<std::pair<Timestamp, InstrumentId>, std::int64_t>
      rates;  // Of funding, as they were told.
};

// Diverged: this program decides otherwise than the one that wrote the log, so it cannot tell what
// would have been.
std::expected<LogFacts, LogError> facts_of(LogReader& log);

// What a program is told from outside: the market, signals, people. The rest is answers of the
// venue and timers, and follows from what was asked for.
bool is_input(const EventBody& body);
// Prices, books and rates: what the venue twin is shown.
bool is_market(const EventBody& body);
// What a backtest would be told too: the market and its rules, and what a model says.
bool is_backtest_input(const EventBody& body);

}  // namespace tranchet
