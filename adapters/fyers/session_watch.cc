#include "adapters/fyers/session_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tranchet::fyers {
namespace {

constexpr Duration kAskOften = Duration::seconds(15);
constexpr Duration kLookAgain = Duration::minutes(1);  // While all are open.
constexpr Duration kConfirm = Duration::seconds(5);    // Between two answers.
constexpr Duration kPace = Duration::seconds(1);       // Of questions because of refusals.
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

std::optional<Rank> SessionWatch::tick(Timestamp now) {
  if (!hours_) return std::nullopt;
  const bool was_within = std::exchange(is_within_, hours_->is_open(now));
  const auto ring = hours_->next(now);
  next_bell_ = ring ? ring->at : now + Duration::hours(24);
  if (!is_within_) {
    ask_at_.reset();
    wait_until_.reset();
    return std::nullopt;
  }
  if (!was_within) {
    is_answered_ = is_suspected_ = false;
    closed_.clear();
    ask_at_ = now;
  }
  if (wait_until_ && *wait_until_ <= now) failed(now);
  if (!ask_at_ || *ask_at_ > now || wait_until_) return std::nullopt;
  ask_at_.reset();
  asked_ = now;
  wait_until_ = now + kPatience;
  const bool is_routine = is_answered_ && !is_suspected_ && !has_ours(closed_);
  return is_routine ? Rank::Spare : Rank::Protection;
}

void SessionWatch::take(std::span<const MarketStatus> markets, Timestamp now) {
  if (!is_within_) return;
  wait_until_.reset();
  std::set<MarketNumber> closed;
  for (const MarketStatus& market : markets) {
    if (!market.is_open) closed.insert(market.number);
  }
  std::set<MarketNumber> news;
  std::ranges::set_difference(closed, closed_, std::inserter(news, news.end()));
  const bool is_first = !std::exchange(is_answered_, true);
  if (has_ours(news) && !is_first && !is_suspected_) {
    is_suspected_ = true;
    ask_at_ = now + kConfirm;
    return;
  }
  // Suspected while this was on its way: it may be older than the halt.
  if (is_suspected_ && ask_at_ && !has_ours(news)) return;
  is_suspected_ = false;
  closed_ = std::move(closed);
  ask_at_ = now + (has_ours(closed_) ? kAskOften : kLookAgain);
}

void SessionWatch::suspect(Timestamp now) {
  if (!is_within_ || !is_answered_ || is_suspected_) return;
  is_suspected_ = true;
  ask_at_ = std::max(now, asked_ + kPace);
}

bool SessionWatch::has_ours(const std::set<MarketNumber>& markets) const {
  return std::ranges::any_of(symbols_, [&markets](const WatchedSymbol& symbol) {
    return symbol.market && markets.contains(*symbol.market);
  });
}

// What it said before stands, and the hours where it has said nothing.
void SessionWatch::failed(Timestamp now) {
  if (!is_within_ || !std::exchange(wait_until_, std::nullopt)) return;
  is_answered_ = true;
  if (!ask_at_) ask_at_ = now + kAskOften;
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
  const auto& due = wait_until_ ? wait_until_ : ask_at_;
  if (due && (!first || *due < *first)) first = due;
  return first;
}

}  // namespace tranchet::fyers
