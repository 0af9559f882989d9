#include "adapters/gateway/front_end.h"

#include <algorithm>

#include "adapters/gateway/account_figures.h"
#include "adapters/gateway/json_text.h"
#include "adapters/gateway/state_json.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

constexpr std::string_view kCloseFailed = "Failed to close position for ";

// The front ends say "Manual" where we say "Manual Close".
std::string_view reason_word(std::uint8_t reason) {
  const auto exit = static_cast<ExitReason>(reason);
  return exit == ExitReason::Manual ? "Manual" : label(exit);
}

Money percentage(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return Money();
  const Int128 hundredths = divide_half_away(static_cast<Int128>(part) * 10'000, whole);
  return Money::from_wide(hundredths * (kDecimalOne / 100));
}

std::string message(std::string_view type, std::string data) {
  return JsonText().open().text("type", type).raw("data", data).close().take();
}

std::uint64_t trades_of_day(const Ledger& ledger, Timestamp time) {
  constexpr std::int64_t kDay = Duration::hours(24).count();
  const auto same_day = [&](const ClosedTrade& trade) {
    return trade.closed.nanoseconds() / kDay == time.nanoseconds() / kDay;
  };
  return static_cast<std::uint64_t>(std::ranges::count_if(ledger.trades(), same_day));
}

void write_maybe(JsonText& json, std::string_view name, Maybe<Price> price) {
  json.number(name, price.value_or(Price()));
}

bool moves_prices_only(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body);
}

}  // namespace

void FrontEnd::take(const Event& event, const Output& output, const Screen& screen,
                    const Names& names, std::vector<std::string>& messages) {
  screen_ = &screen;
  names_ = &names;
  messages_ = &messages;
  time_ = event.time;
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    take_price(mark->instrument, mark->price, {}, event);
  } else if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    take_price(trade->instrument, trade->price, trade->quantity, event);
  } else if (const auto* book = std::get_if<BookTop>(&event.body)) {
    Day& day = days_[book->instrument];
    day.bid = book->bid_price;
    day.ask = book->ask_price;
  } else if (std::holds_alternative<EntriesResumed>(event.body)) {
    tell_running(true);
  } else if (std::holds_alternative<EntriesHalted>(event.body) ||
             std::holds_alternative<KillSwitch>(event.body)) {
    tell_running(false);
  }
  if (output.commands.empty() && output.bookings.empty() && moves_prices_only(event.body)) return;
  for (const Booking& booking : output.bookings) {
    if (const auto* fill = std::get_if<FillBooked>(&booking)) tell_fill(*fill);
  }
  std::optional<InstrumentId> closed_of;
  for (std::size_t at = 0; at < output.commands.size(); ++at) {
    const Command& command = output.commands[at];
    if (const auto* closed = std::get_if<TradeClosed>(&command)) {
      take_closed(*closed);
      closed_of = closed->instrument;
    } else if (const auto* alert = std::get_if<Alert>(&command)) {
      take_alert(*alert);
    } else if (const auto* refused = std::get_if<EntryRefused>(&command)) {
      messages.push_back(
          message("alert", notice_json({event.sequence, event.time, *refused}, names)));
    } else if (const auto* update = std::get_if<PositionUpdate>(&command)) {
      std::vector<Row> rows;
      for (std::size_t row = 1; row <= update->tranches; ++row) {
        const auto& tranche = std::get<TrancheState>(output.commands[at + row]);
        rows.push_back({tranche.tranche, tranche.tranche_id, tranche.quantity,
                        tranche.average_entry, tranche.take_profit, tranche.stop_loss});
      }
      take_position(*update, std::move(rows));
    }
  }
  for (const InstrumentState& instrument : screen.state().instruments) {
    for (const Position& position : instrument.positions) follow_exits(position.key);
  }
  if (closed_of) tell_stats(*closed_of);
  if (silent_) messages.clear();
}

// ---- Prices.

