// What screens show beside the engine's state: what has happened so far. A fold of events and of
// what they caused, so it is the same in a replay; a copy is a snapshot.
//
// Lists are kept at a length that a page can hold, the newest last; totals count everything.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "adapters/gateway/candles.h"
#include "engine/output.h"
#include "engine/state.h"

namespace tranchet {

// A tranche that has exited.
struct ClosedTrade {
  Sequence sequence{};
  Timestamp opened;
  Timestamp closed;
  TradeClosed trade;
};
struct LedgerFill {
  Sequence sequence{};
  Timestamp time;
  FillBooked fill;
};
// An alert, or an entry that was refused.
struct Notice {
  Sequence sequence{};
  Timestamp time;
  std::variant<Alert, EntryRefused> what;
};
// What a person or a model asked for.
struct Act {
  Sequence sequence{};
  Timestamp time;
  EventBody what;
};

struct LedgerTotals {
  Money realized_pnl;  // Gross.
  Money fees;
  Money funding;  // Received positive.
  std::uint64_t fills = 0;
  std::uint64_t trades = 0;  // Tranches that exited.
  std::uint64_t wins = 0;    // Of these: realized - fees > 0.
  std::uint64_t tranches_opened = 0;
  std::uint64_t merged = 0;
  std::uint64_t alerts = 0;
  std::uint64_t refused = 0;    // Entries.
  std::uint64_t conflated = 0;  // Prices that were merged under pressure.
  std::uint64_t submitted = 0;  // Orders.
  std::array<std::uint64_t, Spelling<ExitReason>::names.size()> exits{};  // By reason, from 1.

  Money net() const { return realized_pnl - fees + funding; }
};

class Ledger {
 public:
  static constexpr std::size_t kTrades = 200, kFills = 300, kNotices = 100, kActs = 50;

  // After the engine has applied the event; `state` is what it came to.
  void take(const Event& event, const Output& output, const State& state);

  const LedgerTotals& totals() const { return totals_; }
  const std::deque<ClosedTrade>& trades() const { return trades_; }
  const std::deque<LedgerFill>& fills() const { return fills_; }
  const std::deque<Notice>& notices() const { return notices_; }
  const std::deque<Act>& acts() const { return acts_; }
  const Candles* candles(InstrumentId instrument) const;
  const RunStarted& run() const { return run_; }

  // Wallet balance: what the venue said last, and what was booked since. Empty: it never said.
  std::optional<Money> balance() const;
  // When the tranche, or the position, took its first quantity; nullopt: it holds none.
  std::optional<Timestamp> opened(TrancheId tranche) const;
  std::optional<Timestamp> opened(PositionKey key) const;
  // Of the tranches of this key that exited since the position was flat.
  Money realized(PositionKey key) const;
  // The kill switch was pulled, and entries have not been resumed since.
  bool is_killed() const { return killed_; }
  // True up, false down, nullopt: the log says nothing of this stream.
  std::optional<bool> stream(Stream stream) const;

 private:
  struct Life {
    Timestamp opened;
    Money realized_pnl;
  };
  void take_body(const Event& event, const State& state);
  void take_price(InstrumentId instrument, Price price, Timestamp time);
  void take_booking(const Booking& booking, const Event& event);
  void take_command(const Command& command, const Event& event);

  RunStarted run_;
  LedgerTotals totals_;
  std::deque<ClosedTrade> trades_;
  std::deque<LedgerFill> fills_;
  std::deque<Notice> notices_;
  std::deque<Act> acts_;
  std::vector<Candles> candles_;  // Of instrument n at n - 1.
  std::map<TrancheId, Timestamp> tranches_;
  std::map<PositionKey, Life> lives_;
  std::optional<Money> reported_balance_;
  Money net_when_reported_;
  std::array<std::optional<bool>, 2> streams_;
  bool killed_ = false;
};

}  // namespace tranchet
