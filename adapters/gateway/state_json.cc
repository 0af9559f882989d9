#include "adapters/gateway/state_json.h"

#include <utility>

#include "adapters/gateway/account_figures.h"
#include "adapters/gateway/json_text.h"
#include "engine/targets.h"
#include "events/digest.h"
#include "events/log/json.h"

namespace tranchet {
namespace {

// The price-only result of a quantity, absent before any price.
Maybe<Money> result_of(PositionSide side, Quantity quantity, Value cost, Maybe<Price> price) {
  if (!price || !quantity.is_positive()) return {};
  return unrealized_pnl(side, quantity, cost, *price);
}

std::string_view stream_word(std::optional<bool> up) {
  if (!up) return "unknown";
  return *up ? "up" : "down";
}

class Document {
 public:
  Document(const Screen& screen, const Names& names)
      : screen_(screen), state_(screen.state()), ledger_(screen.ledger()), names_(names) {}

  std::string write(bool with_digests) {
    json_.open().count("sequence", number(screen_.sequence())).time("time", screen_.time());
    if (with_digests) {
      json_.text("command_digest", digest_text(screen_.engine().command_digest()))
          .text("state_digest", digest_text(screen_.engine().state_digest()));
    }
    account();
    health();
    instruments();
    json_.list("positions");
    for (const InstrumentState& instrument : state_.instruments) {
      for (const Position& each : instrument.positions) {
        if (!each.tranches.empty()) position(instrument, each);
      }
    }
    json_.end_list();
    orders();
    history();
    counters();
    return json_.close().take();
  }

 private:
  void account() {
    const AccountFigures figures = account_figures(screen_);
    const LedgerTotals& totals = ledger_.totals();
    json_.open("account").count("number", state_.account);
    figures.balance ? json_.decimal("balance", *figures.balance) : json_.null("balance");
    figures.equity ? json_.decimal("equity", *figures.equity) : json_.null("equity");
    json_.decimal("unrealized_pnl", figures.unrealized_pnl)
        .decimal("realized_pnl", totals.realized_pnl)
        .decimal("fees", totals.fees)
        .decimal("funding", totals.funding)
        .decimal("net_pnl", totals.net() + figures.unrealized_pnl)
        .decimal("exposure", figures.exposure)
        .decimal("margin", figures.margin)
        .decimal("naked_quantity", figures.naked)
        .close();
  }

  void health() {
    json_.open("health")
        .text("user_stream", stream_word(ledger_.stream(Stream::User)))
        .text("market_stream", stream_word(ledger_.stream(Stream::Market)))
        .flag("reconciled", state_.reconciled)
        .flag("entries_halted", state_.entries_halted)
        .flag("killed", ledger_.is_killed())
        .text("build", names_.text(ledger_.run().build))
        .text("position_mode", state_.settings.choice<PositionMode>(Setting::PositionModeChoice) ==
                                       PositionMode::Hedge
                                   ? "hedge"
                                   : "one_way")
        .close();
  }

  void instruments() {
    json_.list("instruments");
    for (std::size_t index = 0; index < state_.instruments.size(); ++index) {
      const InstrumentState& instrument = state_.instruments[index];
      const auto id = InstrumentId{static_cast<std::uint16_t>(index + 1)};
      json_.open()
          .text("instrument", names_.symbol(id))
          .decimal("mark", instrument.mark)
          .decimal("trade", instrument.trade)
          .decimal("tick_size", instrument.rules.tick_size)
          .decimal("step_size", instrument.rules.step_size)
          .count("leverage", static_cast<std::uint64_t>(state_.settings.get(Setting::Leverage, id)))
          .close();
    }
    json_.end_list();
  }

  void position(const InstrumentState& instrument, const Position& position) {
    const Quantity open = open_quantity(position);
    const Maybe<Price> price = valuation_price(instrument);
    const PositionSide side = position.key.side;
    json_.open()
        .text("instrument", names_.symbol(position.key.instrument))
        .text("direction", to_text(side))
        .decimal("quantity", open)
        .decimal("average_entry", open.is_positive()
                                      ? Maybe<Price>(rounded_average(open_cost(position), open))
                                      : Maybe<Price>())
        .decimal("mark", price)
        .decimal("unrealized_pnl", result_of(side, open, open_cost(position), price))
        .decimal("realized_pnl", ledger_.realized(position.key))
        .text("trade_type", to_text(position.trade_type))
        .flag("entries_halted", position.entries_halted);
    const auto opened = ledger_.opened(position.key);
    opened ? json_.time("opened", *opened) : json_.null("opened");
    json_.list("tranches");
    for (const Tranche& each : position.tranches) {
      if (each.is_live()) tranche(each, side, price);
    }
    json_.end_list().close();
  }

  std::string_view phase(const Tranche& tranche) const {
    if (tranche.closing) return tranche.closing->waiting ? "retrying" : "closing";
    if (tranche.dust) return "dust";
    if (!tranche.quantity.is_positive()) return "entering";
    return "open";
  }

