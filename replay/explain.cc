#include "replay/explain.h"

#include <algorithm>

#include "engine/liquidation_hunter.h"
#include "engine/targets.h"

namespace tranchet {
namespace {

const Tranche* tranche_in(const State& state, PositionKey key, TrancheId id) {
  if (!state.knows(key.instrument)) return nullptr;
  return find_tranche(state.position(key), id);
}

Quantity held(const Tranche* tranche) {
  return tranche == nullptr ? Quantity() : tranche->quantity;
}

std::string average_text(const Tranche& tranche) {
  return to_text(rounded_average(tranche.cost, tranche.quantity));
}

std::string reason_text(ExitReason reason) {
  return std::string(to_text(reason)) + " (\"" + std::string(label(reason)) + "\")";
}

// "45298.5, average 44850 + 1 %"; a price that was set by hand has no formula.
std::string target_formula(PositionSide side, const Tranche& tranche, bool is_stop) {
  const Leg& leg = is_stop ? tranche.stop : tranche.target;
  if (!tranche.quantity.is_positive()) return "";
  if (leg.choice == TargetChoice::AtPrice) return ", a price that was asked for";
  const bool above = (side == PositionSide::Long) != is_stop;
  return ", average " + average_text(tranche) + (above ? " + " : " - ") +
         percent_text(is_stop ? tranche.stop_loss : tranche.take_profit) + " %";
}

// ---- Because.

class Facts {
 public:
  Facts(const State& before, const Event& event, const State& after, const Names& names)
      : before_(before), event_(event), after_(after), names_(names) {}

  std::vector<std::string> all(const Output& output) {
    note_repeated_fill();
    note_strategy(output);
    for (const InstrumentState& instrument : after_.instruments) {
      for (const Position& position : instrument.positions) {
        for (const Tranche& tranche : position.tranches) compare(position, tranche);
      }
    }
    for (const InstrumentState& instrument : before_.instruments) {
      for (const Position& position : instrument.positions) {
        for (const Tranche& tranche : position.tranches) find_gone(position, tranche);
      }
    }
    return std::move(facts_);
  }

 private:
  void add(PositionKey key, const Tranche& tranche, const std::string& text) {
    facts_.push_back(tranche_text(names_, key, tranche.ordinal, tranche.id) + " " + text);
  }

  void note_repeated_fill() {
    const auto* fill = std::get_if<OrderFilled>(&event_.body);
    if (fill == nullptr) return;
    const auto order = before_.orders.find(fill->order);
    if (order == before_.orders.end()) return;
    if (std::ranges::find(order->second.trades, fill->trade) != order->second.trades.end()) {
      facts_.push_back("this trade had been counted before: it changes nothing");
    }
  }

  // A liquidation that made the hunter enter.
  void note_hunt(const LiquidationPrinted& printed, const Output& output) {
    if (!hunts_liquidations(after_.settings) || !before_.knows(printed.instrument)) return;
    const auto is_entry = [](const Command& command) {
      const auto* order = std::get_if<SubmitOrder>(&command);
      return order != nullptr && order->purpose == Purpose::Entry;
    };
    if (std::ranges::none_of(output.commands, is_entry)) return;
    const bool buys = printed.side == Side::Sell;
    const PositionSide side = buys ? PositionSide::Long : PositionSide::Short;
    const bool is_single = after_.settings.choice<HunterTriggerChoice>(Setting::HunterTrigger) ==
                           HunterTriggerChoice::Single;
    Value value = value_of(printed.average_price, printed.quantity);
    if (!is_single) value += liquidated_value(before_, printed.instrument, side, event_.time);
    const Money threshold = after_.settings.amount(
        buys ? Setting::HunterLongThreshold : Setting::HunterShortThreshold, printed.instrument);
    facts_.push_back((is_single ? std::string("it was worth ")
                                : std::string(buys ? "longs" : "shorts") + " liquidated within " +
                                      to_text(after_.settings.duration(Setting::HunterWindow)) +
                                      " came to ") +
                     to_text(to_money(value)) + ": the strategy enters " +
                     std::string(to_text(side)) + " at " + to_text(threshold));
  }

