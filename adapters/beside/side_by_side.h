// The bot and Tranchet side by side: which entries and exits both made, which only one of them, and
// what each holds now.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/beside/deals.h"

namespace tranchet::beside {

struct Pair {
  Deal bot;
  Deal ours;
  Duration later;     // Of ours; negative: earlier.
  Ppm price_off = 0;  // Of ours, of the bot's price, rounded half away from zero.
};

struct Lonely {
  Deal deal;
  std::string reason;  // Of ours, why there is no like it; empty: nothing is known.
};

struct SideBySide {
  Timestamp from, to;  // Where both were there; deals outside of it are not compared.
  std::vector<Pair> pairs;
  std::vector<Lonely> bot_alone;
  std::vector<Deal> ours_alone;
  // Of the keys where they differ: tranches, quantity or average. Empty: it holds nothing.
  std::vector<std::pair<std::optional<Holding>, std::optional<Holding>>> holdings;
  std::vector<std::string> flaws;  // Of the bot's rows.

  bool is_same() const;
};

// Two deals are the same when symbol, side and direction agree and the times lie no farther apart
// than `within`. Each is one half of one pair at most; the nearest in time are paired first.
SideBySide compare(const Deals& bot, const Deals& ours, Duration within);

std::string as_text(const SideBySide& both, Duration within);
std::string as_json(const SideBySide& both);

}  // namespace tranchet::beside
