// What the front desk tells without being asked.
#include <algorithm>

#include "adapters/aster/server/account_messages.h"
#include "adapters/aster/server/front_desk.h"
#include "adapters/aster/server/signatures.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string force_order_event(const std::string& symbol, const LiquidationPrinted& printed,
                              std::int64_t now) {
  const std::string inner = JsonObject()
                                .text("s", symbol)
                                .text("S", printed.side == Side::Buy ? "BUY" : "SELL")
                                .text("o", "LIMIT")
                                .text("f", "IOC")
                                .decimal("q", printed.quantity)
                                .decimal("p", printed.average_price)
                                .decimal("ap", printed.average_price)
                                .text("X", "FILLED")
                                .decimal("l", printed.quantity)
                                .decimal("z", printed.quantity)
                                .number("T", now)
                                .str();
  return JsonObject().text("e", "forceOrder").number("E", now).json("o", inner).str();
}

InstrumentId instrument_of(const EventBody& market) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.instrument; }) {
          return body.instrument;
        } else {
          return InstrumentId::None;
        }
      },
      market);
}

}  // namespace

StreamId AsterFrontDesk::open_stream(std::string_view target, Timestamp now) {
  return streams_.open(target, now);
}

void AsterFrontDesk::on_stream_text(StreamId stream, std::string_view text, Timestamp /*now*/) {
  streams_.on_text(stream, text);
}

std::vector<StreamOutput> AsterFrontDesk::take_output() {
  return streams_.take();
}

// ---- Prices.

void AsterFrontDesk::observe(const EventBody& market, Timestamp now) {
  const auto number = static_cast<std::size_t>(instrument_of(market));
  ENSURE(number >= 1 && number <= boards_.size());
  MarketBoard& board = boards_[number - 1];
  board.observe(market, milliseconds(now));
  for (Account& account : accounts_) account.desk->observe(market, now);
  publish_market(market, board, now);
  flush_users(now);
}

void AsterFrontDesk::publish_market(const EventBody& market, MarketBoard& board, Timestamp now) {
  const std::string symbol = lower_case(board.listed().symbol);
  const std::int64_t time = milliseconds(now);
  const bool trade = std::holds_alternative<TradePrinted>(market);
  if (trade) {
    const BoardTrade& newest = board.recent_trades().back();
    if (streams_.has(symbol + "@aggTrade")) {
      streams_.publish(symbol + "@aggTrade", board.agg_trade_event(newest, time));
    }
    if (streams_.has(symbol + "@trade")) {
      streams_.publish(symbol + "@trade", board.trade_event(newest, time));
    }
    for (const std::string& name : streams_.names_with(symbol + "@kline_")) {
      const std::string event = board.kline_event(name.substr(symbol.size() + 7), time);
      if (!event.empty()) streams_.publish(name, event);
    }
  }
  if (trade || std::holds_alternative<BookTop>(market)) {
    for (const std::string& name : {symbol + "@bookTicker", std::string("!bookTicker")}) {
      if (streams_.has(name)) streams_.publish(name, board.book_event(time));
    }
    // Nobody may have listened: the chain of changes goes on all the same.
    const std::string change = board.depth_change(time);
    for (const std::string& name : streams_.names_with(symbol + "@depth")) {
      const char digit = name.size() > symbol.size() + 6 ? name[symbol.size() + 6] : '@';
      if (digit == '@') {
        if (!change.empty()) streams_.publish(name, change);
      } else {
        const std::size_t levels = digit == '5' ? 5 : digit == '2' ? 20 : 10;
        streams_.publish(name, board.partial_depth_event(levels, time));
      }
    }
  }
  if (const auto* printed = std::get_if<LiquidationPrinted>(&market)) {
    const std::string event = force_order_event(board.listed().symbol, *printed, time);
    streams_.publish(symbol + "@forceOrder", event);
    streams_.publish("!forceOrder@arr", event);
  }
}

// ---- Time.

