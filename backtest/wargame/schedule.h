// What is going to happen in a world, by time; of equal times, what was planned first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "events/time.h"

namespace tranchet {

inline constexpr Timestamp kNever =
    Timestamp::from_nanoseconds(std::numeric_limits<std::int64_t>::max());

class Schedule {
 public:
  using Act = std::function<void()>;

  bool empty() const { return tasks_.empty(); }
  Timestamp next_time() const { return tasks_.empty() ? kNever : tasks_.front().time; }
  void add(Timestamp time, Act act) {
    tasks_.push_back({time, ++planned_, std::move(act)});
    std::ranges::push_heap(tasks_, later);
  }
  // Takes off the list what comes next; there must be something.
  Act take() {
    std::ranges::pop_heap(tasks_, later);
    Act act = std::move(tasks_.back().act);
    tasks_.pop_back();
    return act;
  }

 private:
  struct Task {
    Timestamp time;
    std::uint64_t order = 0;
    Act act;
  };
  static bool later(const Task& a, const Task& b) {
    return std::pair(a.time, a.order) > std::pair(b.time, b.order);
  }

  std::vector<Task> tasks_;
  std::uint64_t planned_ = 0;
};

}  // namespace tranchet
