// Which tranches the venue's positions become: the bot's ladder as far as the venue agrees with it.
//
//   the venue holds less than the ladder        the newest tranches give way
//   it holds more                               the rest is one tranche more, at what it cost
//   the averages do not come out at its entry   one tranche at the venue's entry price: the ladder
//                                               is made up (its restart takes plain averages)
//   the database does not know the position     one tranche at the venue's entry price
//   the venue does not hold it                  nothing
#pragma once

#include <string>
#include <vector>

#include "adapters/aster/account_survey.h"
#include "adapters/legacy/bot_database.h"
#include "events/event.h"

namespace tranchet::legacy {

struct PlannedTranche {
  std::string symbol;
  PositionSide side{};
  std::uint32_t ordinal = 0;
  Quantity quantity;
  Price average;
};

// An order at the venue that the bot has left behind.
struct LeftOrder {
  std::int64_t number = 0;
  std::string symbol;
  PositionSide side{};
  std::string text;  // "take-profit: Sell 0.15 Limit at 45298.5"
};

struct AdoptionPlan {
  std::vector<PlannedTranche> tranches;  // By symbol, side, ordinal.
  std::vector<LeftOrder> bots_orders;    // Named by the database.
  std::vector<LeftOrder> others_orders;  // By nobody that we know: never touched.
  std::vector<LeftOrder> own_orders;  // They carry the number of this account: ids would collide.
  std::vector<std::string> remarks;   // Naming symbol and side.
};

// `survey` null: the venue was not asked, and the ladder is taken as it is; what the venue does not
// hold of it is refused at the first start. `database` null: it could not be read.
AdoptionPlan plan_adoption(const BotDatabase* database, const aster::AccountSurvey* survey,
                           const ExchangeInfo* rules);

}  // namespace tranchet::legacy
