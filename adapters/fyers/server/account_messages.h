// What an account is told, as JSON: rows of REST answers, and messages of the order stream.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/fyers/server/account_desk.h"

namespace tranchet::fyers_venue {

// Rows of orderBook, tradeBook and netPositions; `row` counts from 1.
std::string order_row(const FyersOrder& order, const AccountDesk& desk, std::int64_t row);
std::string trade_row(const AccountTrade& trade, const AccountDesk& desk);
std::string position_row(const NetPosition& position, const AccountDesk& desk, std::int64_t row);
// {"count_total":...} of positions.
std::string positions_overall(const AccountDesk& desk);
std::string funds_rows(const AccountDesk& desk);

// {"orders":{...}}, {"trades":{...}}, {"positions":{...}}
std::string order_event(const FyersOrder& order, const AccountDesk& desk);
std::string trade_event(const AccountTrade& trade, const AccountDesk& desk);
std::string position_event(const NetPosition& position, const AccountDesk& desk);

// "NSE:SBIN-EQ-INTRADAY"
std::string position_id(const NetPosition& position, const AccountDesk& desk);

// To the paisa, halves away from zero: 606.4
std::string rupees(Value value);

}  // namespace tranchet::fyers_venue
