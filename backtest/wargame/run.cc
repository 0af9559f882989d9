#include "backtest/wargame/run.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "events/ensure.h"

namespace tranchet {
namespace {

thread_local std::optional<std::uint64_t> seed_here;

class Run {
 public:
  Run(const RunOptions& options, Tally so_far, const std::function<void(const Tally&)>& on_world)
      : options_(options), on_world_(on_world), tally_(std::move(so_far)), next_(tally_.worlds) {}

  Tally run() {
    is_over_ = tally_.failed.size() >= options_.violations_max;
    {
      std::vector<std::jthread> threads;
      for (unsigned job = 1; job < options_.jobs; ++job) threads.emplace_back([this] { work(); });
      work();
    }
    return std::move(tally_);
  }

 private:
  struct Finished {
    Plan plan;
    WorldResult result;
  };

  void work() {
    while (const auto world = take()) {
      const std::uint64_t seed = options_.first + *world;
      seed_here = seed;
      Plan plan =
          plan_for(seed, options_.events, options_.profile, options_.only, options_.exchange);
      WorldResult result =
          run_world(plan, {.checks = options_.checks(), .make_end = options_.make_end});
      seed_here.reset();
      plan.stimuli = {};
      hand_in(*world, {std::move(plan), std::move(result)});
    }
  }

  std::optional<std::uint64_t> take() {
    const std::lock_guard lock(mutex_);
    if (is_over_ || next_ >= options_.seeds) return std::nullopt;
    return next_++;
  }

  // Worlds are added up by seed: one that is done before its turn waits.
  void hand_in(std::uint64_t world, Finished finished) {
    const std::lock_guard lock(mutex_);
    early_.emplace(world, std::move(finished));
    while (!is_over_ && !early_.empty() && early_.begin()->first == tally_.worlds) {
      const auto turn = early_.extract(early_.begin());
      tally_.add(turn.mapped().plan, turn.mapped().result);
      is_over_ = tally_.failed.size() >= options_.violations_max;
      if (on_world_) on_world_(tally_);
    }
  }

  const RunOptions& options_;
  const std::function<void(const Tally&)>& on_world_;
  std::mutex mutex_;
  Tally tally_;
  std::map<std::uint64_t, Finished> early_;
  std::uint64_t next_ = 0;
  bool is_over_ = false;
};

}  // namespace

Tally run_worlds(const RunOptions& options, Tally so_far,
                 const std::function<void(const Tally&)>& on_world) {
  ENSURE(options.jobs >= 1);
  return Run(options, std::move(so_far), on_world).run();
}

std::optional<std::uint64_t> seed_under_way() {
  return seed_here;
}

}  // namespace tranchet
