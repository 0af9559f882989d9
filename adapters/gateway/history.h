// Any moment of a log: the screen at a sequence, from the nearest screen that is kept before it and
// the events between. Screens are kept every so many events, a few of them however long the log.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <vector>

#include "adapters/gateway/screen.h"
#include "events/log/event_log.h"

namespace tranchet {

// The screens that are kept. Whoever folds the log adds to them; any thread may ask.
class Milestones {
 public:
  static constexpr std::size_t kMost = 24;

  // Keeps a copy when enough events have passed since the last.
  void consider(const Screen& screen);
  // The newest that is not above `sequence`; null: none.
  std::shared_ptr<const Screen> before(Sequence sequence) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t spacing_ = 4'096;  // Doubles when there are too many.
  std::uint64_t next_ = 4'096;     // Read by consider() alone.
  std::vector<std::shared_ptr<const Screen>> kept_;
};

// The first sequence whose event is later than `time`, minus one: the last that is not.
std::expected<Sequence, LogError> last_at(LogReader& log, Timestamp time);

// One reader of moments, for one thread. It goes on from the moment that was asked for last, so
// that a slider that is drawn to the right is cheap.
class History {
 public:
  History(std::unique_ptr<LogReader> log, const Milestones* milestones)
      : log_(std::move(log)), milestones_(milestones) {}

  // The screen after `sequence`; the head's, where that is lower. Valid until the next call.
  std::expected<const Screen*, LogError> at(Sequence sequence);
  LogReader& log() { return *log_; }
  const Names& names() const { return log_->names(); }

 private:
  std::unique_ptr<LogReader> log_;
  const Milestones* milestones_;  // None: always from the beginning, or from the last moment.
  std::optional<Screen> screen_;
};

}  // namespace tranchet
