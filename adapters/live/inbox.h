// What the writer has yet to look at: from sockets, screens, signals and timers of other threads.
//
// Two lanes. Market data may be merged under pressure (conflation.h) and never makes anybody wait.
// Everything else is work to be done on the writer's thread: in order, never dropped, and whoever
// brings more than the bound waits until the writer has caught up, so that a socket is not read
// further than can be worked. People are told instead: offer() says no.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "adapters/live/clock.h"
#include "adapters/live/conflation.h"

namespace tranchet {

struct InboxLimits {
  std::size_t market = 65'536;  // Events; more are conflated.
  std::size_t work = 16'384;    // Pieces.
};

class Inbox {
 public:
  using Work = std::function<void(ClockReading now)>;

  explicit Inbox(const InboxLimits& limits);

  // From any thread but the writer's.
  void post_market(Timestamp wall, std::span<const EventBody> bodies);
  void post(Work work);   // Waits while the lane is full.
  bool offer(Work work);  // False: the lane is full, or the inbox is closed.
  // Nobody waits any more, and nothing is taken: what comes is dropped.
  void close();

  // For the writer: waits until something is there, or until `steady`. Both lanes are emptied into
  // the arguments, which are cleared first.
  void take(std::optional<Timestamp> steady, std::vector<Work>& work,
            std::vector<Occurrence>& market);

  std::uint64_t merged();  // Market events that were conflated away.

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable emptied_;
  InboxLimits limits_;
  MarketQueue market_;
  std::vector<Work> work_;
  bool closed_ = false;
};

}  // namespace tranchet
