// Market data that waits for the writer, and what becomes of it when more comes than is decided.
//
// As long as fewer wait than the bound, everything is kept, in order. At the bound, what waits is
// merged by instrument: of trades, of marks and of books those with the lowest and the highest
// price and the newest stay, for a target that was passed on the way must still be seen as passed;
// of funding rates the newest stays. Liquidations stay, for their sums decide entries. How many
// went is said by a Conflated event, in front of what stays of the instrument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "replay/venue.h"

namespace tranchet {

class MarketQueue {
 public:
  explicit MarketQueue(std::size_t bound) : bound_(bound) {}

  void push(Timestamp time, const EventBody& body);
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  // Everything that waits, in order; `out` is cleared first.
  void take(std::vector<Occurrence>& out);

  std::uint64_t merged() const { return merged_; }  // Since the start.

 private:
  void conflate();

  std::size_t bound_;
  std::size_t next_conflation_ = 0;  // 0: at the bound.
  std::vector<Occurrence> waiting_;
  std::uint64_t merged_ = 0;
};

// The rule itself: what stays of `waiting`, in order.
std::vector<Occurrence> conflated(const std::vector<Occurrence>& waiting);

}  // namespace tranchet
