// How the benches measure: processor time, best of a few runs, against limits of the same run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include "events/ensure.h"

namespace tranchet {

// Processor time of the whole process, because a core shared with other work says nothing about the
// program. Nothing here waits, so on an idle machine it is the time that passes.
inline double processor_seconds() {
  timespec time{};
  ENSURE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Seconds of the best of `repeats` runs: what disturbs a run only makes it slower. And of as many
// more as fit into `at_least` seconds: the first runs of 5 ms each measure cold caches.
template <class Run>
double best_seconds(int repeats, const Run& run, double at_least = 0) {
  double best = 1e9, all = 0;
  for (int repeat = 0; repeat < repeats || all < at_least; ++repeat) {
    const double start = processor_seconds();
    run();
    const double taken = processor_seconds() - start;
    best = std::min(best, taken);
    all += taken;
  }
  return best;
}

// One line of a table: the rate, what one item costs, and the share of a limit's rate.
inline void print_rate(const std::string& stage, std::uint64_t items, double seconds,
                       double limit_seconds) {
  const auto count = static_cast<double>(items);
  std::printf("  %-52s %8.2f M/s %8.1f ns %6.1f %%\n", stage.c_str(), count / seconds / 1e6,
              seconds / count * 1e9, limit_seconds / seconds * 100);
}

}  // namespace tranchet