  // A price that made the strategy enter.
  void note_strategy(const Output& output) {
    if (const auto* printed = std::get_if<LiquidationPrinted>(&event_.body)) {
      note_hunt(*printed, output);
    }
    if (!std::holds_alternative<MarkPrice>(event_.body) &&
        !std::holds_alternative<TradePrinted>(event_.body)) {
      return;
    }
    if (after_.settings.choice<StrategyName>(Setting::Strategy) != StrategyName::Dip) return;
    for (const Command& command : output.commands) {
      const auto* order = std::get_if<SubmitOrder>(&command);
      if (order == nullptr || order->purpose != Purpose::Entry) continue;
      const DipWindow& window = after_.instrument(order->instrument).dip;
      const bool buys = order->side == Side::Buy;
      const auto& extremes = buys ? window.highs() : window.lows();
      if (extremes.empty()) continue;
      facts_.push_back(std::string("the ") + (buys ? "highest" : "lowest") + " price of the last " +
                       to_text(after_.settings.duration(Setting::DipWindow)) + " was " +
                       to_text(extremes.front().price) + ": the strategy enters at " +
                       percent_text(after_.settings.percent(Setting::DipDrop)) + " % from it");
    }
  }

  void compare(const Position& position, const Tranche& now) {
    const PositionKey key = position.key;
    const Tranche* was = tranche_in(before_, key, now.id);
    if (was == nullptr) add(key, now, "is new: " + why_new(key, now));
    if (held(was) != now.quantity) compare_quantity(key, was, now);
    if (was == nullptr) return;
    if (!was->closing && now.closing) add(key, now, why_closing(key, *was, now));
    if (was->closing && !now.closing && !now.ended) add(key, now, why_not_closing(*was, now));
    compare_leg(key, *was, now, true);
    compare_leg(key, *was, now, false);
    if (!was->dust && now.dust) {
      add(key, now, "is too small for the venue to take an exit: it stays, unprotected");
    }
  }

  void compare_quantity(PositionKey key, const Tranche* was, const Tranche& now) {
    std::string text = "held " + to_text(held(was)) + ", now " + to_text(now.quantity);
    if (now.quantity.is_positive()) text += " at an average of " + average_text(now);
    add(key, now, text);
  }

  void compare_leg(PositionKey key, const Tranche& was, const Tranche& now, bool is_stop) {
    const Leg& then = is_stop ? was.stop : was.target;
    const Leg& leg = is_stop ? now.stop : now.target;
    if (then.price == leg.price || now.ended) return;
    const std::string name = is_stop ? "stop" : "take-profit";
    if (!leg.price) {
      add(key, now, "wants no " + name + " any more");
    } else {
      add(key, now,
          "wants its " + name + " at " + to_text(*leg.price) +
              target_formula(key.side, now, is_stop) +
              (then.price ? "; it was " + to_text(*then.price) : std::string()));
    }
  }

  void find_gone(const Position& position, const Tranche& was) {
    if (tranche_in(after_, position.key, was.id) != nullptr || was.ended) return;
    add(position.key, was,
        was.quantity.is_positive() ? "gave up all it held: " + to_text(was.quantity)
                                   : "never held anything, and is gone");
  }

  // Rule 1: the price against the average of all that is open, closing tranches apart.
  std::string why_new(PositionKey key, const Tranche& tranche) const {
    Value cost = 0;
    Quantity quantity;
    const Position* position = before_.knows(key.instrument) ? &before_.position(key) : nullptr;
    if (position != nullptr) {
      for (const Tranche& other : position->tranches) {
        if (!other.takes_entries() || other.dust) continue;
        cost += other.cost;
        quantity += other.quantity;
      }
    }
    if (!quantity.is_positive()) return "nothing was open that takes entries";
    const std::string limit =
        percent_text(before_.settings.percent(Setting::TrancheIncrement, key.instrument));
    return "the position's average was " + to_text(rounded_average(cost, quantity)) +
           ", and the price had gone " + limit + " % or more against it; ordinal " +
           std::to_string(tranche.ordinal);
  }

