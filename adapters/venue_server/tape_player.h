// Market history as the venue's present: each tape's first price comes at the start, the others as
// far behind it as they were, divided by the speed.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backtest/market_data/market_data.h"
#include "events/event.h"

namespace tranchet::venue_server {

struct TapeOptions {
  std::string symbol;
  InstrumentId instrument{};
  std::filesystem::path path;
  std::uint32_t speed_percent = 100;
  bool loops = false;
  // Where the tape begins to play; what lies before is the past. Nullopt: at its beginning.
  std::optional<Timestamp> from;
};

// One tape. A bar becomes four trades: open, the nearer extreme first, close.
class TapePlayer {
 public:
  static std::expected<std::unique_ptr<TapePlayer>, std::string> open(const TapeOptions& options,
                                                                      Timestamp start);

  // What lay before the first price that is played, in the tape's own time; once.
  std::vector<Occurrence> take_past() { return std::exchange(past_, {}); }
  // The time of the first price that is played, as the tape has it.
  Timestamp beginning() const { return *tape_start_; }
  // When the next price is due; nullopt: the tape has ended, or failed.
  std::optional<Timestamp> next() const;
  // The next price; the time is when it was due.
  Occurrence take();
  const std::string& failure() const { return failure_; }  // Empty: none.

 private:
  explicit TapePlayer(const TapeOptions& options) : options_(options) {}
  std::expected<void, std::string> begin(Timestamp start);
  void fill();
  void set_past_apart();

  TapeOptions options_;
  std::unique_ptr<MarketData> data_;
  Block block_;
  std::vector<Occurrence> prices_;  // Of the block, in the tape's own time.
  std::vector<Occurrence> past_;
  std::size_t at_ = 0;
  Timestamp start_;                      // When the tape began, now.
  std::optional<Timestamp> tape_start_;  // When it began, then.
  Timestamp newest_;                     // Nothing is due before it.
  std::string failure_;
};

// How many decimals the prices and quantities at the tape's beginning have: what tick and step are
// taken from when nothing says them.
struct TapeDecimals {
  int price = 0;
  int quantity = 0;
};
std::expected<TapeDecimals, std::string> look_at_decimals(const TapeOptions& options);

}  // namespace tranchet::venue_server
