// The market of the main benchmark, made of integers: a random walk of equal steps up and down, the
// same on every machine. A trade every 100 ms, so that an order is answered (50 ms there and back)
// before the next price but one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/settings.h"

namespace tranchet {

// What one step is of the price: 1 / 10,000 is 1 bp, 1 / 100,000 is 0.1 bp.
enum class WalkStep : std::int64_t { OneBasisPoint = 10'000, TenthOfBasisPoint = 100'000 };

class RandomWalk {
 public:
  explicit RandomWalk(WalkStep step, std::uint64_t seed = 1)
      : divisor_(static_cast<std::int64_t>(step)), state_(seed) {}

  // The next price, in ticks of 0.01. It begins at 100,000 and is kept within a hundredth and a
  // hundred times of that.
  std::int64_t next();

 private:
  std::int64_t divisor_;
  std::uint64_t state_;
  std::int64_t ticks_ = 10'000'000;
};

// Columns in memory: trade number i.
struct WalkColumns {
  std::vector<std::int32_t> ticks;  // Prices.

  Price price(std::size_t i) const { return Price::from_raw(ticks[i] * kWalkTick); }
  static Timestamp time(std::size_t i);
  std::size_t size() const { return ticks.size(); }

  static constexpr std::int64_t kWalkTick = kDecimalOne / 100;
};
WalkColumns random_walk(WalkStep step, std::size_t trades, std::uint64_t seed = 1);

// The same as an aggTrades CSV, each of 0.01001.
void write_walk(const std::filesystem::path& file, WalkStep step, std::int64_t trades);

// Its rules: tick 0.01, step 0.00001.
InstrumentListed walk_rules(InstrumentId instrument);
// Five long tranches of 1,000 with targets at 0.4 % either way, each entered again at the next
// trade once it has closed. An account of 1,000,000 pays the fees of 50 million trades.
Settings walk_settings();
// The same as --set of the program; the rules are inferred from the file.
std::vector<std::string> walk_arguments();

}  // namespace tranchet