  std::string why_closing(PositionKey key, const Tranche& was, const Tranche& now) const {
    const ExitReason reason = now.closing->reason;
    const std::string end = "; it began to close, reason " + reason_text(reason);
    if (reason == ExitReason::InstantTakeProfit && was.target.price) {
      return "had its take-profit " + to_text(*was.target.price) + " passed by the mark, unfilled" +
             end;
    }
    if (std::holds_alternative<OrderTriggered>(event_.body)) return "exits by its stop" + end;
    if (const auto* refused = std::get_if<OrderRejected>(&event_.body)) {
      return std::string("had been passed by the price already (") +
             std::string(to_text(refused->reason)) + ")" + end;
    }
    if (reason == ExitReason::StopLoss && was.stop.price) return why_stopped(key, was, now) + end;
    return "was to be closed" + end;
  }

  std::string why_stopped(PositionKey key, const Tranche& was, const Tranche& now) const {
    const auto type = after_.settings.choice<WorkingType>(Setting::StopWorkingType, key.instrument);
    const auto price = working_price(after_, key.instrument, type);
    const std::string seen = price ? to_text(*price) : "?";
    if (now.closing->part) {
      return "had " + to_text(*now.closing->part) + " without a stop, and the price " + seen +
             " reached " + to_text(*was.stop.price) + " (guard)";
    }
    const Quantity naked = naked_quantity(before_, was);
    if (naked == was.quantity) {
      return "had no stop, and the price " + seen + " reached " + to_text(*was.stop.price) +
             " (guard)";
    }
    return "had its stop " + to_text(*was.stop.price) + " passed by more than " +
           percent_text(after_.settings.percent(Setting::Backstop, key.instrument)) +
           " % and not triggered, at " + seen + " (backstop)";
  }

  static std::string why_not_closing(const Tranche& was, const Tranche& now) {
    if (now.rest_until != was.rest_until) {
      return "could not be closed in " + std::to_string(was.closing->attempts) +
             " attempts: it is live again";
    }
    return "closes no more (" + std::string(to_text(was.closing->reason)) +
           " called off): it is live again";
  }

  const State& before_;
  const Event& event_;
  const State& after_;
  const Names& names_;
  std::vector<std::string> facts_;
};

// ---- Therefore.

class Sentences {
 public:
  Sentences(const State& before, const State& after, const Names& names)
      : before_(before), after_(after), names_(names) {}

  // Empty: nothing worth a line, such as the row of a position for the screens.
  std::string operator()(const SubmitOrder& order) const {
    std::string text = "submit " + to_text(order.order) + ": " + std::string(to_text(order.side)) +
                       " " + to_text(order.quantity) + " " + std::string(to_text(order.order_type));
    if (order.limit_price) text += " at " + to_text(*order.limit_price);
    if (order.stop_price) text += " at " + to_text(*order.stop_price);
    const PositionKey key{order.instrument, order.position_side};
    text += ", the " + std::string(to_text(order.purpose)) + " of " +
            tranche_text(names_, key, order.tranche, order.tranche_id);
    return text + why_submitted(order, key);
  }
  std::string operator()(const AmendOrder& amend) const {
    const Order* order = known(amend.order);
    std::string text = "amend " + to_text(amend.order) + " to " + to_text(amend.quantity) + " at " +
                       to_text(amend.limit_price);
    if (order != nullptr && order->limit_price) {
      text += ", from " + to_text(order->quantity) + " at " + to_text(*order->limit_price);
    }
    return text + ": the " + std::string(to_text(amend.purpose)) + " follows its tranche";
  }
  std::string operator()(const CancelOrder& cancel) const {
    return "cancel " + to_text(cancel.order) + ", the " + std::string(to_text(cancel.purpose)) +
           " of tranche " + std::to_string(cancel.tranche) + ": " + why_cancelled(cancel);
  }
  std::string operator()(const QueryOrder& query) const {
    return "ask the venue about " + to_text(query.order) +
           ": what became of it is not known, and nothing is sent twice on a guess";
  }
  std::string operator()(const SetTimer& set) const {
    return "set the timer " + to_text(set.timer) + " for " + to_text(set.at);
  }
  std::string operator()(const CancelTimer& cancelled) const {
    return "drop the timer " + to_text(cancelled.timer);
  }
  std::string operator()(const RequestSnapshot&) const { return "ask the venue what it holds"; }
  std::string operator()(const TradeClosed& closed) const {
    return "tell: " +
           tranche_text(names_, {closed.instrument, closed.position_side}, closed.tranche,
                        closed.tranche_id) +
           " closed, " + to_text(closed.quantity) + " entered at " + to_text(closed.average_entry) +
           ", left at " + to_text(closed.average_exit) + ", realized " +
           to_text(closed.realized_pnl) + " before fees of " + to_text(closed.fees) + ", reason " +
           reason_text(closed.reason);
  }
  std::string operator()(const EntryRefused& refused) const {
    return "refuse the entry: " + std::string(to_text(refused.reason));
  }
  std::string operator()(const Alert& alert) const {
    return "alert: " + std::string(to_text(alert.reason));
  }
  std::string operator()(const PositionUpdate&) const { return ""; }
  std::string operator()(const TrancheState&) const { return ""; }

