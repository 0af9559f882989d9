// What must hold whatever happens: one named check each, looked at after every step of a world.
// Numbers are permanent. Where the texts of old papers and the design differ, the design holds.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backtest/venue/simulated_venue.h"
#include "engine/engine.h"

namespace tranchet {

inline constexpr int kInvariants = 42;  // I-01 .. I-42; 35, 40 and 42 are proved elsewhere.

using InvariantCounts =
    std::array<std::uint64_t, kInvariants + 1>;  // [n]: how often I-n had a say.

class InvariantSet {
 public:
  static InvariantSet all();
  static InvariantSet only(int number);
  bool has(int number) const { return bits_[static_cast<std::size_t>(number)]; }

 private:
  std::bitset<kInvariants + 1> bits_;
};

struct Violation {
  int invariant = 0;
  Sequence sequence{};  // The engine's newest event then.
  std::string text;     // What was expected, what was found, of which order or tranche.
};

// "every fill counts once".
std::string_view statement_of(int invariant);

// A request as it left the process.
struct SentRequest {
  const Command& command;
  Sequence cause{};         // The event that made the engine ask.
  Sequence durable{};       // The log holds everything up to here.
  std::uint64_t nonce = 0;  // Strictly increasing per signer. 0: sent before (same bytes again).
  Timestamp time;           // Of the world.
};

// Watches one world. Memory of its own: it believes events, and the venue, never the engine.
class Invariants {
 public:
  Invariants(const InvariantSet& checks, const Settings& settings, bool healthy);
  ~Invariants();
  Invariants(const Invariants&) = delete;
  Invariants& operator=(const Invariants&) = delete;

  // After the engine applied `event` in the live process, its commands not yet sent.
  void on_step(const Event& event, const Output& output, const State& state);
  // A request leaves the process.
  void on_sent(const SentRequest& request);
  // The venue's front door has seen an order request: taken (it now exists), or not.
  void on_venue_order(OrderId order, bool taken);
  // A restart has rebuilt the state from the log, which ends at `last`. Steps beyond the last one
  // seen come with on_step() before this call; steps after `last` were never durable: forget them.
  void on_restart(Sequence last, const State& state);
  // Digests of the same history, live and replayed, must agree.
  void on_replayed(std::uint64_t live_commands, std::uint64_t live_state,
                   std::uint64_t replayed_commands, std::uint64_t replayed_state,
                   bool from_snapshot);
  // The log refused to open, or a second writer was refused; `rightly`: it was damaged, or held.
  void on_log_refused(bool rightly);
  // The world has healed and nothing is under way any more.
  void on_rest(const State& state, const SimulatedVenue& venue);

  const std::optional<Violation>& violation() const;  // The first.
  const InvariantCounts& counts() const;

 private:
  class Watch;
  std::unique_ptr<Watch> watch_;
};

}  // namespace tranchet