void FrontEnd::take_price(InstrumentId instrument, Price price, Maybe<Quantity> quantity,
                          const Event& event) {
  Day& day = days_[instrument];
  if (day.open.is_zero()) day.open = day.low = price;
  day.high = std::max(day.high, price);
  day.low = std::min(day.low, price);
  if (silent_) return;
  if (event.time - day.told >= options_.price_interval) {
    day.told = event.time;
    JsonText json;
    json.open()
        .text("symbol", names_->symbol(instrument))
        .number("price", price)
        .number("volume", quantity.value_or(Quantity()))
        .time("timestamp", event.time)
        .number("bid", day.bid)
        .number("ask", day.ask)
        .number("high", day.high)
        .number("low", day.low)
        .number("open", day.open)
        .close();
    messages_->push_back(message("tick", json.take()));
  }
  for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
    const auto found = books_.find({instrument, side});
    if (found == books_.end() || !found->second.told.quantity.is_positive()) continue;
    Book& book = found->second;
    const Money pnl = result(found->first);
    if (pnl == book.pnl || event.time - book.pnl_time < options_.price_interval) continue;
    book.pnl = pnl;
    book.pnl_time = event.time;
    tell_position(found->first, book);
  }
}

Money FrontEnd::result(PositionKey key) const {
  const InstrumentState& instrument = screen_->state().instrument(key.instrument);
  const Position& position = instrument.position(key.side);
  const Maybe<Price> price = valuation_price(instrument);
  const Quantity open = open_quantity(position);
  if (!price || !open.is_positive()) return Money();
  return unrealized_pnl(key.side, open, open_cost(position), *price);
}

// ---- Positions.

void FrontEnd::take_position(const PositionUpdate& update, std::vector<Row> rows) {
  const PositionKey key{update.instrument, update.position_side};
  Book& book = books_[key];
  if (!update.quantity.is_positive()) {
    if (book.told.quantity.is_positive()) tell_closed(key, book, update);
    book.told = {};
    book.realized = Money();
    return;
  }
  Told now{.quantity = update.quantity,
           .average_entry = *update.average_entry,
           .trade_type = update.trade_type,
           .opened = screen_->ledger().opened(key).value_or(time_)};
  const bool is_long = key.side == PositionSide::Long;
  const Position& position = screen_->state().position(key);
  for (Row& row : rows) {
    // On its way out a tranche keeps the targets it was last told with.
    const Tranche* tranche = find_tranche(position, row.tranche_id);
    if (tranche != nullptr && tranche->closing) {
      for (const Row& before : book.told.rows) {
        if (before.tranche_id != row.tranche_id) continue;
        row.take_profit = before.take_profit;
        row.stop_loss = before.stop_loss;
      }
    }
    const auto nearer = [](Maybe<Price> best, Maybe<Price> price, bool lower) {
      if (!best || !price) return best ? best : price;
      return (*price < *best) == lower ? price : best;
    };
    now.take_profit = nearer(now.take_profit, row.take_profit, is_long);
    now.stop_loss = nearer(now.stop_loss, row.stop_loss, !is_long);
  }
  now.rows = std::move(rows);
  if (now == book.told) return;
  book.told = std::move(now);
  book.pnl = result(key);
  book.pnl_time = time_;
  tell_position(key, book);
}

std::string FrontEnd::position_text(PositionKey key, const Book& book,
                                    std::string_view closed) const {
  const Told& told = book.told;
  JsonText json;
  json.open()
      .text("instrument", names_->symbol(key.instrument))
      .text("direction", to_text(key.side))
      .number("entryPrice", told.average_entry)
      .number("quantity", told.quantity);
  write_maybe(json, "stopLoss", told.stop_loss);
  write_maybe(json, "targetPrice", told.take_profit);
  json.number("currentPnl", book.pnl)
      .text("tradeType", to_text(told.trade_type))
      .flag("isOpen", closed.empty())
      .time("entryTime", told.opened)
      .text("tradingMode", options_.trading_mode)
      .list("tranches");
  for (const Row& row : told.rows) {
    json.open().count("tranche", row.tranche);
    json.count("trancheId", static_cast<std::uint64_t>(row.tranche_id))
        .number("entryPrice", row.average_entry)
        .number("quantity", row.quantity);
    write_maybe(json, "stopLoss", row.stop_loss);
    write_maybe(json, "targetPrice", row.take_profit);
    json.close();
  }
  json.end_list().close();
  std::string text = json.take();
  text.pop_back();
  return text + std::string(closed) + "}";
}