 private:
  const Order* known(OrderId id) const {
    const auto found = before_.orders.find(id);
    return found == before_.orders.end() ? nullptr : &found->second;
  }

  std::string why_submitted(const SubmitOrder& order, PositionKey key) const {
    const Tranche* was = tranche_in(before_, key, order.tranche_id);
    const Tranche* now = tranche_in(after_, key, order.tranche_id);
    switch (order.purpose) {
      case Purpose::Entry:
        return was == nullptr ? ", which it opens" : ", the newest one";
      case Purpose::TakeProfit:
      case Purpose::StopLoss:
        return now == nullptr ? ""
                              : target_formula(key.side, *now, order.purpose == Purpose::StopLoss) +
                                    why_placed(order, was);
      case Purpose::Close:
        return now == nullptr || !now->closing
                   ? ""
                   : ": its exit, reason " + reason_text(now->closing->reason) + ", attempt " +
                         std::to_string(now->closing->attempts);
    }
    return "";
  }

  static std::string why_placed(const SubmitOrder& order, const Tranche* was) {
    if (order.purpose == Purpose::StopLoss && was != nullptr && !was->stops.empty()) {
      return "; the old stop stands until this one is accepted";
    }
    return "";
  }

  std::string why_cancelled(const CancelOrder& cancel) const {
    const PositionKey key{cancel.instrument, cancel.position_side};
    const Order* order = known(cancel.order);
    if (cancel.purpose == Purpose::Entry) {
      return order != nullptr && order->reason != 0 ? "its tranche is to be closed"
                                                    : "it has waited long enough, or may not enter";
    }
    const auto later = after_.orders.find(cancel.order);
    const TrancheId owner = later == after_.orders.end() ? TrancheId{} : later->second.tranche_id;
    const Tranche* now = tranche_in(after_, key, owner);
    if (now == nullptr || now->ended || !now->quantity.is_positive()) {
      return "nothing is left to exit";
    }
    if (cancel.purpose == Purpose::TakeProfit && now->closing) {
      return "the closing path takes it away first, so that it cannot fill as well";
    }
    if (cancel.purpose == Purpose::StopLoss && now->closing && now->closing->stop_triggered) {
      return "another stop of the tranche has triggered, and both filling would be excess";
    }
    return another_stands(cancel, *now);
  }

  // The newest other order of the leg that the venue has accepted, where there is one.
  std::string another_stands(const CancelOrder& cancel, const Tranche& now) const {
    std::string standing;
    for (const OrderId id : cancel.purpose == Purpose::StopLoss ? now.stops : now.targets) {
      if (id != cancel.order && after_.order(id).status == OrderStatus::New) standing = to_text(id);
    }
    if (!standing.empty()) return standing + " stands in its place";
    return "what the tranche wants is another order";
  }

  const State& before_;
  const State& after_;
  const Names& names_;
};

}  // namespace

Explanation explain(const State& before, const Event& event, const Output& output,
                    const State& after, const Names& names) {
  Explanation explanation;
  explanation.happened = event_text(before, event, names);
  explanation.because = Facts(before, event, after, names).all(output);
  const Sentences sentences(before, after, names);
  for (const Command& command : output.commands) {
    std::string line = std::visit(sentences, command);
    if (!line.empty()) explanation.therefore.push_back(std::move(line));
  }
  return explanation;
}

}  // namespace tranchet
