// What an account writes down as it goes, one row at a time, so that a long run keeps none of it.
//
//   trades.csv    a row a fill, for each tranche that took of it
//   tranches.csv  a row a tranche's life; those still open come last
//   equity.csv    a row a booking and a row an hour
//
// Money that no tranche's row can hold (a fee corrected or funding paid after the tranche ended,
// the order that buys back an excess sold in one-way mode) has a row of its own in tranches.csv,
// exit_reason Correction, so that every column still adds up to the summary.
#pragma once

#include <cstdint>
#include <optional>

#include "events/decimal.h"
#include "events/enums.h"
#include "events/ids.h"
#include "events/time.h"

namespace tranchet {

struct TradeRow {
  Timestamp time;
  Sequence sequence{};
  PositionKey key;
  TrancheId tranche_id{};  // None: no tranche took it.
  std::uint32_t tranche = 0;
  std::optional<Purpose> purpose;  // Empty: no order of ours.
  std::optional<ExitReason> reason;
  bool fee_correction = false;  // Only `fee` counts: the difference to what was booked before.
  std::optional<Side> side;
  Price price;
  Quantity quantity;
  Money fee;
  std::optional<Liquidity> liquidity;
  Money realized_pnl;  // Gross.
  OrderId order{};
};

// Why a row of tranches.csv ends.
enum class TrancheEnd : std::uint8_t { Open = 1, Exited, Merged, Correction };

struct TrancheRow {
  TrancheId tranche_id{};
  std::uint32_t tranche = 0;
  PositionKey key;
  Timestamp opened;
  TrancheEnd end = TrancheEnd::Open;
  Timestamp closed;                       // Unless Open, with the two below.
  Sequence closed_sequence{};             // Of the event that ended it.
  std::optional<ExitReason> exit_reason;  // Exited: of its last fill.
  TrancheId merged_into{};                // Merged.
  std::uint64_t entries = 0;   // Entry orders that filled; each foreign fill counts as one.
  Quantity quantity;           // Taken in over its life, by entries and merges.
  Maybe<Price> average_entry;  // Of that, rounded.
  Maybe<Price> take_profit;    // The last it had.
  Maybe<Price> stop_loss;
  Maybe<Price> average_exit;  // Rounded; empty before the first exit.
  Money realized_pnl;         // Gross.
  Money fees;
  Money funding;  // Received positive.
  Money mae;      // Worst and best unrealized result of the open quantity, at prices seen while it
  Money mfe;      // was open: mae <= 0 <= mfe.
  Value naked_quantity_seconds = 0;  // Quantity without a stop x seconds, in counts of 1e-16.
};

struct EquityRow {
  Timestamp time;
  Money balance;
  Money unrealized_pnl;
  Money equity;         // Their sum.
  Money drawdown;       // From the highest equity so far.
  Money exposure;       // Open quantity x price, both sides added.
  Sequence sequence{};  // Of the event that changed the balance; 0: the row of an hour.
};

class Rows {
 public:
  virtual ~Rows() = default;
  virtual void add(const TradeRow& row) = 0;
  virtual void add(const TrancheRow& row) = 0;
  virtual void add(const EquityRow& row) = 0;
};

}  // namespace tranchet
