// An account as the bot leaves it behind, decided by a seed: positions at the venue, its database
// of some generation with some of its errors in it, its orders, and some of other people's.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/adapters/legacy/bot_files.h"
#include "tests/adapters/legacy/desk_program.h"

namespace tranchet::legacy {

// The bot's errors, by the numbers they are known under.
enum class Corruption : std::uint8_t {
  None = 1,
  OtherSymbolsOrders,    // D7: order numbers of another symbol's tranche.
  OtherSymbolsQuantity,  // D7: a tranche cleared that was another symbol's.
  MadeUpAverages,        // D15: plain means.
  PhantomPositions,      // D15: exits taken for entries of the other side.
  ClosedTrades,          // D22.
};

class RandomAccount {
 public:
  explicit RandomAccount(std::uint64_t seed);

  DeskVenue& venue() { return *venue_; }
  PositionMode mode() const { return mode_; }
  Corruption corruption() const { return corruption_; }
  // What was really built, as the bot would have it in a database without errors.
  const BotContents& truth() const { return truth_; }
  // Numbers of orders that neither the bot nor we have placed.
  const std::set<std::int64_t>& foreign() const { return foreign_; }
  bool holds_ladder() const { return generation_ >= Generation::Tranches; }

  void write_files(const std::filesystem::path& settings,
                   const std::filesystem::path& database) const;

 private:
  struct Market {
    std::string symbol;
    Price price;
    Price tick;
    Quantity step;
    Quantity lot;  // What an entry is made of.
  };
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void build_side(const Market& market, InstrumentId instrument, PositionSide side);
  void place_exits(StoredTranche& tranche, const Market& market, PositionSide side,
                   Quantity quantity, Price price);
  void place_foreign(const Market& market, PositionSide side, Quantity quantity);
  std::string exit_of(const Market& market, PositionSide side, Quantity quantity) const;

  std::mt19937_64 random_;
  PositionMode mode_;
  Generation generation_;
  Corruption corruption_;
  std::vector<Market> markets_;
  std::unique_ptr<DeskVenue> venue_;
  BotContents truth_;
  std::set<std::int64_t> foreign_;
};

}  // namespace tranchet::legacy
