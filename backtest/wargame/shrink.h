// A world that fails, made as small as it can be while it still breaks the same rule.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "backtest/wargame/invariants/invariants.h"
#include "backtest/wargame/plan.h"

namespace tranchet {

// What is left of a plan.
struct PlanPart {
  FaultSet faults;
  std::vector<std::uint32_t> stimuli;  // Places in the plan's list, rising.
};

// All of it.
PlanPart whole_of(const Plan& plan);
// The plan with nothing else in it; its settings, market and venue stay as they are.
Plan cut_down(const Plan& plan, const PlanPart& part);

struct Shrunk {
  PlanPart part;
  Violation violation;      // Of the smallest plan; the same invariant.
  std::uint64_t tries = 0;  // Worlds run.
  bool in_time = true;      // False: the time ran out, and it might become smaller still.
};

// What is wrong with the world of a plan; nullopt: nothing.
using Judge = std::function<std::optional<Violation>(const Plan&)>;

// `violation` is what the whole plan comes to. Ends after `budget`, looked at between two worlds.
Shrunk shrink(const Plan& plan, const Violation& violation, const Judge& judge,
              std::chrono::nanoseconds budget);

}  // namespace tranchet
