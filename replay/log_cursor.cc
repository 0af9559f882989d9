#include "replay/log_cursor.h"

namespace tranchet {
namespace {

constexpr std::size_t kAhead = 4'096;

}  // namespace

std::expected<const Event*, LogError> LogCursor::next_event() {
  if (at_ == events_.size()) {
    events_.clear();
    at_ = 0;
    auto scanned = log_.scan(from_, [this](const Event& event) {
      events_.push_back(event);
      return events_.size() < kAhead;
    });
    if (!scanned) return std::unexpected(scanned.error());
    if (events_.empty()) return nullptr;
    from_ = next(events_.back().sequence);
  }
  return &events_[at_++];
}

}  // namespace tranchet
