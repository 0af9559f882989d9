// One event in plain words: what happened, which facts of that moment made it matter, and what the
// engine asked for because of it.
//
// Nothing here is a guess: every sentence is read off the event, the commands that the engine
// recomputes, and the state before and after. What an event did not cause is not told.
#pragma once

#include <string>
#include <vector>

#include "engine/output.h"
#include "engine/state.h"
#include "events/names.h"

namespace tranchet {

struct Explanation {
  std::string happened;                // "the mark price of BTCUSDT was 45460"
  std::vector<std::string> because;    // "it passed the take-profit 45450 of tranche 0 (id 1)..."
  std::vector<std::string> therefore;  // A line a command: "cancel T1S17N1A0, the TakeProfit ..."
};

// `before` and `after`: the engine's state around the event.
Explanation explain(const State& before, const Event& event, const Output& output,
                    const State& after, const Names& names);

// "BTCUSDT Long tranche 0 (id 1)".
std::string tranche_text(const Names& names, PositionKey key, std::uint32_t ordinal, TrancheId id);

// What happened, without what followed: explain_event.cc.
std::string event_text(const State& before, const Event& event, const Names& names);

}  // namespace tranchet
