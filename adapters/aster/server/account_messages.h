// What the venue tells an account of itself: bodies of REST and messages of the user stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/aster/server/account_desk.h"

namespace tranchet::aster_venue {

// What an ORDER_TRADE_UPDATE is about, beside the order.
struct OrderNews {
  std::string_view execution;  // "NEW", "TRADE", "CANCELED", ...
  Quantity quantity;
  Price price;
  Money fee;
  Money realized;
  std::int64_t trade = 0;
  bool maker = false;
};
std::string order_event(const AsterOrder& order, const OrderNews& news, Timestamp now);
// The balance and, unless it is None, the positions of one instrument.
std::string account_event(const AccountDesk& desk, const VenueAccount& books,
                          std::string_view reason, InstrumentId instrument, Money change,
                          Timestamp now);
std::string mode_changed_event(const AccountDesk& desk, Timestamp now);
std::string leverage_event(std::string_view symbol, std::int64_t leverage, Timestamp now);
std::string key_expired_event(Timestamp now);
std::string margin_call_event(const AccountDesk& desk, Timestamp now);

// ---- Margin, of all positions at their marks.
struct MarginState {
  Money maintenance;
  Money equity;  // Below the maintenance margin: liquidation.
};
MarginState margin_state(const AccountDesk& desk);
// What new positions, or margin for isolated ones, can be taken from.
Money available_balance(const AccountDesk& desk);
// What an isolated position has beyond its initial margin at the mark; its profits do not count.
Money spare_margin(const AccountDesk& desk, const PositionKey& key);

// ---- REST.
// `with_time`: as a query has it, not an answer to a new order.
std::string order_json(const AsterOrder& order, bool with_time);
std::string trade_json(const AccountTrade& trade);
std::string income_json(const Income& income);
// One row in one-way mode, two in hedge mode.
std::vector<std::string> position_rows(const AccountDesk& desk, const MarketBoard& board,
                                       std::int64_t now);
std::string balance_json(const AccountDesk& desk, std::int64_t now);
std::string account_json(const AccountDesk& desk, std::int64_t now);

}  // namespace tranchet::aster_venue
