// The parameters of a new order -> an order, or the venue's code for what is wrong with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/aster/server/market_board.h"
#include "adapters/aster/server/parameters.h"
#include "adapters/aster/server/trigger.h"
#include "events/command.h"
#include "events/settings.h"

namespace tranchet::aster_venue {

// Which of two orders of one account that would trade with each other expires instead.
enum class StpMode : std::uint8_t { ExpireTaker = 1, ExpireMaker, ExpireBoth };
std::string_view to_text(StpMode mode);                      // "EXPIRE_TAKER"
Answer<StpMode> read_stp_mode(const Parameters& parameters);  // -1102, -1130.

// An order as the venue's books have it; what clients see.
struct AsterOrder {
  std::int64_t number = 0;  // "orderId".
  std::string client_id;
  std::string symbol;
  std::string type;           // The original one: "STOP_MARKET".
  std::string time_in_force;  // "GTC"
  std::string position_side;  // "BOTH", "LONG", "SHORT".
  std::string status = "NEW";
  SubmitOrder request;
  Trigger trigger;              // Kind None: the venue behind has it.
  bool close_position = false;  // Its quantity is what is open when it triggers.
  bool price_protect = false;
  bool is_triggered = false;
  bool wants_result = false;  // newOrderRespType: RESULT.
  std::optional<StpMode> stp;  // In place of the account's.
  Quantity filled;
  Value filled_value = 0;
  std::int64_t created = 0;  // Milliseconds, like the next.
  std::int64_t updated = 0;

  bool is_open() const { return status == "NEW" || status == "PARTIALLY_FILLED"; }
  bool is_conditional() const {
    return trigger.kind != TriggerKind::None || tranchet::is_conditional(request.order_type);
  }
};

// `number` is left open. What needs the account (position, margin, caps) is not looked at.
//
// Peg prices are refused (-1130): better than to do something else.
Answer<AsterOrder> draft_order(const Parameters& parameters, const MarketBoard& board,
                               PositionMode mode);

// What LOT_SIZE, MARKET_LOT_SIZE and PRICE_FILTER say. -1111, -4003, -4004, -4005, -4023.
Answer<void> check_quantity(Quantity quantity, bool at_market, const InstrumentListed& rules);
// -1111, -4013, -4014.
Answer<void> check_price(Price price, const InstrumentListed& rules);

// The twin's answer as the venue's code.
VenueError refusal_of(RejectReason reason, const SubmitOrder& request);

}  // namespace tranchet::aster_venue
