// Several data sets as one course of events: other instruments, or other data of the same one, such
// as minute bars and the liquidations of the same hour. In order of time; what happens at the same
// time, in the order in which the sources were named.
//
// A bar is four moments: open, a third and two thirds of the way, close. Which of the extremes
// comes at the second is not said here: each lane has its own path.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <vector>

#include "backtest/market_data/market_data.h"

namespace tranchet {

Timestamp moment_of_bar(const Bar& bar, std::size_t point);  // 0 .. 3

class JoinedHistory {
 public:
  // Valid until the next one is asked for.
  struct Moment {
    std::size_t source = 0;
    Timestamp time;
    const Occurrence* event = nullptr;  // Else a point of a bar.
    const Bar* bar = nullptr;
    std::size_t point = 0;
  };

  // Each with its instrument's number, in the order that decides between equal times.
  static std::expected<std::unique_ptr<JoinedHistory>, InputError> open(
      const std::vector<DataOptions>& sources);

  // Replaces `moment`; false at the end of all sources.
  std::expected<bool, InputError> next(Moment& moment);

  const DataReport& report(std::size_t source) const { return sources_[source].data->report(); }

 private:
  struct Source {
    std::unique_ptr<MarketData> data;
    InstrumentId instrument;
    Block block;  // Its trades are made occurrences.
    std::size_t at = 0;     // In the block.
    std::size_t point = 0;  // Of the bar there.
    bool ended = false;

    bool is_at_end() const { return at == block.bars.size() + block.events.size(); }
    Timestamp time() const {
      return block.bars.empty() ? block.events[at].time : moment_of_bar(block.bars[at], point);
    }
  };

  std::expected<void, InputError> fill(Source& source);

  std::vector<Source> sources_;
  Source* last_ = nullptr;  // Whose moment was given, and is to be gone past.
};

}  // namespace tranchet
