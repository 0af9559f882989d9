#include "adapters/port/told_events.h"

#include "events/event_check.h"

namespace tranchet {
namespace {

constexpr Duration kTellAgain = Duration::minutes(1);
constexpr std::size_t kFaultTexts = 1'000;
constexpr std::size_t kFaultLength = 200;

}  // namespace

void ToldEvents::push(const EventBody& body, Timestamp steady) {
  const std::string flaw = flaw_in(body);
  if (!flaw.empty()) return fault("the venue said: " + flaw, steady);
  waiting_.push_back({date_, body});
}

void ToldEvents::fault(const std::string& text, Timestamp steady) {
  const std::string told = text.substr(0, kFaultLength);
  auto found = faults_.find(told);
  if (found == faults_.end()) {
    if (faults_.size() >= kFaultTexts) return;
    found = faults_.emplace(told, steady - kTellAgain).first;
  }
  if (found->second + kTellAgain > steady) return;
  found->second = steady;
  waiting_.push_back({date_, AdapterFault{names_.intern(told)}});
}

std::optional<Timestamp> ToldEvents::next_wakeup() const {
  if (waiting_.empty()) return std::nullopt;
  return std::max(waiting_.front().time, asked_);
}

void ToldEvents::advance(Timestamp now, std::vector<Occurrence>& out) {
  asked_ = std::max(asked_, now);
  if (waiting_.empty() || waiting_.front().time > now) return;
  out.push_back({now, waiting_.front().body});
  waiting_.pop_front();
}

}  // namespace tranchet
