// The core of the adapter for Fyers (adapters/port/venue_core.h).
//
//   FyersCore core(options, token, names);
//   core.take_frames(out);   // Besides: send each on the connection of its attempt, in order.
//
// Whoever reads the market on another thread makes a MarketFeed of market_topics() there, sends
// what that answers, and says on_market_alive() and on_circuit_limits() here; then the core has no
// frames for that stream. The shell has two duties more than others: the Authorization header of
// the order stream, and renew() when a new token is there.
//
// Fyers numbers nothing and repeats nothing, so what is newer is decided by what can follow what:
// an end before anything else, then what is filled, then what came later. An order that the venue
// has taken stands when the order stream or the order book says so, not when the reply does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/fyers/budget.h"
#include "adapters/fyers/candle_watch.h"
#include "adapters/fyers/gtt_terms.h"
#include "adapters/fyers/market_feed.h"
#include "adapters/fyers/order_status.h"
#include "adapters/fyers/overnight_backup.h"
#include "adapters/fyers/symbol_master.h"
#include "adapters/fyers/token.h"
#include "adapters/port/venue_core.h"
#include "backtest/venue/charges.h"
#include "events/enums.h"
#include "events/names.h"
#include "events/settings.h"

namespace tranchet::fyers {

// What a stop becomes when it triggers. The exchanges take no SL-M for options.
enum class StopStyle : std::uint8_t {
  Auto = 1,  // Limit for options, Market for everything else.
  Market,    // SL-M: type 3.
  Limit,     // SL-L: type 4, with a limit beyond the trigger.
};

struct TradedSymbol {
  std::string symbol;  // "NSE:SBIN-EQ"
  Product product = Product::Intraday;
  // What a fill costs, which the venue says only in the evening's contract note; nullopt: nothing.
  std::optional<ChargeRates> charges = std::nullopt;
};

struct CoreOptions {
  std::uint8_t account = 1;  // Of our order ids; those of another number are not ours.
  std::vector<TradedSymbol> symbols;
  bool book = false;  // Best bid and ask as well.
  StopStyle stops = StopStyle::Auto;
  Ppm stop_limit_offset = 5'000;  // Of SL-L: how far the limit lies beyond the trigger.
  std::uint64_t seed = 1;         // Of the jitter of backoffs.
  // The rules that the log has; what the symbol master says else becomes events at the start.
  std::vector<InstrumentListed> listed;
  SymbolMaster master;
  Budget::Limits limits;
  // When a life of this program before this one was still there, by the log; nullopt: never.
  std::optional<Timestamp> last_active;
  // When the exchange takes orders; none: always, and nothing is said of it.
  std::optional<TradingHours> hours;
  std::vector<InstrumentId> closed;  // Of which the log says that it is closed.
  CandleTerms candles;               // Of instruments whose targets are measured by them.
  bool feed_elsewhere = false;       // Another thread has the MarketFeed: see above.
  // Positions of CNC and MARGIN are protected by good-till-triggered orders while it is closed.
  bool gtt_backup = false;
  Ppm gtt_limit_offset = 30'000;       // How far the limit of a leg lies beyond its trigger.
  std::vector<GttRecord> gtt_records;  // What a life before this one has left of them.
};

// What the engine holds of an instrument that is closed, and at what prices it would exit.
struct CarriedTranche {
  PositionSide position_side{};
  Quantity quantity;
  Maybe<Price> target;  // On the tick.
  Maybe<Price> stop;
};
struct CarriedInstrument {
  InstrumentId instrument{};
  bool has_orders = false;  // Of the day, which the venue has not ended as far as is known.
  Maybe<Price> last;        // Its last price.
  std::vector<CarriedTranche> tranches;
};

// A message to be sent on a stream.
struct StreamFrame {
  Stream stream{};
  std::uint64_t attempt = 0;
  bool is_text = true;
  Secret bytes;  // One of them holds a key.
};

class FyersCore final : public VenueCore {
 public:
  // `names` must outlive it.
  FyersCore(const CoreOptions& options, AccessToken token, Names& names);
  ~FyersCore() override;

  void start(Moment now) override;

  // ---- The port.
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // Market data since the last call, in order.
  void take_market(std::vector<Occurrence>& out) override;

  // ---- The token.
  // The next day's; both streams are connected anew with it.
  void renew(AccessToken token, Moment now);
  const AccessToken& token() const;

  // ---- Time. What is due by the steady clock: time-outs, requests that had to wait, pings.
  void tick(Moment now) override;
  std::optional<Timestamp> next_tick() const override;

  // ---- REST. Answers after a request's own time-out (6 s) are not looked at.
  void take_requests(std::vector<HttpRequest>& out) override;
  void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now) override;
  void on_no_answer(std::uint64_t id, bool may_have_left, Moment now) override;

  // ---- Streams. Nullopt: none should be open. What is said of an attempt that is no longer the
  // wanted one is ignored. Messages of the user stream are text, those of the market are bytes.
  std::optional<StreamWish> wanted(Stream stream) const override;
  void take_frames(std::vector<StreamFrame>& out);
  void on_stream_open(Stream stream, std::uint64_t attempt, Moment now) override;
  void on_stream_message(Stream stream, std::uint64_t attempt, std::string_view message,
                         Moment now) override;
  void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now) override;
  void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now) override;

  // ---- A MarketFeed elsewhere.
  std::span<const MarketTopic> market_topics() const;
  // The venue has let it in (`stands`), or not.
  void on_market_answer(std::uint64_t attempt, bool stands, Moment now);
  void on_market_flaw(std::uint64_t attempt, std::string_view flaw, Moment now);
  void on_market_alive(Moment now) override;
  void on_circuit_limits(const CircuitLimits& limits);

  // ---- Good-till-triggered orders over the night.
  // Some instrument is closed: on_carried() is to be said now and then.
  bool looks_at_carried() const;
  // All that is held of closed instruments. One that is not among them has not been compared with
  // the venue's books, and nothing is begun of it.
  void on_carried(std::span<const CarriedInstrument> carried, Moment now);
  // What must be on disk; another version is another content. Nothing is placed before its version
  // is said to be kept.
  std::uint64_t gtt_version() const;
  std::vector<GttRecord> gtt_records() const;
  void on_gtt_kept(std::uint64_t version, Moment now);
  std::vector<GttNews> take_gtt_news();

  // ---- For people and tests.
  // Nothing is under way between the venue and the engine.
  bool is_idle() const override;
  std::vector<CallCount> calls() const override;
  std::uint32_t requests_today() const;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tranchet::fyers
