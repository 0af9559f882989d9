#include "replay/log_follower.h"

#include "replay/resume.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

constexpr std::size_t kAhead = 4'096;

}  // namespace

LogFollower::LogFollower(LogReader& log, const Engine* engine) : log_(log) {
  if (engine != nullptr) engine_.emplace(*engine);
}

std::expected<const Event*, LogError> LogFollower::read() {
  if (++at_ >= events_.size()) {
    if (auto fetched = fetch(); !fetched) return std::unexpected(fetched.error());
    if (events_.empty()) return nullptr;
  }
  if (!started_) {
    if (auto begun = begin(); !begun) return std::unexpected(begun.error());
  }
  return &events_[at_];
}

std::expected<void, LogError> LogFollower::fetch() {
  if (!engine_ && !started_) {
    auto before = engine_before(log_);
    if (!before) return std::unexpected(before.error());
    engine_ = std::move(*before);
  }
  const Sequence from = engine_ ? next(engine_->last_sequence()) : Sequence{1};
  events_.clear();
  at_ = 0;
  auto scanned = log_.scan(from, [this](const Event& event) {
    events_.push_back(event);
    return events_.size() < kAhead;
  });
  if (!scanned && events_.empty()) return std::unexpected(scanned.error());
  return {};
}

// The settings of a run are in its first event.
std::expected<void, LogError> LogFollower::begin() {
  started_ = true;
  if (engine_) return {};
  Names names = log_.names();  // A copy: parsing settings may name instruments.
  auto engine = engine_of(events_.front(), names);
  if (!engine) return std::unexpected(engine.error());
  engine_.emplace(std::move(*engine));
  return {};
}

void LogFollower::apply() {
  output_.clear();
  engine_->apply(events_[at_], output_);
}

}  // namespace tranchet
