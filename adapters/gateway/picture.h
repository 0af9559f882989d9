// What the follower of the log hands to the sockets: a moment, ready to be sent, that nobody
// changes any more.
#pragma once

#include <string>
#include <vector>

#include "adapters/gateway/account_figures.h"
#include "adapters/gateway/action.h"

namespace tranchet {

struct Picture {
  Sequence sequence{};
  Sequence head{};  // Of the log; above `sequence` while the follower still catches up.
  Timestamp time;
  bool caught_up = false;
  std::string error;  // The log cannot be read on: what is wrong with it. Empty: nothing.

  std::string state;     // state_json; may be a quarter of a second older than `sequence`.
  std::string prices;    // prices_json.
  bool changed = false;  // More than prices, since the picture before.
  bool killed = false;   // The kill switch was pulled, and nobody has resumed since.
  std::vector<std::string> greeting;  // For a new socket of a front end; as old as the state.
  std::vector<std::string> messages;  // For all of them, since the picture before.
  std::vector<std::string> alerts;    // For who is not looking, since the picture before.
  std::vector<std::string> authors;   // Of the acts since the picture before.
  Actionable actionable;
  LedgerTotals totals;
  AccountFigures figures;
};

}  // namespace tranchet
