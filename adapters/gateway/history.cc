#include "adapters/gateway/history.h"

#include <algorithm>

namespace tranchet {

void Milestones::consider(const Screen& screen) {
  if (number(screen.sequence()) < next_) return;
  auto copy = std::make_shared<const Screen>(screen);
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(copy));
  if (kept_.size() > kMost) {
    // Every second one goes.
    for (std::size_t index = 0; 2 * index + 1 < kept_.size(); ++index) {
      kept_[index] = kept_[2 * index + 1];
    }
    kept_.resize(kept_.size() / 2);
    spacing_ *= 2;
  }
  next_ = number(kept_.back()->sequence()) + spacing_;
}

std::shared_ptr<const Screen> Milestones::before(Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  const auto after = std::ranges::upper_bound(
      kept_, sequence, {}, [](const auto& screen) { return screen->sequence(); });
  return after == kept_.begin() ? nullptr : *std::prev(after);
}

namespace {

std::expected<Timestamp, LogError> time_of(LogReader& log, Sequence sequence) {
  Timestamp time;
  auto scanned = log.scan(sequence, [&](const Event& event) {
    time = event.time;
    return false;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return time;
}

}  // namespace

// Times never run back, so halving finds it: below `low` all are in time, from `high` on none is.
std::expected<Sequence, LogError> last_at(LogReader& log, Timestamp time) {
  std::uint64_t low = number(log.first()), high = number(log.head().last) + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto then = time_of(log, Sequence{middle});
    if (!then) return std::unexpected(then.error());
    (*then <= time ? low : high) = *then <= time ? middle + 1 : middle;
  }
  return Sequence{low - 1};
}

std::expected<const Screen*, LogError> History::at(Sequence sequence) {
  if (screen_ && screen_->sequence() > sequence) screen_.reset();
  if (milestones_ != nullptr) {
    const auto milestone = milestones_->before(sequence);
    if (milestone && (!screen_ || screen_->sequence() < milestone->sequence())) {
      screen_.emplace(*milestone);
    }
  }
  if (screen_ && screen_->sequence() == sequence) return &*screen_;
  std::optional<LogError> failure;
  const Sequence from = screen_ ? next(screen_->sequence()) : Sequence{1};
  auto scanned = log_->scan(from, [&](const Event& event) {
    if (event.sequence > sequence) return false;
    if (!screen_) {
      auto begun = Screen::begin(event, *log_);
      if (!begun) {
        failure = begun.error();
        return false;
      }
      screen_.emplace(std::move(*begun));
    }
    screen_->apply(event);
    return event.sequence < sequence;
  });
  if (failure) return std::unexpected(*failure);
  if (!scanned) return std::unexpected(scanned.error());
  if (!screen_) {
    return std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                                    .sequence = sequence,
                                    .message = "the log has no event yet"});
  }
  return &*screen_;
}

}  // namespace tranchet
