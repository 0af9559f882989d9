// The database of the Python bot (SQLite, its data/bot.db), read and never written.
//
// The bot changed its tables as it grew and migrated old ones in place; what it left behind is told
// by the tables and columns that are there. What it says about positions is a claim: its updates
// reach rows of other symbols (they are keyed by the tranche's number alone), and after a restart
// it makes up averages. The venue decides what is true (adoption_plan.h).
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"
#include "events/enums.h"

namespace tranchet::legacy {

// A tranche that the bot believes to hold.
struct BotTranche {
  std::string symbol;
  std::optional<PositionSide> side;  // None: "BOTH", of one-way mode.
  std::uint32_t ordinal = 0;
  Quantity quantity;  // > 0.
  Price average;      // > 0.
  std::string row;    // Where it stands, for people: "position_tranches BTCUSDT LONG 0".
};

enum class BotOrderRole : std::uint8_t { Entry = 1, TakeProfit, StopLoss };
std::string_view to_text(BotOrderRole role);

// An order that the bot has sent, by the venue's number.
struct BotOrder {
  std::int64_t number = 0;
  std::string symbol;
  BotOrderRole role{};
};

struct BotDatabase {
  std::string generation;  // Which of its schemas, for people.
  std::vector<BotTranche> tranches;
  std::map<std::int64_t, BotOrder> orders;
  std::vector<std::string> flaws;  // What could not be used, naming table, row and value.
};

// The error says why nothing of it can be used: no such file, not a database of the bot, damaged,
// truncated, locked by another program.
std::expected<BotDatabase, std::string> read_bot_database(const std::filesystem::path& file);

// Processes that have the file open now: "process 4711 (python3)". Only those that this user may
// look at are seen.
std::vector<std::string> programs_that_hold(const std::filesystem::path& file);

}  // namespace tranchet::legacy
