// What a run came to, tranche by tranche: a fold of what its engine booked.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "backtest/report/account.h"
#include "engine/state.h"

namespace tranchet {

// What one kind of orders did to a tranche.
struct Flow {
  Quantity quantity;
  Value value = 0;  // Sum of price x quantity.
};

// The same tranche in two runs over one log: `source` is the last price, signal or act of a person
// before its first entry was sent, which both runs were told under the same sequence of the log.
// 0: it was open at the beginning, or somebody else's order opened it.
struct TrancheKey {
  PositionKey key;
  Sequence source{};
  std::uint32_t nth = 0;  // Of those with the same source, from 0.
  friend auto operator<=>(const TrancheKey&, const TrancheKey&) = default;
};

struct TrancheOutcome {
  TrancheKey same;
  TrancheRow row;
  Money unrealized;  // Of what is open at the end, at the mark.
  // By Purpose, from 1; 0: no order of ours.
  std::array<Flow, Spelling<Purpose>::names.size() + 1> flows;

  Money pnl() const { return row.realized_pnl + unrealized - row.fees + row.funding; }
};

struct Outcome {
  std::vector<TrancheOutcome> tranches;       // By id.
  Money realized, unrealized, fees, funding;  // Sums over the tranches.

  Money pnl() const { return realized + unrealized - fees + funding; }
};

// Keeps the account of a run, and whose tranche is whose.
class RunLedger final : private Rows {
 public:
  RunLedger() : account_(Money(), {this}) {}
  RunLedger(const RunLedger&) = delete;
  RunLedger& operator=(const RunLedger&) = delete;

  // The run goes on with what is open in `state`; results count from here.
  void begin_with(const State& state);
  // An event with what it caused, and the state after it; `source` as in TrancheKey.
  void take(const Event& event, const Output& output, const State& after, Sequence source);
  // Realized less fees and with funding, of everything so far.
  Money earned() const { return account_.balance(); }
  // Nothing may follow.
  Outcome finish(const State& state);

 private:
  struct Life {
    Sequence source{};
    std::array<Flow, Spelling<Purpose>::names.size() + 1> flows;
  };
  void add(const TradeRow& row) override;
  void add(const TrancheRow& row) override;
  void add(const EquityRow&) override {}

  Account account_;
  std::map<OrderId, Sequence> sent_;  // Entries, and what had been told before.
  std::map<TrancheId, Life> lives_;
  std::map<TrancheId, TrancheRow> rows_;
};

}  // namespace tranchet
