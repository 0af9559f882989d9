// The books of the oracle: what each tranche holds and has earned, from fills alone. Amounts are
// the raw counts of events/decimal.h; every formula is written a second time here, on purpose.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "events/event.h"

namespace tranchet::oracle {

enum class AtCap : std::uint8_t { Merge = 1, Join, Reject };

// The settings that tranche semantics depend on, the same for every instrument.
struct Rules {
  bool hedge = true;
  bool can_amend = true;
  bool reduce_only = true;
  Ppm increment = 50'000;
  std::uint32_t max_tranches = 5;
  AtCap at_cap = AtCap::Merge;
  Ppm take_profit = 10'000;
  Ppm stop_loss = 50'000;
  bool take_profit_enabled = true;
  bool stop_loss_enabled = true;
  bool instant = true;
  bool backstop_enabled = true;
  Ppm backstop = 5'000;
  WorkingType working_type = WorkingType::ContractPrice;
  Duration stale_after = Duration::seconds(10);
  std::uint32_t exit_attempts = 3;
  Duration exit_backoff = Duration::seconds(1);
};

// Either: the facts leave it open, for example whether a guard's part counts as closing. What the
// engine does next decides.
enum class Phase : std::uint8_t { Live = 1, Closing, Either };

struct Leg {
  TargetChoice choice = TargetChoice::Default;
  Maybe<Price> price;  // AtPrice.
};

struct Tranche {
  TrancheId id{};
  PositionKey key;
  std::uint32_t ordinal = 0;
  std::int64_t quantity = 0;
  Int128 sum = 0;  // Price x quantity of what is open.
  std::int64_t exited = 0;
  Int128 exited_sum = 0;    // What left, at its entry.
  Int128 exited_value = 0;  // What left, at its exit.
  std::int64_t realized = 0;
  std::int64_t fees = 0;
  bool fees_exact = true;  // False once a fee was shared between tranches: rounding is open.
  Leg take_profit, stop_loss;
  Phase phase = Phase::Live;
  bool dust = false;
  bool filled = false;                   // It held quantity at least once.
  bool ended = false;                    // Closed, merged away, or its first entry came to nothing.
  bool entry_in_flight = false;          // An entry pinned to it can still be accepted or filled.
  TrancheId merged_into{};               // None: it was not merged.
  std::vector<ExitReason> began;         // Why it closes: the first, or those the facts leave open.
  std::vector<ExitReason> last_reasons;  // Of the last fill: one, or those the facts leave open.
};

// floor(sum x part / whole), by long division.
Int128 share(Int128 sum, std::int64_t part, std::int64_t whole);
// numerator / denominator to the nearest, a half away from zero.
Int128 nearest(Int128 numerator, Int128 denominator);
// The average price of an exact pair, rounded to 1e-8.
Price average(Int128 sum, std::int64_t quantity);

// The price of a leg, by section "Targets". Nullopt: no such leg, or below one tick.
std::optional<Price> target(const Tranche& tranche, Purpose leg, const Rules& rules, Price tick);

// What an entry does to a key.
struct Placement {
  enum class Kind : std::uint8_t { Join = 1, Open, Merge, Refuse } kind{};
  TrancheId tranche{};        // Join: this one. Merge: the survivor.
  TrancheId merged{};         // Merge: the one that goes.
  std::uint32_t ordinal = 0;  // Of the tranche that takes the entry.
  friend bool operator==(const Placement&, const Placement&) = default;
};

// A tranche that gave up quantity to one exit fill.
struct Given {
  TrancheId tranche{};
  std::int64_t quantity = 0;
};
struct ExitResult {
  std::vector<Given> given;
  std::int64_t excess = 0;  // What no tranche could give.
};

class Ledger {
 public:
  Tranche& open(TrancheId id, PositionKey key, std::uint32_t ordinal);
  // Follows merges to who holds it now. Null: never heard of.
  Tranche* holder(TrancheId id);
  const Tranche* holder(TrancheId id) const;

  void enter(Tranche& tranche, std::int64_t quantity, Price price, Money fee);
  // Own tranche first, then the others of its key, newest first.
  ExitResult exit(TrancheId own, std::int64_t quantity, Price price, Money fee,
                  const std::vector<ExitReason>& reasons);
  void move(Tranche& from, Tranche& into);

  // All that rule 1 and the cap allow, one for each way the Either tranches may stand.
  std::vector<Placement> placements(PositionKey key, Price price, const Rules& rules,
                                    bool fill) const;

  // Not ended and open, or waiting for a first entry; by ordinal.
  std::vector<const Tranche*> live(PositionKey key) const;
  std::int64_t position(PositionKey key) const;
  std::map<TrancheId, Tranche>& tranches() { return tranches_; }
  const std::map<TrancheId, Tranche>& tranches() const { return tranches_; }
  TrancheId newest_id() const;

 private:
  void take(Tranche& tranche, std::int64_t quantity, Price price, Money fee,
            const std::vector<ExitReason>& reasons);

  std::map<TrancheId, Tranche> tranches_;
};

}  // namespace tranchet::oracle
