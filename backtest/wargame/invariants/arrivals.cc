#include "backtest/wargame/invariants/arrivals.h"

#include "backtest/wargame/plan.h"

namespace tranchet {

std::string Arrivals::add(Timestamp now, std::uint32_t requests, bool is_entry) {
  minute_.push_back({now, requests, is_entry});
  while (minute_.front().time + Duration::minutes(1) <= now) minute_.pop_front();
  const auto excess = [&](Duration window, std::uint32_t limit, const char* name) -> std::string {
    std::uint32_t all = 0;
    std::uint32_t entries = 0;
    for (const Arrival& arrival : minute_) {
      if (arrival.time + window <= now) continue;
      all += arrival.requests;
      if (arrival.is_entry) entries += arrival.requests;
    }
    if (all > limit) {
      return std::to_string(all) + " requests arrived within a " + name + ", " +
             std::to_string(limit) + " may";
    }
    if (entries > limit / 2) {
      return std::to_string(entries) + " entries arrived within a " + name + ", " +
             std::to_string(limit / 2) + " may: the rest is for protection";
    }
    return {};
  };
  std::string text = excess(Duration::seconds(1), kRequestsPerSecond, "second");
  if (text.empty()) text = excess(Duration::minutes(1), kRequestsPerMinute, "minute");
  return text;
}

}  // namespace tranchet
