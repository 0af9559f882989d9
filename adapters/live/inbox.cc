#include "adapters/live/inbox.h"

#include <chrono>
#include <utility>

namespace tranchet {

Inbox::Inbox(const InboxLimits& limits) : limits_(limits), market_(limits.market) {}

void Inbox::post_market(Timestamp wall, std::span<const EventBody> bodies) {
  if (bodies.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    for (const EventBody& body : bodies) market_.push(wall, body);
  }
  filled_.notify_one();
}

void Inbox::post(Work work) {
  {
    std::unique_lock lock(mutex_);
    emptied_.wait(lock, [this] { return closed_ || work_.size() < limits_.work; });
    if (closed_) return;
    work_.push_back(std::move(work));
  }
  filled_.notify_one();
}

bool Inbox::offer(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || work_.size() >= limits_.work) return false;
    work_.push_back(std::move(work));
  }
  filled_.notify_one();
  return true;
}

void Inbox::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  emptied_.notify_all();
  filled_.notify_all();
}

void Inbox::take(std::optional<Timestamp> steady, std::vector<Work>& work,
                 std::vector<Occurrence>& market) {
  work.clear();
  std::unique_lock lock(mutex_);
  const auto is_filled = [this] { return closed_ || !work_.empty() || !market_.empty(); };
  if (steady) {
    const std::chrono::steady_clock::time_point until{
        std::chrono::nanoseconds(steady->nanoseconds())};
    filled_.wait_until(lock, until, is_filled);
  } else {
    filled_.wait(lock, is_filled);
  }
  work.swap(work_);
  market_.take(market);
  lock.unlock();
  emptied_.notify_all();
}

std::uint64_t Inbox::merged() {
  const std::lock_guard lock(mutex_);
  return market_.merged();
}

}  // namespace tranchet
