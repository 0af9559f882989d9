#include "adapters/aster/server/market_routes.h"

#include <algorithm>
#include <limits>

namespace tranchet::aster_venue {
namespace {

constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

// One object with a symbol, an array of all without.
template <class Build>
Answer<std::string> one_or_all(Call& call, Build build) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  if (*board != nullptr) return build(**board);
  std::vector<std::string> rows;
  for (const MarketBoard& each : call.boards) rows.push_back(build(each));
  return json_array(rows);
}

std::string rate_limit(std::string_view kind, std::string_view interval, std::int64_t count,
                       std::int64_t limit) {
  return JsonObject()
      .text("rateLimitType", kind)
      .text("interval", interval)
      .number("intervalNum", count)
      .number("limit", limit)
      .str();
}

struct Stretch {
  std::int64_t from = 0;
  std::int64_t until = 0;
};
Answer<Stretch> stretch_of(const Call& call) {
  const auto from = call.integer("startTime", 0);
  if (!from) return std::unexpected(from.error());
  const auto until = call.integer("endTime", kForEver);
  if (!until) return std::unexpected(until.error());
  return Stretch{*from, *until};
}

Answer<std::string> klines(Call& call, MarketBoard::Source source) {
  // indexPriceKlines names a pair.
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto interval = call.parameters.needed("interval");
  if (!interval) return std::unexpected(interval.error());
  const auto length = interval_length(*interval);
  if (!length) return std::unexpected(VenueError{-1120, "Invalid interval."});
  const auto stretch = stretch_of(call);
  if (!stretch) return std::unexpected(stretch.error());
  const auto limit = call.limit(500, 1'500);
  if (!limit) return std::unexpected(limit.error());
  return (*board)->klines(source, *length, stretch->from, stretch->until, *limit);
}

}  // namespace

Answer<std::string> answer_ping(Call& /*call*/) {
  return "{}";
}

Answer<std::string> answer_time(Call& call) {
  return JsonObject().time("serverTime", call.now).str();
}

Answer<std::string> answer_exchange_info(Call& call) {
  std::vector<std::string> symbols;
  for (const MarketBoard& board : call.boards) symbols.push_back(board.exchange_info());
  const std::string limits =
      json_array({rate_limit("REQUEST_WEIGHT", "MINUTE", 1, call.limits.weight_per_minute),
                  rate_limit("ORDERS", "MINUTE", 1, call.limits.orders_per_minute),
                  rate_limit("ORDERS", "SECOND", 10, call.limits.orders_per_10_seconds)});
  const std::string asset = JsonObject()
                                .text("asset", "USDT")
                                .flag("marginAvailable", true)
                                .text("autoAssetExchange", "-10000")
                                .str();
  return JsonObject()
      .text("timezone", "UTC")
      .time("serverTime", call.now)
      .text("futuresType", "U_MARGINED")
      .json("rateLimits", limits)
      .json("exchangeFilters", "[]")
      .json("assets", json_array({asset}))
      .json("symbols", json_array(symbols))
      .str();
}

Answer<std::string> answer_depth(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  return (*board)->depth(*limit, call.milliseconds_now());
}

Answer<std::string> answer_trades(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  const auto from = call.integer("fromId", 0);
  if (!from) return std::unexpected(from.error());
  return (*board)->trades(*limit, *from);
}

Answer<std::string> answer_agg_trades(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  const auto from = call.integer("fromId", 0);
  if (!from) return std::unexpected(from.error());
  const auto stretch = stretch_of(call);
  if (!stretch) return std::unexpected(stretch.error());
  return (*board)->agg_trades(*limit, *from, stretch->from, stretch->until);
}

Answer<std::string> answer_klines(Call& call) {
  return klines(call, MarketBoard::Source::Contract);
}

Answer<std::string> answer_mark_klines(Call& call) {
  return klines(call, MarketBoard::Source::Mark);
}

Answer<std::string> answer_premium_index(Call& call) {
  return one_or_all(
      call, [&](const MarketBoard& board) { return board.premium_index(call.milliseconds_now()); });
}

Answer<std::string> answer_funding_rate(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  const auto stretch = stretch_of(call);
  if (!stretch) return std::unexpected(stretch.error());
  const auto limit = call.limit(100, 1'000);
  if (!limit) return std::unexpected(limit.error());
  std::vector<std::string> rows;
  for (const MarketBoard& each : call.boards) {
    if (*board == nullptr || *board == &each) {
      each.append_funding(rows, stretch->from, stretch->until);
    }
  }
  if (rows.size() > *limit)
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(*limit));
  return json_array(rows);
}

Answer<std::string> answer_funding_info(Call& call) {
  std::vector<std::string> rows;
  for (const MarketBoard& board : call.boards) {
    rows.push_back(JsonObject()
                       .text("symbol", board.listed().symbol)
                       .text("interestRate", "0.00010000")
                       .time("time", call.now)
                       .number("fundingIntervalHours", 8)
                       .text("fundingFeeCap", "0.03")
                       .text("fundingFeeFloor", "-0.03")
                       .str());
  }
  return json_array(rows);
}

Answer<std::string> answer_ticker_24h(Call& call) {
  return one_or_all(
      call, [&](const MarketBoard& board) { return board.ticker_24h(call.milliseconds_now()); });
}

Answer<std::string> answer_ticker_price(Call& call) {
  return one_or_all(
      call, [&](const MarketBoard& board) { return board.price_ticker(call.milliseconds_now()); });
}

Answer<std::string> answer_ticker_book(Call& call) {
  return one_or_all(
      call, [&](const MarketBoard& board) { return board.book_ticker(call.milliseconds_now()); });
}

Answer<std::string> answer_index_references(Call& /*call*/) {
  return "[]";
}

}  // namespace tranchet::aster_venue
