#include "adapters/fyers/session_watch.h"

#include <algorithm>

namespace tranchet::fyers {
namespace {

constexpr Duration kAskAgain = Duration::seconds(15);
constexpr Duration kPatience = Duration::seconds(10);

}  // namespace

std::optional<MarketNumber> market_of(std::string_view symbol) {
  constexpr int kCash = 10, kDerivatives = 11, kCommodities = 20;
  const std::string_view exchange = symbol.substr(0, symbol.find(':'));
  const bool is_derivative =
      symbol.ends_with("FUT") || symbol.ends_with("CE") || symbol.ends_with("PE");
  const int segment = is_derivative ? kDerivatives : kCash;
  if (exchange == "NSE") return MarketNumber{.exchange = 10, .segment = segment};
  if (exchange == "BSE") return MarketNumber{.exchange = 12, .segment = segment};
  if (exchange == "MCX") return MarketNumber{.exchange = 11, .segment = kCommodities};
  return std::nullopt;
}

bool SessionWatch::tick(Timestamp now) {
  if (!hours_) return false;
  const bool was_within = std::exchange(is_within_, hours_->is_open(now));
  const auto ring = hours_->next(now);
  next_bell_ = ring ? ring->at : now + Duration::hours(24);
  if (!is_within_) {
    ask_at_.reset();
    wait_until_.reset();
    return false;
  }
  if (!was_within) {
    is_answered_ = false;
    closed_.clear();
    ask_at_ = now;
  }
  if (wait_until_ && *wait_until_ <= now) failed(now);
  if (!ask_at_ || *ask_at_ > now) return false;
  ask_at_.reset();
  wait_until_ = now + kPatience;
  return true;
}

void SessionWatch::take(std::span<const MarketStatus> markets, Timestamp now) {
  if (!is_within_) return;
  wait_until_.reset();
  is_answered_ = true;
  closed_.clear();
  for (const MarketStatus& market : markets) {
    if (!market.is_open) closed_.insert(market.number);
  }
  const bool is_any_closed = std::ranges::any_of(symbols_, [this](const WatchedSymbol& symbol) {
    return phase_of(symbol) == SessionPhase::Closed;
  });
  if (is_any_closed) ask_at_ = now + kAskAgain;
}

// What it said before stands, and the hours where it has said nothing.
void SessionWatch::failed(Timestamp now) {
  if (!is_within_ || !std::exchange(wait_until_, std::nullopt)) return;
  is_answered_ = true;
  ask_at_ = now + kAskAgain;
}

std::optional<SessionPhase> SessionWatch::phase_of(const WatchedSymbol& symbol) const {
  if (!is_within_) return SessionPhase::Closed;
  if (!is_answered_) return std::nullopt;
  const bool is_closed = symbol.market && closed_.contains(*symbol.market);
  return is_closed ? SessionPhase::Closed : SessionPhase::Open;
}

void SessionWatch::tell(std::vector<SessionChanged>& out) {
  if (!hours_) return;
  for (const WatchedSymbol& symbol : symbols_) {
    const auto phase = phase_of(symbol);
    if (!phase) continue;
    const auto told = told_.find(symbol.instrument);
    if (told != told_.end() && told->second == *phase) continue;
    told_[symbol.instrument] = *phase;
    out.push_back({.instrument = symbol.instrument, .phase = *phase});
  }
}

std::optional<Timestamp> SessionWatch::next_due() const {
  std::optional<Timestamp> first = next_bell_;
  for (const auto& due : {ask_at_, wait_until_}) {
    if (due && (!first || *due < *first)) first = due;
  }
  return first;
}

}  // namespace tranchet::fyers