  void tranche(const Tranche& tranche, PositionSide side, Maybe<Price> price) {
    const bool holds = tranche.quantity.is_positive();
    json_.open()
        .count("tranche", tranche.ordinal)
        .count("tranche_id", static_cast<std::uint64_t>(tranche.id))
        .text("phase", phase(tranche))
        .decimal("quantity", tranche.quantity)
        .decimal(
            "average_entry",
            holds ? Maybe<Price>(rounded_average(tranche.cost, tranche.quantity)) : Maybe<Price>())
        .decimal("take_profit", tranche.target.price)
        .decimal("stop_loss", tranche.stop.price)
        .text("take_profit_choice", choice_word(tranche.target.choice))
        .text("stop_loss_choice", choice_word(tranche.stop.choice))
        .decimal("unrealized_pnl", result_of(side, tranche.quantity, tranche.cost, price))
        .decimal("naked_quantity", naked_quantity(state_, tranche));
    const auto opened = ledger_.opened(tranche.id);
    opened ? json_.time("opened", *opened) : json_.null("opened");
    if (tranche.closing) {
      json_.text("closing_reason", label(tranche.closing->reason))
          .count("attempt", tranche.closing->attempts)
          .count("attempts",
                 static_cast<std::uint64_t>(state_.settings.get(Setting::ExitAttempts)));
    }
    json_.close();
  }

  static std::string_view choice_word(TargetChoice choice) {
    switch (choice) {
      case TargetChoice::AtPrice:
        return "hand";
      case TargetChoice::None:
        return "none";
      case TargetChoice::Keep:
      case TargetChoice::Default:
        return "default";
    }
    return "default";
  }

  void orders() {
    json_.list("orders");
    for (const auto& [id, order] : state_.orders) {
      if (order.is_finished()) continue;
      json_.open()
          .text("order_id", to_text(id))
          .text("instrument", names_.symbol(order.key.instrument))
          .text("direction", to_text(order.key.side))
          .count("tranche", order.tranche)
          .text("purpose", to_text(order.purpose))
          .text("side", to_text(order.side))
          .text("order_type", to_text(order.type))
          .text("status", to_text(order.status))
          .flag("unanswered", order.is_unanswered())
          .decimal("quantity", order.quantity)
          .decimal("filled", order.filled)
          .decimal("limit_price", order.limit_price)
          .decimal("stop_price", order.stop_price)
          .close();
    }
    json_.end_list();
  }

  void history() {
    json_.list("trades");
    for (const ClosedTrade& closed : ledger_.trades()) trade(closed);
    json_.end_list().list("alerts");
    for (const Notice& notice : ledger_.notices()) json_.raw({}, notice_json(notice, names_));
    json_.end_list().list("acts");
    for (const Act& act : ledger_.acts()) {
      json_.raw({}, event_json({act.sequence, act.time, act.what}, names_));
    }
    json_.end_list();
  }

  void trade(const ClosedTrade& closed) {
    const TradeClosed& trade = closed.trade;
    json_.open()
        .count("sequence", number(closed.sequence))
        .text("instrument", names_.symbol(trade.instrument))
        .text("direction", to_text(trade.position_side))
        .count("tranche", trade.tranche)
        .count("tranche_id", static_cast<std::uint64_t>(trade.tranche_id))
        .time("opened", closed.opened)
        .time("closed", closed.closed)
        .decimal("quantity", trade.quantity)
        .decimal("average_entry", trade.average_entry)
        .decimal("average_exit", trade.average_exit)
        .decimal("realized_pnl", trade.realized_pnl)
        .decimal("fees", trade.fees)
        .text("reason", label(trade.reason));
    if (trade.slippage) json_.decimal("slippage", trade.slippage);
    json_.close();
  }

  void counters() {
    const LedgerTotals& totals = ledger_.totals();
    json_.open("counters")
        .count("events", number(screen_.sequence()))
        .count("orders", totals.submitted)
        .count("fills", totals.fills)
        .count("trades", totals.trades)
        .count("wins", totals.wins)
        .count("tranches_opened", totals.tranches_opened)
        .count("merged", totals.merged)
        .count("alerts", totals.alerts)
        .count("refused", totals.refused)
        .count("conflated", totals.conflated)
        .open("exits");
    for (std::size_t index = 0; index < totals.exits.size(); ++index) {
      if (totals.exits[index] == 0) continue;
      json_.count(label(static_cast<ExitReason>(index + 1)), totals.exits[index]);
    }
    json_.close().close();
  }

