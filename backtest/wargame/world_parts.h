// The parts of a world and what moves them; only run_world() makes one.
//
//   world.cc          the course of a world: faults first, then rest
//   world_time.cc     its clock, and what travels between the process and the venue
//   world_faults.cc   what happens to it
//   world_process.cc  the process: start, death, what is seen of it
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backtest/wargame/invariants/arrivals.h"
#include "backtest/wargame/process.h"
#include "backtest/wargame/protection_times.h"
#include "backtest/wargame/random.h"
#include "backtest/wargame/schedule.h"
#include "backtest/wargame/twins/gate.h"
#include "backtest/wargame/twins/network.h"
#include "backtest/wargame/world.h"

namespace tranchet {

class World final : public Wire, public Process::Watcher {
 public:
  World(const Plan& plan, const WorldOptions& options)
      : plan_(plan),
        options_(options),
        invariants_(options.checks, plan.settings, plan.faults.empty()),
        network_(plan),
        gate_(plan, invariants_, marks_),
        random_(plan.seed, "world") {}

  WorldResult run();

  // ---- Wire.
  void send(const Request& request) override;
  void connect(Stream stream, std::uint64_t incarnation) override;
  void fetch_trades(Timestamp since, std::uint64_t incarnation) override;

  // ---- Watcher.
  void on_event(const Event& event, const Output& output) override;
  void on_replay(const Event& event, const Output& output, const State& state) override;

 private:
  struct Line {  // A connection of one stream.
    std::uint64_t number = 0;
    bool up = false;
    Timestamp last_delivery;
  };

  bool is_over() const { return result_.violation || invariants_.violation(); }
  void at(Timestamp time, std::function<void()> act);
  // The same, in the process of that incarnation, once it is awake.
  void at_process(Timestamp time, std::uint64_t incarnation, std::function<void()> act);
  void move_to(Timestamp time);
  void step();
  void run_process();
  Timestamp process_wake();

  void take(const Stimulus& stimulus);
  void take_early(const Stimulus& stimulus);
  void take_market(const EventBody& body);
  void strike(const FaultStrike& strike);
  void strike_disk(const FaultStrike& strike);
  void strike_stream(Stream stream, bool half_open, std::uint64_t number);
  void send_stream();
  // What the program reads of the venue at its start, and now and then.
  void tell_rules(InstrumentListed rules);
  void deliver(Stream stream, const Passage& passage, std::function<void()> act);
  void arrive(const Request& request, std::optional<Duration> repeat);
  void count_arrival(const Request& request);

  void start_process();
  void kill_process(Duration downtime);
  void end_of_process();
  void check_replay();

  void heal();
  bool is_at_rest() const;
  std::string why_no_rest() const;
  void tick(Timestamp time);
  void come_to_rest();
  void run_until(Timestamp time);
  void tell(std::string_view line) {
    if (options_.tell) options_.tell(line);
  }
  void tell_fault(const FaultStrike& strike);
  Line& line(Stream stream) { return lines_[stream == Stream::User ? 0 : 1]; }

  const Plan& plan_;
  const WorldOptions& options_;
  Invariants invariants_;
  MarkWatch marks_;
  Network network_;
  VenueGate gate_;
  Disk disk_;
  ProcessClock clock_;
  Random random_;
  std::unique_ptr<Process> process_;
  Schedule tasks_;
  Timestamp now_;
  Timestamp paused_until_;
  std::uint64_t incarnation_ = 0;
  bool restart_planned_ = false;
  bool healed_ = false;
  Line lines_[2];
  ProtectionTimes protection_;
  Arrivals arrivals_;
  Sequence seen_{};        // The newest event that the watchers know.
  Timestamp known_until_;  // Its time.
  std::map<InstrumentId, Price> last_prices_;
  std::uint64_t rules_made_ = 0;                      // Changes of rules so far,
  std::map<InstrumentId, std::uint64_t> rules_told_;  // and the newest that was told.
  WorldResult result_;
};

}  // namespace tranchet
