// A request's body -> an order, or the venue's code for what is wrong with it. What is refused here
// was never an order: it is in no book.
#pragma once

#include <vector>

#include "adapters/fyers/server/board.h"
#include "adapters/fyers/server/order.h"
#include "adapters/fyers/server/venue_error.h"
#include "adapters/port/json.h"

namespace tranchet::fyers_venue {

Answer<FyersOrder> read_order(const Json& body, const std::vector<Board>& boards);

// What PATCH changes: absent members stay as they are. `order` is the order as it would be.
Answer<FyersOrder> read_change(const Json& body, const FyersOrder& order, const Board& board);

// -50: tick, lot, the prices that its type must have and must not have.
Answer<void> check_shape(const FyersOrder& order, const Listing& listing);

// A text or a number as text; empty where it is missing or something else.
std::string text_of(const Json& body, std::string_view key);

// Members as the API has them; -50 with their name where they are wrong.
Answer<Quantity> read_quantity(const Json& body, std::string_view key);
Answer<Price> read_price(const Json& body, std::string_view key);  // >= 0
Answer<std::int64_t> read_integer(const Json& body, std::string_view key);
Answer<std::size_t> find_board(const std::string& symbol, const std::vector<Board>& boards);

}  // namespace tranchet::fyers_venue
