// Paper: real prices, the simulated venue for orders. It has no transport of any kind: what it is
// told of the market comes through the inbox, and its orders go nowhere.
//
// Its account lives as long as its log: a start tells it again what the log holds, and it comes to
// the same orders, positions and balance.
#pragma once

#include <vector>

#include "adapters/live/venue_side.h"
#include "backtest/venue/simulated_venue.h"
#include "engine/output.h"

namespace tranchet {

class PaperSide final : public VenueSide {
 public:
  explicit PaperSide(const SimulationParameters& parameters);

  // An event of the log, and what it caused: prices are seen and commands carried out again. What
  // the venue says to them is in the log already.
  void recall(const Event& event, const Output& output);
  void list(const InstrumentListed& rules);

  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override { return venue_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) override { venue_.advance(now, out); }

  void start(ClockReading) override {}
  void tick(ClockReading) override {}
  std::optional<Timestamp> next_tick() const override { return std::nullopt; }
  void see(const Occurrence& market) override;
  void take_market(std::vector<Occurrence>& out) override { out.clear(); }
  bool is_idle() const override { return true; }
  std::string refusal() const override { return {}; }
  Notes::Fields figures() const override;

  const SimulatedVenue& venue() const { return venue_; }

 private:
  bool is_listed(const EventBody& market) const;

  SimulatedVenue venue_;
  std::vector<bool> listed_;  // By instrument.
  std::vector<Occurrence> said_;
};

}  // namespace tranchet
