#include "tests/fuzz/aster_input.h"

#include "adapters/aster/market_feed.h"
#include "adapters/aster/rest_messages.h"
#include "adapters/aster/user_messages.h"
#include "backtest/market_data/market_data.h"
#include "events/event_check.h"

namespace tranchet::fuzz {

void read_as_aster_market(std::string_view bytes) {
  Names names;
  names.instrument("BTCUSDT");
  aster::MarketFeed feed(names);
  std::vector<EventBody> events;
  feed.read(bytes, events);
  for (const EventBody& event : events) ENSURE(flaw_in(event).empty());
  // A feed that has seen anything reads the next message as a new one would.
  constexpr std::string_view kMark = R"({"e":"markPriceUpdate","s":"BTCUSDT","p":"5"})";
  events.clear();
  ENSURE(feed.read(kMark, events).empty() && events.size() == 1);
}

void read_as_aster_user(std::string_view bytes) {
  const auto message = aster::read_user_message(bytes);
  ENSURE(message.has_value() || !message.error().empty());
  if (!message) return;
  const auto* update = std::get_if<aster::OrderUpdate>(&*message);
  if (update == nullptr || update->execution != aster::Execution::Trade) return;
  ENSURE(update->last_quantity.is_positive() && update->last_price.is_positive());
}

void read_as_aster_rest(std::string_view bytes) {
  (void)aster::read_error(bytes);
  (void)aster::read_order(bytes);
  (void)aster::read_orders(bytes);
  (void)aster::read_batch(bytes);
  (void)aster::read_positions(bytes);
  (void)aster::read_balance(bytes);
  (void)aster::read_funding(bytes);
  (void)aster::read_mark_prices(bytes);
  (void)aster::read_server_time(bytes);
  (void)aster::read_listen_key(bytes);
  (void)aster::read_dual_side(bytes);
  (void)aster::read_limits(bytes);
  (void)parse_exchange_info(bytes);
  if (const auto trades = aster::read_trades(bytes)) {
    for (const aster::TradeRow& row : *trades) ENSURE(row.price.is_positive());
  }
}

}  // namespace tranchet::fuzz
