// What many worlds have shown, added up in the order of their seeds.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "backtest/wargame/world.h"
#include "events/digest.h"

namespace tranchet {

// Times in whole milliseconds, rounded up, and how often each was seen.
class Histogram {
 public:
  void add(std::int64_t milliseconds, std::uint64_t times = 1) { counts_[milliseconds] += times; }
  std::uint64_t size() const;
  // The smallest time that at least `per_mille` of all do not exceed; 0 when there are none.
  std::int64_t quantile(std::uint64_t per_mille) const;
  const std::map<std::int64_t, std::uint64_t>& counts() const { return counts_; }
  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  std::map<std::int64_t, std::uint64_t> counts_;
};

struct FailedWorld {
  std::uint64_t seed = 0;
  Violation violation;
};

struct Tally {
  std::uint64_t worlds = 0;
  std::uint64_t healthy = 0;  // Of these, without a fault.
  std::uint64_t events = 0;
  std::uint64_t intents = 0;
  std::uint64_t accepted = 0;
  std::uint64_t restarts = 0;
  std::uint64_t simulated = 0;  // Milliseconds.
  std::uint64_t capped = 0;     // Fills whose old stop had to be cancelled before the new one.
  InvariantCounts checked{};
  MarkSet marks;
  std::array<std::uint64_t, kFaults + 1> worlds_with{};  // By the number of the fault.
  Histogram protection;         // From a fill to its accepted stop, in healthy worlds,
  Histogram protection_beyond;  // and what of it is beyond the round trips that it may take.
  std::vector<FailedWorld> failed;
  std::uint64_t digest = Digest().value();

  void add(const Plan& plan, const WorldResult& result);
};

// A healthy world protects a fill within one round trip; within two if a stop was under way when
// the fill came; and one more where the venue takes no further stop before the old one is
// cancelled. The program itself may take so long on top.
inline constexpr std::int64_t kProtectionSlack = 5;  // Milliseconds.

// "I-07"; "rest" for 0, a world that never comes to rest.
std::string invariant_name(int invariant);
std::string_view invariant_statement(int invariant);
// From "I-07", "7"; nullopt: there is none of that number.
std::optional<int> invariant_named(std::string_view name);
// Not by worlds: a test that must not compile, the golden logs, a scan of what was written.
constexpr bool is_proved_elsewhere(int invariant) {
  return invariant == 35 || invariant == 40 || invariant == 42;
}

// Checks and marks that no world has come to.
std::vector<int> checks_never_reached(const Tally& tally, const InvariantSet& checks);
std::vector<Mark> marks_never_reached(const Tally& tally);

// As lines, to go on with another day. The error says which line is none.
std::string to_text(const Tally& tally);
std::expected<Tally, std::string> parse_tally(std::string_view text);

}  // namespace tranchet
