#include "adapters/fyers/server/call.h"

#include <algorithm>
#include <array>

namespace tranchet::fyers_venue {
namespace {

constexpr auto kRoutes = std::to_array<Route>({
    {"GET", "/api/v3/profile", false, answer_profile},
    {"GET", "/api/v3/funds", false, answer_funds},
    {"GET", "/api/v3/holdings", false, answer_holdings},
    {"GET", "/api/v3/orders", false, answer_orders},
    {"GET", "/api/v3/tradebook", false, answer_trades},
    {"GET", "/api/v3/positions", false, answer_positions},
    {"DELETE", "/api/v3/positions", true, answer_exit},
    {"POST", "/api/v3/positions", false, answer_convert},
    {"POST", "/api/v3/orders/sync", true, answer_place},
    {"PATCH", "/api/v3/orders/sync", true, answer_modify},
    {"DELETE", "/api/v3/orders/sync", true, answer_cancel},
    {"POST", "/api/v3/multi-order/sync", true, answer_place_many},
    {"PATCH", "/api/v3/multi-order/sync", true, answer_modify_many},
    {"DELETE", "/api/v3/multi-order/sync", true, answer_cancel_many},
    {"POST", "/api/v3/multileg/orders/sync", true, answer_multileg},
    {"POST", "/api/v3/multiorder/margin", false, answer_margin},
    {"POST", "/api/v3/gtt/orders/sync", true, answer_gtt_place},
    {"PATCH", "/api/v3/gtt/orders/sync", true, answer_gtt_modify},
    {"DELETE", "/api/v3/gtt/orders/sync", true, answer_gtt_cancel},
    {"GET", "/api/v3/gtt/orders", false, answer_gtt_book},
    {"GET", "/data/quotes", false, answer_quotes},
    {"GET", "/data/depth", false, answer_depth},
    {"GET", "/data/history", false, answer_history},
    {"GET", "/data/marketStatus", false, answer_market_status},
    {"POST", "/data/symbol-token", false, answer_symbol_tokens},
});

}  // namespace

const Route* find_route(std::string_view method, std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto* found = std::ranges::find_if(
      kRoutes, [&](const Route& route) { return route.method == method && route.path == path; });
  return found == kRoutes.end() ? nullptr : found;
}

std::string Call::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace tranchet::fyers_venue
