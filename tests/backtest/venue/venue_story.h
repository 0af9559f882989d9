// Tests of the venue twin as short stories: orders and prices in words, answers in words.
//
//   VenueStory story;                    // Trade and mark at 100, latency 0.
//   story.send("Buy Long Limit 1 at 98");
//   story.prices("t98");
//   EXPECT_EQ(story.answers(), "Accepted; Filled 1 @ 98 Maker");
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/venue/simulated_venue.h"
#include "tests/support/coin.h"

namespace tranchet {

inline constexpr PositionKey kLong{kCoin, PositionSide::Long};

// Tick and step 0.1, minimum quantity 0.1, minimum notional 5, at most 1000 a limit order and 100 a
// market order, 10 conditional orders.
InstrumentListed coin_rules(InstrumentId instrument = kCoin);

// No latency, 1 bp and 5 bp, 10'000 of balance, nothing else on but liquidation.
SimulationParameters story_parameters(PositionMode mode = PositionMode::Hedge);

// "Accepted", "Rejected WouldTrigger", "Filled 1 @ 98 Maker", ...
std::string told(const EventBody& body);

// A request in words: SIDE POSITION_SIDE TYPE QUANTITY [at LIMIT] [stop STOP] [IOC|FOK|GTX] [mark]
// [reduce]. "Sell Long StopMarket 1 stop 95 mark", "Sell Long TakeProfitMarket 1 stop 105".
SubmitOrder order_from(std::string_view words, OrderId id, InstrumentId instrument = kCoin);

class VenueStory {
 public:
  // Lists the coin and prints a trade and a mark at 100.
  explicit VenueStory(const SimulationParameters& parameters = story_parameters());

  SimulatedVenue& venue() { return venue_; }
  Timestamp now() const { return now_; }
  void wait(Duration duration) { now_ = now_ + duration; }

  // One millisecond each: "t98" trade, "t98*0.5" trade of 0.5, "m97" mark, "p97" trade and mark,
  // "b97/98" book, "f0.0001" funding rate.
  void prices(std::string_view steps);

  OrderId send(std::string_view words);  // Ids count from 1.
  void send_command(const Command& command);
  bool foreign(std::string_view words);  // Of somebody else. False: refused.
  void amend(OrderId order, std::string_view quantity, std::string_view price);
  void cancel(OrderId order);
  void query(OrderId order);

  // What the venue had to say up to now, since last asked, joined by "; ".
  std::string answers();
  // The same with the milliseconds since the start: "25 Accepted".
  std::string timed_answers();

 private:
  std::vector<Occurrence> drain();
  void price(const std::string& step);

  SimulatedVenue venue_;
  Timestamp now_;
  std::uint64_t orders_ = 0;
};

}  // namespace tranchet