void FrontEnd::tell_position(PositionKey key, const Book& book) {
  messages_->push_back(message("position_update", position_text(key, book, {})));
}

void FrontEnd::tell_closed(PositionKey key, const Book& book, const PositionUpdate& update) {
  Book last = book;
  last.pnl = book.realized;
  const Maybe<Price> exit = update.exit_price
                                ? update.exit_price
                                : valuation_price(screen_->state().instrument(key.instrument));
  std::string closed = ",\"exitPrice\":" + to_text(exit.value_or(Price())) + ",\"exitTime\":\"" +
                       to_text(time_) + "\",\"pnl\":" + to_text(book.realized);
  if (update.reason != 0) {
    closed += ",\"reason\":\"" + std::string(reason_word(update.reason)) + "\"";
  }
  messages_->push_back(message("position_update", position_text(key, last, closed)));
}

// ---- Exits.

void FrontEnd::take_closed(const TradeClosed& closed) {
  const PositionKey key{closed.instrument, closed.position_side};
  Book& book = books_[key];
  book.realized = book.realized + closed.realized_pnl;
  book.closing.erase(closed.tranche_id);
  JsonText json;
  json.open()
      .text("instrument", names_->symbol(key.instrument))
      .text("direction", to_text(key.side))
      .count("tranche", closed.tranche)
      .count("trancheId", static_cast<std::uint64_t>(closed.tranche_id))
      .text("state", "closed")
      .text("reason", reason_word(static_cast<std::uint8_t>(closed.reason)))
      .number("exitPrice", closed.average_exit)
      .number("pnl", closed.realized_pnl)
      .close();
  messages_->push_back(message("exit_update", json.take()));
}

void FrontEnd::take_alert(const Alert& alert) {
  messages_->push_back(message("alert", notice_json({screen_->sequence(), time_, alert}, *names_)));
  if (alert.reason != AlertReason::CloseFailed) return;
  Book& book = books_[{alert.instrument, static_cast<PositionSide>(alert.position_side)}];
  // One message however many tranches of the position could not be closed.
  if (std::exchange(book.failure_told, true)) return;
  messages_->push_back(JsonText()
                           .open()
                           .text("type", "error")
                           .text("message", std::string(kCloseFailed) +
                                                std::string(names_->symbol(alert.instrument)) +
                                                ". Please check manually.")
                           .close()
                           .take());
}

void FrontEnd::follow_exits(PositionKey key) {
  const Position& position = screen_->state().position(key);
  const auto found = books_.find(key);
  if (position.tranches.empty() && found == books_.end()) return;
  Book& book = found == books_.end() ? books_[key] : found->second;
  for (const Tranche& tranche : position.tranches) {
    const auto before = book.closing.find(tranche.id);
    const bool was_closing = before != book.closing.end();
    if (tranche.closing && !tranche.ended) {
      const std::pair now{tranche.closing->attempts, tranche.closing->waiting};
      if (was_closing && before->second == now) continue;
      if (book.closing.empty()) book.failure_told = false;
      book.closing[tranche.id] = now;
      tell_exit(key, tranche, now.second ? "retrying" : "closing");
    } else if (was_closing) {
      // Failed, or called off because the price came back.
      book.closing.erase(before);
      tell_exit(key, tranche, book.failure_told ? "failed" : "called_off");
    }
  }
  std::erase_if(book.closing,
                [&](const auto& entry) { return find_tranche(position, entry.first) == nullptr; });
}

void FrontEnd::tell_exit(PositionKey key, const Tranche& tranche, std::string_view phase) {
  JsonText json;
  json.open()
      .text("instrument", names_->symbol(key.instrument))
      .text("direction", to_text(key.side))
      .count("tranche", tranche.ordinal)
      .count("trancheId", static_cast<std::uint64_t>(tranche.id))
      .text("state", phase);
  if (tranche.closing) {
    json.text("reason", reason_word(static_cast<std::uint8_t>(tranche.closing->reason)))
        .count("attempt", tranche.closing->attempts)
        .count("attempts",
               static_cast<std::uint64_t>(screen_->state().settings.get(Setting::ExitAttempts)));
  }
  messages_->push_back(message("exit_update", json.close().take()));
}