  const Screen& screen_;
  const State& state_;
  const Ledger& ledger_;
  const Names& names_;
  JsonText json_;
};

}  // namespace

std::string state_json(const Screen& screen, const Names& names, bool with_digests) {
  return Document(screen, names).write(with_digests);
}

namespace {

void write_notice(JsonText& json, const Notice& notice, const Names& names) {
  json.count("sequence", number(notice.sequence)).time("time", notice.time);
  if (const auto* alert = std::get_if<Alert>(&notice.what)) {
    json.text("kind", "Alert").text("reason", to_text(alert->reason));
    if (alert->instrument != InstrumentId::None) {
      json.text("instrument", names.symbol(alert->instrument));
    }
    if (alert->position_side != 0) {
      json.text("direction", to_text(static_cast<PositionSide>(alert->position_side)));
      json.count("tranche", alert->tranche);
    }
  } else {
    const auto& refused = std::get<EntryRefused>(notice.what);
    json.text("kind", "EntryRefused").text("reason", to_text(refused.reason));
    json.text("instrument", names.symbol(refused.instrument))
        .text("direction", to_text(refused.position_side));
  }
}

}  // namespace

std::string notice_json(const Notice& notice, const Names& names) {
  JsonText json;
  json.open();
  write_notice(json, notice, names);
  return json.close().take();
}

std::string alert_json(const Notice& notice, const Names& names) {
  const auto& alert = std::get<Alert>(notice.what);
  std::string text;
  if (alert.instrument != InstrumentId::None) text += names.symbol(alert.instrument);
  if (alert.position_side != 0) {
    text += " " + std::string(to_text(static_cast<PositionSide>(alert.position_side))) +
            " tranche " + std::to_string(alert.tranche);
  }
  text += (text.empty() ? "" : ": ") + std::string(to_text(alert.reason));
  JsonText json;
  json.open().text("text", text);
  write_notice(json, notice, names);
  return json.close().take();
}

std::string prices_json(const Screen& screen, const Names& names) {
  const AccountFigures figures = account_figures(screen);
  JsonText json;
  json.open().count("sequence", number(screen.sequence())).time("time", screen.time());
  figures.equity ? json.decimal("equity", *figures.equity) : json.null("equity");
  json.decimal("unrealized_pnl", figures.unrealized_pnl)
      .decimal("net_pnl", screen.ledger().totals().net() + figures.unrealized_pnl)
      .decimal("exposure", figures.exposure)
      .decimal("margin", figures.margin)
      .list("marks");
  const State& state = screen.state();
  for (std::size_t index = 0; index < state.instruments.size(); ++index) {
    const Maybe<Price> price = valuation_price(state.instruments[index]);
    if (!price) continue;
    const auto id = InstrumentId{static_cast<std::uint16_t>(index + 1)};
    json.row().text({}, names.symbol(id)).decimal({}, *price).end_list();
  }
  json.end_list().list("positions");
  for (const InstrumentState& instrument : state.instruments) {
    const Maybe<Price> price = valuation_price(instrument);
    for (const Position& position : instrument.positions) {
      if (position.tranches.empty()) continue;
      const PositionSide side = position.key.side;
      json.row().text({}, names.symbol(position.key.instrument)).text({}, to_text(side));
      json.decimal({}, result_of(side, open_quantity(position), open_cost(position), price)).row();
      for (const Tranche& tranche : position.tranches) {
        if (tranche.is_live()) {
          json.decimal({}, result_of(side, tranche.quantity, tranche.cost, price));
        }
      }
      json.end_list().end_list();
    }
  }
  return json.end_list().close().take();
}

std::string chart_json(const Screen& screen, const Names& names, InstrumentId instrument) {
  const auto seconds = [](Timestamp time) {
    return static_cast<std::uint64_t>(time.nanoseconds() / 1'000'000'000);
  };
  JsonText json;
  json.open().text("instrument", names.symbol(instrument));
  const Candles* candles = screen.ledger().candles(instrument);
  json.count("interval_seconds",
             candles == nullptr ? 0 : seconds(Timestamp() + candles->interval()));
  json.list("candles");
  if (candles != nullptr) {
    for (const Candle& candle : candles->candles()) {
      json.row().count({}, seconds(candle.start)).decimal({}, candle.open);
      json.decimal({}, candle.high).decimal({}, candle.low).decimal({}, candle.close).end_list();
    }
  }
  json.end_list().list("fills");
  for (const LedgerFill& each : screen.ledger().fills()) {
    if (each.fill.key.instrument != instrument) continue;
    json.open()
        .count("time", seconds(each.time))
        .count("sequence", number(each.sequence))
        .text("direction", to_text(each.fill.key.side))
        .count("tranche", each.fill.tranche)
        .text("side", to_text(each.fill.side))
        .text("purpose", to_text(each.fill.purpose))
        .decimal("price", each.fill.price)
        .decimal("quantity", each.fill.quantity);
    if (each.fill.reason != 0) {
      json.text("reason", label(static_cast<ExitReason>(each.fill.reason)));
    }
    json.close();
  }
  return json.end_list().close().take();
}

}  // namespace tranchet
