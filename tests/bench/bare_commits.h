// What one commit of this disk costs, alone, at the same moments: the limit of whatever waits for
// one. And how a list of times is read.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "adapters/live/clock.h"
#include "events/log/event_log.h"

namespace tranchet {

inline double micros(Duration time) {
  return static_cast<double>(time.count()) / 1e3;
}

inline double at_share(std::vector<Duration>& times, double share) {
  if (times.empty()) return 0;
  std::ranges::sort(times);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(times.size() - 1));
  return micros(times[at]);
}

class BareCommits {
 public:
  explicit BareCommits(const std::filesystem::path& folder)
      : log_(std::move(*LogWriter::create(folder, Durability::EveryBatch))) {}
  void commit() {
    const std::vector<Event> batch = {Event{.sequence = sequence_,
                                            .time = Timestamp() + Duration::seconds(1),
                                            .body = Connected{Stream::Market}}};
    sequence_ = next(sequence_);
    const Timestamp before = read_clocks().steady;
    if (!log_->append(batch, names_)) std::abort();
    times.push_back(read_clocks().steady - before);
  }
  std::vector<Duration> times;

 private:
  Names names_;
  std::unique_ptr<LogWriter> log_;
  Sequence sequence_{1};
};

}  // namespace tranchet