// ---- The rest.

void FrontEnd::tell_fill(const FillBooked& fill) {
  JsonText json;
  json.open()
      .text("type", "trade_executed")
      .text("action", fill.side == Side::Buy ? "BUY" : "SELL")
      .number("price", fill.price)
      .number("pnl", fill.realized_pnl)
      .raw("reward", "0.0")
      .time("timestamp", time_)
      .open("trade_info")
      .text("instrument", names_->symbol(fill.key.instrument))
      .text("direction", to_text(fill.key.side))
      .number("quantity", fill.quantity)
      .count("tranche", fill.tranche)
      .count("trancheId", static_cast<std::uint64_t>(fill.tranche_id))
      .text("purpose", to_text(fill.purpose));
  if (fill.reason != 0) json.text("reason", reason_word(fill.reason));
  if (fill.order != OrderId::None) json.text("orderId", to_text(fill.order));
  json.close().text("trading_mode", options_.trading_mode).close();
  messages_->push_back(json.take());
}

void FrontEnd::tell_stats(InstrumentId instrument) {
  const AccountFigures figures = account_figures(*screen_);
  const LedgerTotals& totals = screen_->ledger().totals();
  JsonText json;
  json.open()
      .text("type", "stats_update")
      .number("current_pnl", totals.net() + figures.unrealized_pnl)
      .count("today_trades", trades_of_day(screen_->ledger(), time_))
      .number("win_rate", percentage(totals.wins, totals.trades));
  write_maybe(json, "current_price", valuation_price(screen_->state().instrument(instrument)));
  json.count("position", figures.positions);
  if (figures.equity) json.number("available_capital", *figures.equity - figures.margin);
  json.text("trading_mode", options_.trading_mode).time("timestamp", time_).close();
  messages_->push_back(json.take());
}

void FrontEnd::tell_running(bool running) {
  JsonText json;
  json.open()
      .text("type", running ? "started" : "stopped")
      .text("message", running ? "Entries are allowed" : "Entries are halted")
      .text("instrument", "")
      .text("timeframe", "tick")
      .text("option_strategy", "");
  if (!running) {
    const LedgerTotals& totals = screen_->ledger().totals();
    json.number("final_pnl", totals.net()).count("total_trades", totals.trades);
  }
  json.text("trading_mode", options_.trading_mode).close();
  messages_->push_back(json.take());
}

std::vector<std::string> FrontEnd::greeting(const Screen& screen, const Names& names) const {
  const AccountFigures figures = account_figures(screen);
  const LedgerTotals& totals = screen.ledger().totals();
  // The instrument that is traded: one with a position, else the first.
  InstrumentId shown = screen.state().instruments.empty() ? InstrumentId::None : InstrumentId{1};
  for (const auto& [key, book] : books_) {
    if (book.told.quantity.is_positive()) shown = key.instrument;
  }
  JsonText json;
  json.open()
      .text("status", screen.state().entries_halted ? "halted" : "running")
      .flag("is_running", !screen.state().entries_halted);
  write_maybe(json, "current_price",
              shown == InstrumentId::None ? Maybe<Price>()
                                          : valuation_price(screen.state().instrument(shown)));
  json.text("instrument", names.symbol(shown))
      .text("timeframe", "tick")
      .text("option_strategy", "")
      .text("trading_mode", options_.trading_mode)
      .count("fetchIntervalSeconds", 0)
      .null("nextFetchTimestamp")
      .number("current_pnl", totals.net() + figures.unrealized_pnl)
      .count("today_trades", trades_of_day(screen.ledger(), screen.time()))
      .number("win_rate", percentage(totals.wins, totals.trades))
      .count("position", figures.positions)
      .close();
  std::vector<std::string> messages{message("status", json.take())};
  FrontEnd copy = *this;
  copy.screen_ = &screen;
  copy.names_ = &names;
  copy.messages_ = &messages;
  for (auto& [key, book] : copy.books_) {
    if (!book.told.quantity.is_positive()) continue;
    book.pnl = copy.result(key);
    copy.tell_position(key, book);
  }
  return messages;
}

}  // namespace tranchet
