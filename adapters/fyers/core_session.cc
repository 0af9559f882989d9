// When the exchange takes orders, and what its candles were.
#include "adapters/fyers/core_parts.h"

namespace tranchet::fyers {

// A log that ends with a closed exchange, and a configuration that knows of no hours any more.
void FyersCore::Inside::begin_session() {
  if (options_.hours) return;
  for (const InstrumentId instrument : std::set<InstrumentId>(closed_)) {
    say_phase({.instrument = instrument, .phase = SessionPhase::Open});
  }
}

// The engine protects what it holds once it hears that it may: what does so over the night goes
// first, or two exits would stand for one quantity.
void FyersCore::Inside::say_phase(const SessionChanged& change) {
  const InstrumentId instrument = change.instrument;
  if (change.phase == SessionPhase::Closed) {
    opening_.erase(instrument);
    closed_.insert(instrument);
    return push(change);
  }
  backup_.want(std::string(names_.symbol(instrument)), std::vector<GttTerms>(), now_.steady);
  if (!backup_.is_clear(std::string(names_.symbol(instrument)))) {
    opening_.insert(instrument);
    return;
  }
  opening_.erase(instrument);
  closed_.erase(instrument);
  orders_left_.erase(instrument);
  push(change);
}

void FyersCore::Inside::look_at_session() {
  if (const auto rank = session_.tick(now_.wall)) {
    if (token_is_dead() || is_asked(Use::Status)) {
      session_.failed(now_.wall);
    } else {
      ask({.use = Use::Status, .rank = *rank});
    }
  }
  std::vector<SessionChanged> changes;
  session_.tell(changes);
  for (const SessionChanged& change : changes) say_phase(change);
  if (token_is_dead()) return;
  if (const auto due = candles_.ask(now_.wall)) ask({.use = Use::History, .first = *due});
}

// The exchange may have halted: an order that says so is the first to know.
void FyersCore::Inside::note_refusal(RejectReason reason) {
  if (reason == RejectReason::NotTrading) session_.suspect(now_.wall);
}

void FyersCore::Inside::take_status(std::string_view body) {
  const auto markets = read_market_status(body);
  if (markets) return session_.take(*markets, now_.wall);
  fault("GET marketStatus: " + markets.error());
  session_.failed(now_.wall);
}

// False: it is none.
bool FyersCore::Inside::take_history(const Outstanding& outstanding, std::string_view body) {
  const auto rows = read_history(body);
  if (!rows) return false;
  std::vector<CandleClosed> candles;
  candles_.take(outstanding.job.first, *rows, candles);
  for (const CandleClosed& candle : candles) push(candle);
  return true;
}

}  // namespace tranchet::fyers
