// The venue's end of the wire: front door, the simulated venue behind it, and what its user stream
// has to say. Every fact gets its place in the venue's own order.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "backtest/venue/front_door.h"
#include "backtest/venue/simulated_venue.h"
#include "backtest/wargame/invariants/invariants.h"
#include "backtest/wargame/marks/mark_watch.h"
#include "backtest/wargame/plan.h"
#include "backtest/wargame/random.h"
#include "backtest/wargame/twins/wire.h"

namespace tranchet {

class VenueGate {
 public:
  VenueGate(const Plan& plan, Invariants& invariants, MarkWatch& marks);

  // What comes back for a request that has arrived. Facts that others may hear as well, and all
  // that follows from it, are in the stream.
  Response receive(const Request& request, Timestamp now);

  void observe(const EventBody& market, Timestamp now);
  // A fault of the venue, or somebody else on the account.
  void strike(const FaultStrike& strike, Timestamp now);
  void end_maintenance() { door_.set_maintenance(false); }
  void heal(Timestamp now);

  // What the user stream has to say since the last call.
  std::vector<Update> take_stream();
  // The fills from a time on, as its trade history has them.
  std::vector<Update> trades_since(Timestamp time) const;

  const SimulatedVenue& venue() const { return venue_; }
  // As the venue publishes them; it may enforce less.
  const DoorLimits& published_limits() const { return published_; }
  // What its responses say has been used.
  DoorUsage usage(Timestamp now) { return door_.usage(now); }
  const std::vector<InstrumentListed>& rules() const { return rules_; }
  std::uint64_t accepted() const { return accepted_; }
  // The rules that a FiltersChange has made, for the process to hear of; cleared by reading.
  std::vector<InstrumentListed> take_new_rules();

 private:
  Response answer(const Request& request, Timestamp now);
  std::vector<Update> carry_out(const Command& command, Timestamp now);
  // The next fact, with what a message would say beside it.
  Update fact(const EventBody& body, Timestamp now);
  void collect(Timestamp now);
  void trade_by_hand(std::uint64_t number, Timestamp now);
  void order_by_hand(std::uint64_t number, Timestamp now);
  void deleverage(std::uint64_t number, Timestamp now);
  std::vector<Update> refuse(const Command& command);
  void change_rules(std::uint64_t number);
  bool happens(Fault fault, std::uint32_t per_mille) {
    return faults_.has(fault) && random_.per_mille(per_mille);
  }

  FaultSet faults_;
  DoorLimits full_limits_;
  std::vector<InstrumentListed> rules_;
  DoorLimits published_;
  FrontDoor door_;
  SimulatedVenue venue_;
  Invariants& invariants_;
  MarkWatch& marks_;
  Random random_;
  Timestamp halted_until_;
  std::uint64_t serial_ = 0;
  std::uint64_t accepted_ = 0;
  std::vector<Occurrence> answers_;
  std::vector<Update> stream_;
  std::vector<std::pair<Timestamp, Update>> trades_;
  struct Standing {
    VenueOrder order;
    Timestamp changed;
  };
  std::map<OrderId, Standing> standings_;
  std::map<PositionKey, Timestamp> moved_;  // When each position last changed.
  std::vector<InstrumentListed> new_rules_;
};

}  // namespace tranchet
