// Whether the venue really holds what protects an account: its positions and orders as they were
// asked for, against what ought to be there. Pure.
//
// With a log every tranche is known, with the orders that are its own and the prices they ought to
// have. Without one a position is looked at as a whole: is all of it under a stop, whoever placed
// it, and do the stops stand where the configuration puts them?
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/account_survey.h"
#include "adapters/doctor/expectation.h"
#include "events/names.h"
#include "events/settings.h"

namespace tranchet {

enum class FindingKind : std::uint8_t {
  Naked = 1,          // Open quantity that ought to have a stop, and no order is one.
  NoTarget,           // Open quantity without the take-profit it ought to have.
  ForeignCover,       // A stop stands, but it is none of ours.
  StopPrice,          // A stop stands elsewhere than it ought to, by a tick or more.
  TargetPrice,        // The same of a take-profit.
  WorkingType,        // A stop looks at another price than it ought to.
  BeyondLiquidation,  // The position is liquidated before the stop is reached.
  TooMuch,            // More rests than is open: it could sell what is another tranche's.
  Orphan,             // An order of ours that stands for nothing.
  ForeignOrder,       // An order of somebody else.
  LegacyOrder,        // One of the bot that traded here before.
  UnknownQuantity,    // The venue holds what the log does not know.
  MissingQuantity,    // The log knows what the venue does not hold.
  Dust,               // Too small for any exit.
  PositionMode,       // The account's is another than the configuration's.
  NoRoom,             // Conditional orders of the symbol are used up.
  NotTrading,         // The symbol trades no more, or is not listed.
};
std::string_view to_text(FindingKind kind);  // "naked", "no_target", ...

struct Finding {
  FindingKind kind{};
  std::string symbol;  // "": of the account.
  std::optional<PositionSide> side;
  std::optional<std::uint32_t> tranche;  // Ordinal.
  std::int64_t order = 0;                // The venue's number; 0: none.
  std::string text;                      // For people, a sentence without its subject.
};

// One line of the table: a tranche, or a position as a whole.
struct Holding {
  std::string symbol;
  PositionSide side{};
  std::optional<std::uint32_t> tranche;  // None: a position, or quantity that no tranche has.
  Quantity quantity;
  Price average;
  Price mark;  // 0: not known.
  Maybe<Price> liquidation;
  bool wants_stop = true;
  bool wants_target = true;
  Quantity under_stop;
  Quantity under_target;
  Maybe<Price> stop;  // Where it ought to be.
  Maybe<Price> target;

  Quantity naked() const { return wants_stop ? quantity - under_stop : Quantity(); }
};

struct Examination {
  std::vector<Holding> holdings;  // By symbol, side, tranche.
  std::vector<Finding> findings;  // In the same order, the account's first.
  std::size_t orders = 0;         // Open at the venue.

  bool is_anything_naked() const;
};

struct ExaminedAccount {
  const aster::AccountSurvey& survey;
  const ExchangeInfo& rules;
  const Settings& settings;
  const Names& names;                        // Of the settings' instruments.
  const Expectation* expectation = nullptr;  // Null: there is no log.
  std::set<std::int64_t> legacy_orders;      // Numbers of orders that a migration has recorded.
  Ppm maintenance_margin = 0;
};

Examination examine(const ExaminedAccount& account);

}  // namespace tranchet
