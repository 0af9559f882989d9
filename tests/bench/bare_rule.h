// The limit of the walk's benchmarks: the rule alone. Targets in ticks, five tranches each entered
// again at the next tick, nothing kept but the count of exits.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "events/decimal.h"

namespace tranchet {

struct BareRule {
  static constexpr std::size_t kTranches = 5;

  Ppm take_profit = 4'000;
  Ppm stop_loss = 4'000;
  std::array<std::int64_t, kTranches> low{};
  std::array<std::int64_t, kTranches> high{};
  std::array<bool, kTranches> open{};
  std::int64_t floor = 0;  // Nothing happens between these two.
  std::int64_t ceiling = 0;
  std::uint64_t exits = 0;

  void run(std::span<const std::int32_t> walk) {
    for (const std::int32_t ticks : walk) {
      if (ticks <= floor || ticks >= ceiling) look_again(ticks);
    }
  }

 private:
  void look_again(std::int64_t ticks) {
    bool may_enter = true, all_open = true;
    floor = 0;
    ceiling = std::int64_t{1} << 60;
    for (std::size_t at = 0; at < kTranches; ++at) {
      if (open[at] && (ticks <= low[at] || ticks >= high[at])) {
        open[at] = false;
        ++exits;
      } else if (!open[at] && may_enter) {
        open[at] = true;
        low[at] = ticks - ticks * stop_loss / kPpmOne;
        high[at] = ticks + ticks * take_profit / kPpmOne;
        may_enter = false;
      }
      all_open = all_open && open[at];
      if (!open[at]) continue;
      floor = std::max(floor, low[at]);
      ceiling = std::min(ceiling, high[at]);
    }
    if (!all_open) ceiling = 0;
  }
};

}  // namespace tranchet
