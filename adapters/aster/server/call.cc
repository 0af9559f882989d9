#include "adapters/aster/server/call.h"

#include <algorithm>
#include <array>

#include "adapters/aster/server/account_routes.h"
#include "adapters/aster/server/market_routes.h"
#include "adapters/aster/server/trade_routes.h"

namespace tranchet::aster_venue {
namespace {

constexpr Access kPublic = Access::Public;
constexpr Access kSigned = Access::Signed;

// Weights: Aster finance futures API v3.
constexpr auto kRoutes = std::to_array<Route>({
    {"GET", "ping", 1, kPublic, false, answer_ping},
    {"GET", "time", 1, kPublic, false, answer_time},
    {"GET", "exchangeInfo", 1, kPublic, false, answer_exchange_info},
    {"GET", "depth", 2, kPublic, false, answer_depth},
    {"GET", "trades", 1, kPublic, false, answer_trades},
    {"GET", "historicalTrades", 20, kPublic, false, answer_trades},
    {"GET", "aggTrades", 20, kPublic, false, answer_agg_trades},
    {"GET", "klines", 1, kPublic, false, answer_klines},
    {"GET", "indexPriceKlines", 1, kPublic, false, answer_mark_klines},
    {"GET", "markPriceKlines", 1, kPublic, false, answer_mark_klines},
    {"GET", "premiumIndex", 1, kPublic, false, answer_premium_index},
    {"GET", "fundingRate", 1, kPublic, false, answer_funding_rate},
    {"GET", "fundingInfo", 1, kPublic, false, answer_funding_info},
    {"GET", "ticker/24hr", 1, kPublic, false, answer_ticker_24h},
    {"GET", "ticker/price", 1, kPublic, false, answer_ticker_price},
    {"GET", "ticker/bookTicker", 1, kPublic, false, answer_ticker_book},
    {"GET", "indexreferences", 1, kPublic, false, answer_index_references},

    {"POST", "order", 1, kSigned, true, answer_place},
    {"PUT", "order", 1, kSigned, true, answer_amend},
    {"DELETE", "order", 1, kSigned, true, answer_cancel},
    {"GET", "order", 1, kSigned, false, answer_order},
    {"POST", "order/test", 1, kSigned, false, answer_place_test},
    {"POST", "batchOrders", 5, kSigned, true, answer_place_batch},
    {"DELETE", "batchOrders", 1, kSigned, true, answer_cancel_batch},
    {"DELETE", "allOpenOrders", 1, kSigned, true, answer_cancel_all},
    {"GET", "openOrder", 1, kSigned, false, answer_open_order},
    {"GET", "openOrders", 1, kSigned, false, answer_open_orders},
    {"GET", "allOrders", 5, kSigned, false, answer_all_orders},

    {"GET", "balance", 5, kSigned, false, answer_balance},
    {"GET", "account", 5, kSigned, false, answer_account},
    {"GET", "accountWithJoinMargin", 5, kSigned, false, answer_account},
    {"GET", "positionRisk", 5, kSigned, false, answer_position_risk},
    {"GET", "userTrades", 5, kSigned, false, answer_user_trades},
    {"GET", "income", 30, kSigned, false, answer_income},
    {"GET", "leverageBracket", 1, kSigned, false, answer_leverage_bracket},
    {"GET", "commissionRate", 20, kSigned, false, answer_commission_rate},
    {"GET", "adlQuantile", 5, kSigned, false, answer_adl_quantile},
    {"GET", "forceOrders", 20, kSigned, false, answer_force_orders},
    {"GET", "positionSide/dual", 30, kSigned, false, answer_mode},
    {"POST", "positionSide/dual", 1, kSigned, false, answer_set_mode},
    {"GET", "multiAssetsMargin", 30, kSigned, false, answer_multi_assets},
    {"POST", "multiAssetsMargin", 1, kSigned, false, answer_set_multi_assets},
    {"POST", "leverage", 1, kSigned, false, answer_set_leverage},
    {"POST", "marginType", 1, kSigned, false, answer_set_margin_type},
    {"GET", "stpMode", 30, kSigned, false, answer_stp_mode},
    {"POST", "stpMode", 1, kSigned, false, answer_set_stp_mode},
    {"POST", "positionMargin", 1, kSigned, false, answer_move_margin},
    {"GET", "positionMargin/history", 1, kSigned, false, answer_margin_moves},
    {"GET", "builder", 1, kSigned, false, answer_empty_list},
    {"GET", "agent", 1, kSigned, false, answer_empty_list},
    {"POST", "noop", 1, kSigned, false, answer_done},

    {"POST", "listenKey", 1, Access::Key, false, answer_make_key},
    {"PUT", "listenKey", 1, Access::Key, false, answer_keep_key},
    {"DELETE", "listenKey", 1, Access::Key, false, answer_close_key},
});

}  // namespace

const Route* find_route(std::string_view method, std::string_view name) {
  const auto* found = std::ranges::find_if(
      kRoutes, [&](const Route& route) { return route.method == method && route.name == name; });
  return found == kRoutes.end() ? nullptr : found;
}

std::uint32_t weight_of(const Route& route, const Parameters& parameters) {
  const bool all = !parameters.has("symbol");
  if (route.name == "openOrders" || route.name == "ticker/24hr") return all ? 40 : 1;
  if (route.name == "ticker/price" || route.name == "ticker/bookTicker") return all ? 2 : 1;
  if (route.name == "forceOrders") return all ? 50 : 20;
  const std::int64_t limit = parameters.integer("limit").value_or(500).value_or(500);
  if (route.name == "depth") return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
  if (route.name.ends_with("lines")) {
    return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1'000 ? 5 : 10;
  }
  return route.weight;
}

Answer<MarketBoard*> Call::board_if_any() const {
  std::string_view symbol = parameters.text("symbol");
  if (symbol.empty()) symbol = parameters.text("pair");
  if (symbol.empty()) return nullptr;
  const auto found = std::ranges::find_if(
      boards, [&](const MarketBoard& board) { return board.listed().symbol == symbol; });
  if (found == boards.end()) return std::unexpected(VenueError{-1121, "Invalid symbol."});
  return &*found;
}

Answer<MarketBoard*> Call::board() const {
  const auto found = board_if_any();
  if (found && *found == nullptr) return std::unexpected(parameters.needed("symbol").error());
  return found;
}

Answer<std::int64_t> Call::integer(std::string_view name, std::int64_t otherwise) const {
  const auto given = parameters.integer(name);
  if (!given) return std::unexpected(given.error());
  return given->value_or(otherwise);
}

Answer<std::size_t> Call::limit(std::size_t otherwise, std::size_t most) const {
  const auto given = integer("limit", static_cast<std::int64_t>(otherwise));
  if (!given) return std::unexpected(given.error());
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(*given, 1, static_cast<std::int64_t>(most)));
}

}  // namespace tranchet::aster_venue
