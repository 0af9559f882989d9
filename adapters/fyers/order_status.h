// What orders are and how the venue writes it. Source: Fyers API v3, "Enumerations".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/enums.h"
#include "events/time.h"

namespace tranchet::fyers {

enum class OrderStatus : std::uint8_t {
  Cancelled = 1,
  Filled = 2,
  Transit = 4,  // On its way to the exchange.
  Rejected = 5,
  Pending = 6,
  Expired = 7,
};
constexpr bool is_final(OrderStatus status) {
  return status == OrderStatus::Cancelled || status == OrderStatus::Filled ||
         status == OrderStatus::Rejected || status == OrderStatus::Expired;
}
// 1, 2, 4 to 7; 3 is not used.
std::optional<OrderStatus> order_status(std::int64_t number);
// Of the broker's own system, as the order stream's `ord_status` has it: 20 in transit, 90 filled,
// 22 resting, 91 cancelled, 92 rejected, ...
std::optional<OrderStatus> order_status_of_oms(std::int64_t number);

// 1 limit, 2 market, 3 stop (SL-M), 4 stop that becomes a limit order (SL-L).
enum class VenueOrderType : std::uint8_t { Limit = 1, Market = 2, Stop = 3, StopLimit = 4 };
std::optional<VenueOrderType> venue_order_type(std::int64_t number);

// What a position is held as: the venue keeps one position a symbol and product.
enum class Product : std::uint8_t {
  Intraday = 1,  // Squared off by the broker in the afternoon.
  Cnc,           // Cash and carry: shares in the demat account.
  Margin,        // Carried derivatives.
  Cover,         // CO and BO are read, never sent: their stops are the venue's own.
  Bracket,
  Mtf,
};
std::string_view to_text(Product product);  // "INTRADAY", as the venue writes it.
std::optional<Product> product(std::string_view text);

// 1 buys, -1 sells.
std::optional<Side> side_of(std::int64_t number);

// Whole seconds since 1970, as addresses of questions and the start of days have them.
constexpr std::int64_t epoch_seconds(Timestamp time) {
  return time.nanoseconds() / 1'000'000'000;
}
// "04-Aug-2025 10:12:58" or "04-08-2025 10:12:58", of India (UTC+05:30, no summer time).
std::optional<Timestamp> indian_time(std::string_view text);
// "2025-08-04 10:12 IST", for people.
std::string indian_text(Timestamp time);
// Days since 1970-01-01 there. A day begins at 18:30 UTC.
std::int64_t indian_day(Timestamp time);
Timestamp start_of_indian_day(std::int64_t day);

// Letters of ids and symbols: nothing in them needs care in a path or in JSON.
bool is_plain_id(std::string_view text);

// Our text in an order's tag: "1:T1S4N0A0" is "T1S4N0A0". Empty: it has none ("2:Untagged").
std::string_view tag_of(std::string_view order_tag);

}  // namespace tranchet::fyers
