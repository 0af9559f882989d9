// What a world will be put through, decided before it begins: its settings, the faults that are on,
// and the list of everything that happens to it from outside. A failing world is made smaller by
// taking entries off the list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backtest/venue/parameters.h"
#include "backtest/wargame/fault.h"
#include "events/event.h"
#include "events/settings.h"

namespace tranchet {

// A fault that strikes at a moment of its own; `number` decides the details.
struct FaultStrike {
  Fault fault{};
  std::uint64_t number = 0;
};

// A price, a person's act, or a fault, at its time.
struct Stimulus {
  Timestamp time;
  std::variant<EventBody, FaultStrike> what;
};

// What kind of worlds.
enum class Profile : std::uint8_t {
  Everything = 1,  // A random subset of the faults; 1 world in 16 has none.
  Healthy,         // No faults: for what must hold when nothing goes wrong.
  Intents,         // Many orders, and every fault that makes an outcome unknown.
  // As everything, on an account that others have traded on: it holds positions and orders of
  // theirs when the program starts without a log, and some of it the log claims as its tranches.
  Adoption,
};
// "everything".
std::string_view name_of(Profile profile);
std::optional<Profile> profile_named(std::string_view name);

// Where the world trades, and by whose rules.
enum class Exchange : std::uint8_t {
  Coins = 1,  // Futures on coins: both position modes, reduce-only orders, limits by weight.
  // Whole shares on ticks of the NSE, netted in one account, without reduce-only orders or limits
  // of conditional ones; 10 requests a second and 200 a minute. Nothing is numbered there and
  // nothing repeated, so the network repeats and reorders nothing; nobody is liquidated.
  Shares,
};
// Of shares, for everything that is asked; of a batch as many as it has orders.
inline constexpr std::uint32_t kRequestsPerSecond = 10;
inline constexpr std::uint32_t kRequestsPerMinute = 200;
// Of instrument 1, 2, ...: "COIN1", "NSE:SHARE1-EQ".
std::string symbol_at(Exchange exchange, std::size_t number);

struct Plan {
  std::uint64_t seed = 0;
  std::uint64_t events = 0;  // About so many reach the engine.
  Profile profile = Profile::Everything;
  Exchange exchange = Exchange::Coins;
  FaultSet faults;
  Settings settings;
  std::vector<InstrumentListed> instruments;
  SimulationParameters venue;
  Duration round_trip;            // Of the network in good health.
  std::vector<Stimulus> stimuli;  // By time.
  // Stimuli before this time come when the program is not there yet: prices and strikes to the
  // venue alone; what AdoptionRequested claims stands in the log's opening.
  Timestamp begins;  // 0: there are none.
};

// The same on every machine. `only`: these faults and no others.
Plan plan_for(std::uint64_t seed, std::uint64_t events, Profile profile,
              const std::optional<FaultSet>& only = std::nullopt,
              Exchange exchange = Exchange::Coins);

}  // namespace tranchet
