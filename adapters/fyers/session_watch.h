// Whether the exchange takes orders, by the configured hours and by what the venue says of its
// markets (GET marketStatus).
//
// Outside of the hours it is closed, whatever the venue says. When they begin, and at the start of
// a program within them, the venue is asked, for it may be a holiday that nobody has configured:
// a market that is said not to be open stays closed, and is asked about again every 15 s. Where no
// answer comes within 10 s, the hours stand. Times are of the wall.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

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

  // True: the venue is to be asked.
  bool tick(Timestamp now);
  void take(std::span<const MarketStatus> markets, Timestamp now);
  void failed(Timestamp now);
  // What has changed since the last call; of each instrument the first is a change.
  void tell(std::vector<SessionChanged>& out);
  std::optional<Timestamp> next_due() const;

 private:
  std::optional<SessionPhase> phase_of(const WatchedSymbol& symbol) const;

  std::optional<TradingHours> hours_;
  std::vector<WatchedSymbol> symbols_;
  bool is_within_ = false;    // The hours.
  bool is_answered_ = false;  // In this session, or no answer is waited for any more.
  std::set<MarketNumber> closed_;
  std::optional<Timestamp> next_bell_;
  std::optional<Timestamp> ask_at_;
  std::optional<Timestamp> wait_until_;  // For the answer.
  std::map<InstrumentId, SessionPhase> told_;
};

}  // namespace tranchet::fyers
