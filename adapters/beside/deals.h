// What the two programs did, in the same words: the Python bot by its database, and Tranchet by its
// log.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "events/decimal.h"
#include "events/enums.h"
#include "events/log/log_error.h"
#include "events/time.h"

namespace tranchet::beside {

// One order that filled.
struct Deal {
  Timestamp time;  // Of its first fill.
  std::string symbol;
  PositionSide side{};
  bool is_entry = false;
  Quantity quantity;
  Price price;       // Average of its fills, rounded.
  std::string what;  // For people: "trades row 12, order 4711, FILLED"; an order id of ours.
};

// An entry that was wanted and not made.
struct Refusal {
  Timestamp time;
  std::string symbol;
  PositionSide side{};
  std::string reason;
};

// What is open of one key at the end.
struct Holding {
  std::string symbol;
  PositionSide side{};
  std::uint32_t tranches = 0;
  Quantity quantity;
  Value cost = 0;  // Sum of price x quantity.
};

struct Deals {
  std::vector<Deal> deals;  // By time.
  std::vector<Refusal> refusals;
  std::vector<Holding> holdings;  // By symbol, Long before Short.
  Timestamp first;                // Between these it was there to see what happened.
  Timestamp last;
  std::vector<std::string> flaws;  // Rows that say nothing usable, naming row, column and value.
};

// The tables trades, order_relationships, order_status and position_tranches of the bot's SQLite
// database, opened to read. A row is an exit if the bot's own tables say so: its status, its type,
// a parent order, its place in order_relationships, or a side that reduces its position side; else
// it is an entry, as the bot itself takes it (the bot takes many exits of its own for entries). The
// error says why nothing of it can be used.
std::expected<Deals, std::string> deals_of_bot(const std::filesystem::path& database);

std::expected<Deals, LogError> deals_of_log(const std::filesystem::path& log);

}  // namespace tranchet::beside
