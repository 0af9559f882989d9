// The user stream's messages, read. Source: Aster finance futures API v3, "User Data Streams".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/event.h"

namespace tranchet::aster {

// The asset that margins and profits are in.
inline constexpr std::string_view kMarginAsset = "USDT";

// "ps", "positionSide": BOTH is what one-way mode has.
enum class SideOfPosition : std::uint8_t { Both = 1, Long, Short };
SideOfPosition side_of_position(std::string_view text, bool& known);

// What an order is now, as streams and REST both tell it.
enum class Standing : std::uint8_t {
  New = 1,
  PartiallyFilled,
  Filled,
  Canceled,
  Expired,
  Rejected,
  Insurance,  // NEW_INSURANCE: a liquidation.
  Adl,        // NEW_ADL.
};
bool read_standing(std::string_view text, Standing& standing);
inline bool is_final(Standing standing) {
  return standing == Standing::Filled || standing == Standing::Canceled ||
         standing == Standing::Expired || standing == Standing::Rejected;
}

enum class Execution : std::uint8_t { New = 1, Canceled, Calculated, Expired, Trade, Amendment };

// ORDER_TRADE_UPDATE. Milliseconds of the venue.
struct OrderUpdate {
  std::int64_t event_time = 0;
  std::int64_t time = 0;  // "T", of the transaction.
  std::string symbol;
  std::string client_id;
  std::int64_t order = 0;  // The venue's number.
  Side side{};
  SideOfPosition position_side{};
  Execution execution{};
  Standing standing{};
  bool is_conditional = false;  // By its original type.
  bool is_triggered = false;    // A conditional one that has become another type.
  bool reduce_only = false;     // Or closes the position whatever its size.
  Quantity quantity;
  Price limit_price;
  Quantity last_quantity;
  Price last_price;
  Quantity filled;
  Money fee;
  std::string fee_asset;  // Empty: none.
  std::uint64_t trade = 0;
  bool is_maker = false;
};

struct AccountUpdate {
  struct Position {
    std::string symbol;
    SideOfPosition side{};
    Quantity amount;  // Below 0: short.
  };
  std::int64_t event_time = 0;
  std::int64_t time = 0;
  std::string reason;    // "ORDER", "FUNDING_FEE", ...
  Money balance_change;  // Of the margin asset; 0 where it says none.
  std::vector<Position> positions;
};
struct ListenKeyExpired {};
struct MarginCall {
  std::vector<std::string> symbols;
};
struct LeverageChanged {
  std::string symbol;
  std::int64_t leverage = 0;
};
struct AccountModeChanged {
  bool has_mode = false;
  bool hedge = false;
};
struct OtherMessage {
  std::string kind;  // Empty: an answer to a subscription.
};

using UserMessage = std::variant<OrderUpdate, AccountUpdate, ListenKeyExpired, MarginCall,
                                 LeverageChanged, AccountModeChanged, OtherMessage>;

// The error names the field: `o.p "x" is not a number`.
std::expected<UserMessage, std::string> read_user_message(std::string_view text);

}  // namespace tranchet::aster
