// What one event causes: the commands for adapters, and what was booked, for whoever keeps
// accounts. Both are values; commands are what a replay must reproduce, bookings follow from the
// same state.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>
#include <vector>

#include "events/command.h"

namespace tranchet {

// A tranche that holds quantity for the first time, with the targets it starts with.
struct TrancheOpened {
  TrancheId tranche_id{};
  std::uint32_t tranche = 0;
  PositionKey key;
  bool stop_wanted = true;  // False: it has no stop leg, so it is never counted as naked.
};
// A fill, or the part of a fill that one tranche took. `reason` is for exits.
struct FillBooked {
  OrderId order{};  // None: no order of ours.
  TradeId trade{};  // None: found by a query or a snapshot before the trade was reported.
  TrancheId tranche_id{};
  Price price;
  Quantity quantity;
  Money fee;           // Of this part.
  Money realized_pnl;  // Gross; 0 for entries.
  Value cost = 0;      // Price x quantity that came onto (entry) or off (exit) the tranche.
  std::uint32_t tranche = 0;
  PositionKey key;
  Side side{};
  Purpose purpose{};
  Liquidity liquidity{};
  std::uint8_t reason = 0;  // ExitReason as its number; 0 for entries.
};
// A fee that a later report changed: the difference.
struct FeeCorrected {
  TrancheId tranche_id{};
  PositionKey key;
  Money fee;
};
struct FundingBooked {
  TrancheId tranche_id{};  // None: nothing was open any more.
  PositionKey key;
  Money amount;  // Received positive.
};
// All of `from`, quantity and cost, is `into`'s from here on (a merge at the cap, or dust).
struct TrancheMerged {
  TrancheId from{};
  TrancheId into{};
  PositionKey key;
  Quantity quantity;
  Value cost = 0;
};
// Nothing is left of it. Follows the FillBooked that emptied it.
struct TrancheClosed {
  TrancheId tranche_id{};
  PositionKey key;
  ExitReason reason{};
};
using Booking = std::variant<TrancheOpened, FillBooked, FeeCorrected, FundingBooked, TrancheMerged,
                             TrancheClosed>;

struct Output {
  std::vector<Command> commands;
  std::vector<Booking> bookings;
  std::vector<TrancheId> looked_at;  // No other tranche has changed, nor any order of it.
  void clear() {
    commands.clear();
    bookings.clear();
    looked_at.clear();
  }
};

}  // namespace tranchet
