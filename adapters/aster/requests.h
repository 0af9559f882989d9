// Commands and questions as REST calls: paths, parameters, weights. Pure.
//
// Prices and quantities are written as decimals without an exponent ("0.0000123"), ids as the
// engine's own text ("T1S4N0A0"). Values consist of unreserved characters, so that what is signed
// and what is sent are the same bytes; a batch's JSON is percent-encoded, and signed encoded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/budget.h"
#include "adapters/port/traffic.h"
#include "events/command.h"
#include "events/settings.h"

namespace tranchet::aster {

enum class Signature : std::uint8_t {
  None = 1,  // Public.
  KeyOnly,   // Signed in V3; V1 wants the key's header alone.
  Signed,
};

struct Call {
  HttpMethod method{};
  std::string path;        // Behind the root, "/order"; or whole, where V1 differs.
  std::string parameters;  // Unsigned.
  Signature signature = Signature::Signed;
  Cost cost;
  std::string_view label;
};

Call server_time_call();
Call exchange_info_call();
Call position_mode_call();
Call set_position_mode_call(PositionMode mode);
Call leverage_call(std::string_view symbol, std::uint16_t leverage);
Call margin_type_call(std::string_view symbol, bool isolated);
Call new_listen_key_call();
Call keep_listen_key_call();
Call mark_prices_call();

Call submit_call(const SubmitOrder& order, std::string_view symbol, PositionMode mode);
struct SymbolOrder {
  SubmitOrder order;
  std::string_view symbol;
};
inline constexpr std::size_t kBatchMost = 5;
Call batch_call(std::span<const SymbolOrder> orders, PositionMode mode);  // 2..5 of them.
Call amend_call(const AmendOrder& order, std::string_view symbol);
Call cancel_call(const CancelOrder& order, std::string_view symbol);
Call query_call(OrderId order, std::string_view symbol);
Call query_by_number_call(std::int64_t order, std::string_view symbol);

Call positions_call(std::string_view root);
Call open_orders_call();
Call balance_call(std::string_view root);
inline constexpr std::size_t kTradesMost = 1'000;
// From a time on, or from a trade id on when `from_id` is above 0.
Call trades_call(std::string_view symbol, std::int64_t since_milliseconds, std::uint64_t from_id);
Call funding_call(std::int64_t since_milliseconds);

// "/stream?streams=..." of the market streams. At most 200 on a connection: `left_out` counts those
// that did not fit.
struct MarketWish {
  std::string symbol;
  bool trades = true;
  bool book = false;
};
std::string market_target(std::span<const MarketWish> wishes, bool liquidations,
                          std::size_t& left_out);

}  // namespace tranchet::aster
