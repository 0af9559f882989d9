// The Python bot's files for tests: databases as each of its versions left them, with what it is
// known to write wrongly.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tranchet::legacy {

// Its schemas, oldest first; its own migrations made each of the one before.
enum class Generation : std::uint8_t {
  TradesAlone = 1,
  Relationships,  // Which orders belong together.
  Positions,      // Without tranches.
  Tranches,       // Numbers of tranches everywhere, position_tranches.
  Migrated,       // With migration_status.
};
inline constexpr auto kGenerations =
    std::to_array({Generation::TradesAlone, Generation::Relationships, Generation::Positions,
                   Generation::Tranches, Generation::Migrated});

// As the bot stores it: floating point in columns of type REAL.
struct StoredTranche {
  std::string symbol;
  std::string side;  // "LONG", "SHORT", "BOTH".
  std::int64_t ordinal = 0;
  std::string quantity;
  std::string average;
  std::int64_t target = 0;  // Order numbers; 0: none.
  std::int64_t stop = 0;
};
struct StoredTrade {
  std::string symbol;
  std::int64_t order = 0;
  std::string side;  // "BUY", "SELL".
  std::string type;  // "LIMIT", "STOP_MARKET", ...
  std::string quantity;
  std::string price;
  std::string status;
  std::int64_t tranche = 0;
};

struct BotContents {
  std::vector<StoredTranche> tranches;
  std::vector<StoredTrade> trades;
};

// Replaces the file. What a generation has no column for is left out; before `Tranches` the
// tranches of a position are one row of `positions`, at the average of their averages, as the bot
// makes it.
void write_bot_database(const std::filesystem::path& file, Generation generation,
                        const BotContents& contents);

// Runs SQL on the file, as the bot would: for what it does to rows that it should not touch.
void run_sql(const std::filesystem::path& file, const std::string& sql);

// A folder of its own for a test, gone at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

void write_file(const std::filesystem::path& file, const std::string& text);
std::string read_file(const std::filesystem::path& file);

}  // namespace tranchet::legacy
