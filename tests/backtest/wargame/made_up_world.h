// A small world for the invariants' own test: the real engine and the simulated venue on a random
// price path, with people who signal, close and change their minds. In a lossy one requests and
// messages are lost, and the venue is asked again.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "backtest/venue/simulated_venue.h"
#include "backtest/wargame/invariants/invariants.h"
#include "backtest/wargame/random.h"
#include "replay/loop.h"

namespace tranchet {

struct WorldChoices {
  std::uint64_t seed = 1;
  std::uint64_t prices = 500;
  bool lossy = false;
  PositionMode mode = PositionMode::Hedge;
};

class MadeUpWorld final : public Venue, public Observer {
 public:
  using Change = std::function<void(Event&, Output&, State&)>;

  MadeUpWorld(const WorldChoices& choices, const InvariantSet& checks);

  // Runs to the end, or to the first violation. `change` sees every step before the invariants do,
  // and may falsify it.
  void run(const Change& change = {});

  const Invariants& invariants() const { return invariants_; }
  std::uint64_t events() const { return events_; }

 private:
  // Venue
  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override;
  void advance(Timestamp now, std::vector<Occurrence>& out) override;
  // Observer
  void on_event(const Event& event, const Output& output) override;

  void list(InstrumentId id);
  void take(const EventBody& body);
  void show_price(InstrumentId id, std::int64_t most);  // At most so many ticks away.
  void act();
  EntrySignal signal();
  void restart();
  void heal();
  bool is_lost(const EventBody& answer);
  void say(Timestamp time, const EventBody& body);
  bool refuse(const Command& command, Timestamp now);

  WorldChoices choices_;
  Random chance_;
  Settings settings_;
  SimulationParameters parameters_;
  SimulatedVenue venue_;
  Engine engine_;
  Loop loop_;
  Invariants invariants_;
  Timestamp now_;
  std::vector<Price> prices_;
  std::deque<Occurrence> late_;  // What the network says besides; by time.
  std::vector<Occurrence> answers_;
  std::vector<Event> kept_;
  Sequence durable_{};
  std::uint64_t nonce_ = 0;
  std::uint64_t events_ = 0;
  bool healing_ = false;
  Change change_;
};

// "I-29 at 0: a request that event 6 caused left while the log ended at 5"; empty: no violation.
std::string told(const Invariants& invariants);

}  // namespace tranchet
