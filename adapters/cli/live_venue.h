// A venue as `tranchet live` and `tranchet record` need it, by the name in [venue].
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/configuration.h"
#include "adapters/live/inbox.h"
#include "adapters/live/notes.h"
#include "adapters/live/venue_side.h"
#include "adapters/net/client_network.h"
#include "adapters/paper/public_market.h"
#include "engine/state.h"

namespace tranchet {

// What a program that trades for real has around its venue. All must outlive the side.
struct OutsideParts {
  Names& names;
  const State& state;  // The engine's.
  Inbox& inbox;
  Network& network;
  Notes& notes;
};

// What the log knows when trading begins.
struct TradingStart {
  PositionMode position_mode{};
  std::vector<InstrumentListed> listed;  // With those that it is about to have.
  bool has_orders = false;               // False: the log begins with this run.
  Timestamp known_until;                 // 0: no orders have come from this log.
  std::vector<std::string> traded;       // Symbols that may have fills which it does not know of.
};

enum class WatchedBook : bool { No, BestBidAndAsk };

class LiveVenue {
 public:
  virtual ~LiveVenue() = default;

  // For real trading, before anything else of it: the keys, and what else an earlier run has left
  // on disk. The error says what is wrong with a file of keys, never what is in it.
  virtual std::expected<void, std::string> take_keys() = 0;
  virtual std::string host() const = 0;
  virtual std::string account() const = 0;  // Of the keys, as people write it.
  virtual std::unique_ptr<VenueSide> trade(const OutsideParts& parts, TradingStart start) = 0;

  // ---- Without orders: paper and recording.
  // The rules that the venue publishes. May wait for an answer; not on the network's thread.
  virtual std::expected<ExchangeInfo, std::string> fetch_rules(Network& network) = 0;
  // The market of the configured instruments, which `names` has, from now on until this ends, which
  // is before the network does.
  virtual std::expected<void, std::string> watch(Network& network, const Names& names,
                                                 WatchedBook book, MarketSink sink) = 0;
};

// The error names the key of [venue] and its value. `configuration` must outlive it.
std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_venue(
    const Configuration& configuration);

// The two there are; only make_live_venue() calls them.
std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_aster(
    const Configuration& configuration);
std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_fyers(
    const Configuration& configuration);

}  // namespace tranchet