Timestamp AsterFrontDesk::next_wakeup() const {
  const Timestamp second = Timestamp::from_nanoseconds((second_ + 1) * kSecond);
  return late_.empty() ? second : std::min(second, late_.front().due);
}

void AsterFrontDesk::advance(Timestamp now) {
  while (!late_.empty() && late_.front().due <= now) {
    streams_.publish(late_.front().name, late_.front().text);
    late_.pop_front();
  }
  // What was to come after the next one, and there was none.
  if (held_ && held_->due + Duration::seconds(1) <= now) {
    streams_.publish(held_->name, held_->text);
    held_.reset();
  }
  for (Account& account : accounts_) {
    ListenKey& key = account.key;
    if (key.text.empty() || key.expires > now) continue;
    streams_.publish(key.text, key_expired_event(now));
    key.text.clear();
  }
  const std::int64_t second = now.nanoseconds() / kSecond;
  if (second == second_) return;
  second_ = second;
  publish_second(now);
  const Duration life = SessionRules().stream_life;
  if (now.nanoseconds() > life.count()) streams_.cut_older_than(now - life);
}

void AsterFrontDesk::publish_all(std::string_view name, const std::vector<std::string>& items) {
  if (!items.empty()) streams_.publish(name, json_array(items));
}

void AsterFrontDesk::publish_second(Timestamp now) {
  const std::int64_t time = milliseconds(now);
  const bool third = second_ % 3 == 0;
  std::vector<std::string> marks, tickers, minis;
  const bool all_marks = streams_.has("!markPrice@arr@1s") || streams_.has("!markPrice@arr");
  const bool all_tickers = streams_.has("!ticker@arr");
  const bool all_minis = streams_.has("!miniTicker@arr");
  for (const MarketBoard& board : boards_) {
    if (!board.has_price()) continue;
    const std::string symbol = lower_case(board.listed().symbol);
    for (const std::string& name : streams_.names_with(symbol + "@markPrice")) {
      if (third || name.ends_with("@1s")) streams_.publish(name, board.mark_update(time));
    }
    if (streams_.has(symbol + "@ticker")) {
      streams_.publish(symbol + "@ticker", board.ticker_event(time));
    }
    if (streams_.has(symbol + "@miniTicker")) {
      streams_.publish(symbol + "@miniTicker", board.mini_ticker_event(time));
    }
    if (all_marks) marks.push_back(board.mark_update(time));
    if (all_tickers) tickers.push_back(board.ticker_event(time));
    if (all_minis) minis.push_back(board.mini_ticker_event(time));
  }
  publish_all("!markPrice@arr@1s", marks);
  if (third) publish_all("!markPrice@arr", marks);
  publish_all("!ticker@arr", tickers);
  publish_all("!miniTicker@arr", minis);
}

// ---- User streams.

void AsterFrontDesk::flush_users(Timestamp now) {
  for (Account& account : accounts_) {
    for (std::string& event : account.desk->take_events()) {
      publish_user(account.key.text, std::move(event), now);
    }
  }
}

void AsterFrontDesk::publish_user(const std::string& key, std::string text, Timestamp now) {
  if (key.empty() || !streams_.has(key)) return;
  if (faults_.strike(FaultKind::LoseEvent) != nullptr) return;
  if (const FaultOrder* late = faults_.strike(FaultKind::LateEvent)) {
    const LateMessage message{now + late->length, key, std::move(text)};
    const auto place = std::ranges::upper_bound(late_, message.due, {}, &LateMessage::due);
    late_.insert(place, message);
    return;
  }
  if (!held_ && faults_.strike(FaultKind::ReorderEvents) != nullptr) {
    held_ = LateMessage{now, key, std::move(text)};
    return;
  }
  streams_.publish(key, text);
  if (faults_.strike(FaultKind::DuplicateEvent) != nullptr) streams_.publish(key, text);
  if (held_) {
    streams_.publish(held_->name, held_->text);
    held_.reset();
  }
}

}  // namespace tranchet::aster_venue
