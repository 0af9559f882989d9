// Whether the exchange takes orders, by the configured hours and by what the venue says of its
// markets (GET marketStatus).
//
// Outside of the hours it is closed, whatever the venue says. When they begin, and at the start of
// a program within them, the venue is asked, for it may be a holiday that nobody has configured:
// a market that is said not to be open stays closed, and is asked about again every 15 s. Where no
// answer comes within 10 s, the hours stand. Times are of the wall.
//
// A halt in the middle of a session is noticed when an order is refused because of it, or in a
// good minute: while all are open the venue is asked every minute, by what the budget can spare. A
// closed exchange holds back exits, so two must say so, one after the other: a refusal and an
// answer, or two answers.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "adapters/fyers/budget.h"
#include "adapters/fyers/rest_messages.h"
#include "backtest/venue/trading_hours.h"
#include "events/event.h"

namespace tranchet::fyers {

// "NSE:SBIN-EQ" is of {10, 10}: the NSE's cash market. Nullopt: no exchange of the venue.
std::optional<MarketNumber> market_of(std::string_view symbol);

struct WatchedSymbol {
  InstrumentId instrument{};
  std::optional<MarketNumber> market;
};

class SessionWatch {
 public:
  // Without hours it is always open, and nothing is said.
  SessionWatch(const std::optional<TradingHours>& hours, std::vector<WatchedSymbol> symbols)
      : hours_(hours), symbols_(std::move(symbols)) {}

  // The venue is to be asked, so urgently.
  std::optional<Rank> tick(Timestamp now);
  void take(std::span<const MarketStatus> markets, Timestamp now);
  void failed(Timestamp now);
  // An order was refused with the words that nothing is traded now.
  void suspect(Timestamp now);
  // What has changed since the last call; of each instrument the first is a change.
  void tell(std::vector<SessionChanged>& out);
  std::optional<Timestamp> next_due() const;

 private:
  std::optional<SessionPhase> phase_of(const WatchedSymbol& symbol) const;
  bool has_ours(const std::set<MarketNumber>& markets) const;

  std::optional<TradingHours> hours_;
  std::vector<WatchedSymbol> symbols_;
  bool is_within_ = false;    // The hours.
  bool is_answered_ = false;  // In this session, or no answer is waited for any more.
  std::set<MarketNumber> closed_;
  bool is_suspected_ = false;  // One has said that a market closed which was open.
  std::optional<Timestamp> next_bell_;
  std::optional<Timestamp> ask_at_;
  Timestamp asked_;
  std::optional<Timestamp> wait_until_;  // For the answer.
  std::map<InstrumentId, SessionPhase> told_;
};

}  // namespace tranchet::fyers
