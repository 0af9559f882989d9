#include "backtest/wargame/shrink.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tranchet {
namespace {

class Shrinking {
 public:
  Shrinking(const Plan& plan, const Violation& violation, const Judge& judge,
            std::chrono::nanoseconds budget)
      : plan_(plan), judge_(judge), until_(std::chrono::steady_clock::now() + budget) {
    best_.part = whole_of(plan);
    best_.violation = violation;
  }

  // Until a whole round finds nothing to leave out.
  Shrunk run() {
    std::size_t before = 0;
    do {
      before = size();
      cut_the_end();
      drop_faults();
      drop_stimuli();
    } while (size() < before && !is_late());
    best_.in_time = !is_late();
    return std::move(best_);
  }

 private:
  std::size_t size() const { return best_.part.stimuli.size() + best_.part.faults.list().size(); }
  bool is_late() const { return std::chrono::steady_clock::now() >= until_; }

  // Keeps the part if it fails as the whole did.
  bool try_part(PlanPart part) {
    if (is_late() || part.stimuli.empty()) return false;
    ++best_.tries;
    auto violation = judge_(cut_down(plan_, part));
    if (!violation || violation->invariant != best_.violation.invariant) return false;
    best_.part = std::move(part);
    best_.violation = std::move(*violation);
    return true;
  }

  // Most of what comes after the violation, by halves.
  void cut_the_end() {
    std::size_t passes = 0;
    std::size_t fails = best_.part.stimuli.size();
    while (fails - passes > 1 && !is_late()) {
      const std::size_t middle = passes + (fails - passes) / 2;
      PlanPart part = best_.part;
      part.stimuli.resize(middle);
      (try_part(std::move(part)) ? fails : passes) = middle;
    }
  }

  // One fault stays: a world without any is judged more strictly, and would fail for that.
  void drop_faults() {
    for (const Fault fault : best_.part.faults.list()) {
      PlanPart part = best_.part;
      part.faults.remove(fault);
      if (part.faults.empty()) return;
      std::erase_if(part.stimuli, [&](std::uint32_t place) {
        const auto* strike = std::get_if<FaultStrike>(&plan_.stimuli[place].what);
        return strike != nullptr && strike->fault == fault;
      });
      try_part(std::move(part));
    }
  }

  // Delta debugging: ever smaller pieces are left out, as long as the rest fails.
  void drop_stimuli() {
    std::size_t piece = best_.part.stimuli.size() / 2;
    while (piece > 0 && !is_late()) {
      // From the end: what comes late rests upon what came before.
      std::size_t end = best_.part.stimuli.size();
      while (end > 0 && !is_late()) {
        const std::size_t begin = end - std::min(piece, end);
        PlanPart part = best_.part;
        part.stimuli.erase(part.stimuli.begin() + static_cast<std::ptrdiff_t>(begin),
                           part.stimuli.begin() + static_cast<std::ptrdiff_t>(end));
        try_part(std::move(part));
        end = begin;
      }
      piece = std::min(piece, best_.part.stimuli.size()) / 2;
    }
  }

  const Plan& plan_;
  const Judge& judge_;
  std::chrono::steady_clock::time_point until_;
  Shrunk best_;
};

}  // namespace

PlanPart whole_of(const Plan& plan) {
  PlanPart part{.faults = plan.faults, .stimuli = {}};
  part.stimuli.resize(plan.stimuli.size());
  std::iota(part.stimuli.begin(), part.stimuli.end(), 0U);
  return part;
}

Plan cut_down(const Plan& plan, const PlanPart& part) {
  Plan small = plan;
  small.faults = part.faults;
  small.stimuli.clear();
  for (const std::uint32_t place : part.stimuli) small.stimuli.push_back(plan.stimuli[place]);
  return small;
}

Shrunk shrink(const Plan& plan, const Violation& violation, const Judge& judge,
              std::chrono::nanoseconds budget) {
  return Shrinking(plan, violation, judge, budget).run();
}

}  // namespace tranchet
