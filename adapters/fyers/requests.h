// Commands and questions as REST calls: method, path, JSON body. Pure.
//
// Prices and quantities are written as JSON numbers without an exponent, ids as the engine's own
// text in orderTag ("T1S4N0A0"), which comes back as "1:T1S4N0A0".
//
// A position is left through the tagged opposite order, like any other. The venue's own DELETE
// /positions takes a body without an id for "exit everything": the only call of it that can be made
// here names one position, by a PositionId, which cannot be empty.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/budget.h"
#include "adapters/fyers/gtt_terms.h"
#include "adapters/fyers/order_status.h"
#include "adapters/port/traffic.h"
#include "events/command.h"

namespace tranchet::fyers {

class AccessToken;

struct Call {
  HttpMethod method{};
  std::string target;  // "/api/v3/orders/sync", with the query.
  std::string body;    // JSON, or empty.
  Cost cost;
  std::string_view label;  // "POST orders"
};

// With authorization, content type and version. The request's id is left to the caller.
HttpRequest written_request(const Call& call, const AccessToken& token);

// ---- Orders. The error says why the venue cannot be asked so, naming the value.

using Written = std::expected<Call, std::string>;
// A stop that has a limit price is an SL-L, any other an SL-M.
Written place_call(const SubmitOrder& order, std::string_view symbol, Product product);
struct SymbolOrder {
  SubmitOrder order;
  std::string_view symbol;
};
inline constexpr std::size_t kBatchMost = 10;
Written place_batch_call(std::span<const SymbolOrder> orders, Product product);  // 1..10 of them.
Written modify_call(const AmendOrder& order, std::string_view venue_id);
Written cancel_call(std::string_view venue_id);

Call orders_call();
Call orders_by_tag_call(OrderId order);
Written order_by_id_call(std::string_view venue_id);
Call trades_call();
Call positions_call();
Call funds_call();

// "NSE:SBIN-EQ-INTRADAY": which position, beyond doubt.
class PositionId {
 public:
  // Nullopt: the symbol is none (EXCHANGE:NAME).
  static std::optional<PositionId> of(std::string_view symbol, Product product);
  const std::string& text() const { return text_; }

 private:
  explicit PositionId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};
// The counter order has no tag and no id: where a tagged order can do it, that is better.
Call exit_position_call(const PositionId& position);

// ---- Good till triggered: a backup for CNC, MARGIN and MTF. With both legs one cancels the other;
// the venue refuses one whose legs do not lie above and below the last price.
Written place_gtt_call(const GttTerms& terms);
Written cancel_gtt_call(std::string_view venue_id);
Call gtt_orders_call();

// ---- The market.

inline constexpr std::size_t kQuotesMost = 50;
Call quotes_call(std::span<const std::string> symbols);  // 1..50 of them.
inline constexpr std::size_t kTokensMost = 500;
Call symbol_tokens_call(std::span<const std::string> symbols);  // 1..500 of them.
// Candles that begin in [from, to]. `minutes`: 1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 240; at most
// 100 days at once. The venue's candle of the minute that runs is not whole: ask up to a candle
// ago.
Call history_call(std::string_view symbol, int minutes, Timestamp from, Timestamp to);
Call market_status_call();

// ---- The token. No Authorization: what proves the caller is in the body.

// Where a person logs in; the venue then sends the browser to the redirect URI with auth_code.
std::string login_target(std::string_view app_id, std::string_view redirect_uri,
                         std::string_view state);

}  // namespace tranchet::fyers
