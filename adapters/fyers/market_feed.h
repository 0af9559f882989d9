// The market data stream as events, and what must be said on it. No sockets and no clock of its
// own, so that it may run on the thread that reads the socket, away from the core.
//
//   MarketFeed feed(topics, book);
//   send(feed.begin(hsm_key));            // Of every new connection.
//   MarketHeard heard = feed.read(frame, steady, events);
//   for (frame : heard.answers) send(frame);
//
// The last traded price is both the trade and the mark: NSE has no other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/data_frames.h"
#include "adapters/port/secret.h"
#include "events/event.h"

namespace tranchet::fyers {

struct MarketTopic {
  std::string name;  // "sf|nse_cm|3045"
  InstrumentId instrument{};
};

// The prices between which the exchange takes orders today.
struct CircuitLimits {
  InstrumentId instrument{};
  Maybe<Price> lower;
  Maybe<Price> upper;
  friend bool operator==(const CircuitLimits&, const CircuitLimits&) = default;
};

struct MarketHeard {
  std::vector<std::string> answers;   // To be sent, in order.
  std::vector<CircuitLimits> limits;  // New ones.
  bool stands = false;                // The venue has let us in.
  bool refused = false;               // It has not.
  std::string flaw;                   // What cannot be read; empty: nothing.
};

class MarketFeed {
 public:
  MarketFeed(std::span<const MarketTopic> topics, bool book);

  Secret begin(std::string_view hsm_key);
  // Appends MarkPrice, TradePrinted, and BookTop where that is wished. A mark that stays as it was
  // is told again once a second while the venue speaks of the symbol: it is not stale.
  MarketHeard read(std::string_view frame, Timestamp steady, std::vector<EventBody>& out);

 private:
  struct Told {
    std::optional<Timestamp> marked;
    CircuitLimits limits;
  };
  void take(const DataUpdate& update, Timestamp steady, std::vector<EventBody>& out,
            MarketHeard& heard);
  void tell_book(const Topic& topic, const DataUpdate& update, std::vector<EventBody>& out) const;
  std::string new_flaw();

  DataFrames frames_;
  std::vector<std::string> names_;
  std::vector<Told> told_;  // By instrument.
  std::vector<DataUpdate> updates_;
  std::array<std::uint64_t, kFrameFlaws> flaws_{};
  bool book_;
};

}  // namespace tranchet::fyers
