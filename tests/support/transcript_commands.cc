// Commands in a trader's words.
#include "tests/support/transcript.h"

namespace tranchet {
namespace {

std::string words_of(Side side) {
  return side == Side::Buy ? "buy" : "sell";
}
std::string target_words(std::string_view leg, Maybe<Price> price) {
  return price ? ", " + std::string(leg) + " " + to_text(*price) : ", no " + std::string(leg);
}

}  // namespace

std::string_view purpose_word(Purpose purpose) {
  switch (purpose) {
    case Purpose::Entry:
      return "entry";
    case Purpose::TakeProfit:
      return "TP";
    case Purpose::StopLoss:
      return "stop";
    case Purpose::Close:
      return "close";
  }
  return "?";
}

std::string order_size(const Order& order) {
  const Maybe<Price> price =
      order.type == OrderType::StopMarket ? order.stop_price : order.limit_price;
  return to_text(order.quantity) + (price ? " at " + to_text(*price) : "");
}

std::string Scene::key_name(PositionKey key) const {
  const std::string side(to_text(key.side));
  return names_.instruments() > 1 ? std::string(names_.symbol(key.instrument)) + " " + side : side;
}

std::string Scene::tranche_name(PositionKey key, std::uint32_t ordinal) const {
  return key_name(key) + " " + std::to_string(ordinal);
}

std::string Scene::order_name(OrderId id) const {
  const auto found = state().orders.find(id);
  if (found == state().orders.end()) return to_text(id);
  const Order& order = found->second;
  return std::string(purpose_word(order.purpose)) + " of " +
         tranche_name(order.key, order.tranche) + " (" + order_size(order) + ")";
}

std::string Scene::timer_name(const TimerId& timer) const {
  const std::string kind(to_text(timer.kind));
  if (timer.kind == TimerKind::EntryTimeout)
    return kind + " of " + order_name(OrderId{timer.subject});
  if (timer.kind == TimerKind::SquareOff) {
    const InstrumentId instrument{static_cast<std::uint16_t>(timer.subject)};
    return kind + " of " + std::string(names_.symbol(instrument));
  }
  const auto found = tranche_names_.find(TrancheId{timer.subject});
  return kind + " of " + (found == tranche_names_.end() ? "?" : found->second);
}

void Scene::note_tranches() {
  for (const InstrumentState& instrument : state().instruments) {
    for (const Position& position : instrument.positions) {
      for (const Tranche& tranche : position.tranches) {
        tranche_names_[tranche.id] = tranche_name(position.key, tranche.ordinal);
      }
    }
  }
}

namespace {

std::string words_of(const SubmitOrder& c, const std::string& tranche) {
  std::string text =
      std::string(purpose_word(c.purpose)) + " " + words_of(c.side) + " " + to_text(c.quantity);
  if (c.order_type == OrderType::Market) text += " market";
  if (c.order_type == OrderType::Limit) text += " at " + to_text(*c.limit_price);
  if (c.order_type == OrderType::StopMarket) text += " at " + to_text(*c.stop_price);
  const bool by_mark =
      c.order_type == OrderType::StopMarket && c.working_type == WorkingType::MarkPrice;
  text += (by_mark ? " by mark" : "") + (" for " + tranche);
  return text + (c.reduce_only ? ", reduce-only" : "");
}

std::string words_of(const TradeClosed& c, const std::string& tranche) {
  return tranche + " closed: " + to_text(c.quantity) + " from " + to_text(c.average_entry) +
         " to " + to_text(c.average_exit) + ", PnL " + to_text(c.realized_pnl) + ", fees " +
         to_text(c.fees) + ", " + std::string(label(c.reason)) +
         (c.slippage ? ", slippage " + to_text(*c.slippage) : "");
}

std::string words_of(const PositionUpdate& c, const std::string& key) {
  std::string text = key;
  if (c.quantity.is_positive()) {
    text += ": " + to_text(c.quantity) + " at " + to_text(*c.average_entry) +
            target_words("TP", c.take_profit) + target_words("stop", c.stop_loss);
  } else {
    text += " flat";
  }
  if (c.exit_price) {
    text += ", exit " + to_text(*c.exit_price) + ", PnL " + to_text(*c.realized_pnl) + ", " +
            std::string(label(static_cast<ExitReason>(c.reason)));
  }
  return text;
}

}  // namespace

void Scene::describe(const Output& output, std::vector<std::string>& answers) {
  const auto say = [&answers](const std::string& text) { answers.push_back("< " + text); };
  PositionKey published;
  std::optional<PositionUpdate> whole;
  const auto describe_one = Overload{
      [&](const SubmitOrder& c) {
        say(words_of(c, tranche_name({c.instrument, c.position_side}, c.tranche)));
      },
      [&](const AmendOrder& c) {
        say("amend " + order_name(c.order) + " to " + to_text(c.quantity) + " at " +
            to_text(c.limit_price));
      },
      [&](const CancelOrder& c) { say("cancel " + order_name(c.order)); },
      [&](const QueryOrder& c) { say("query " + order_name(c.order)); },
      [&](const SetTimer& c) { say("timer " + timer_name(c.timer) + " at " + page_time(c.at)); },
      [&](const CancelTimer& c) { say("no timer " + timer_name(c.timer)); },
      [&](const RequestSnapshot&) { say("ask for a snapshot"); },
      [&](const PositionUpdate& c) {
        published = {c.instrument, c.position_side};
        answers.push_back("= " + words_of(c, key_name(published)));
        whole = c.tranches == 1 ? std::optional(c) : std::nullopt;
      },
      [&](const TrancheState& c) {
        const bool is_all = whole && whole->quantity == c.quantity &&
                            whole->average_entry == Maybe<Price>(c.average_entry) &&
                            whole->take_profit == c.take_profit && whole->stop_loss == c.stop_loss;
        const std::string name = tranche_name(published, c.tranche);
        if (is_all) {  // One line says it: the book is this tranche.
          answers.back() = "= " + words_of(*whole, name);
          return;
        }
        answers.push_back("=   " + name + ": " + to_text(c.quantity) + " at " +
                          to_text(c.average_entry) + target_words("TP", c.take_profit) +
                          target_words("stop", c.stop_loss));
      },
      [&](const TradeClosed& c) {
        say(words_of(c, tranche_name({c.instrument, c.position_side}, c.tranche)));
      },
      [&](const EntryRefused& c) {
        say("entry refused for " + key_name({c.instrument, c.position_side}) + ": " +
            std::string(to_text(c.reason)));
      },
      [&](const Alert& c) {
        const PositionKey key{c.instrument, static_cast<PositionSide>(c.position_side)};
        std::string text = "alert " + std::string(to_text(c.reason));
        if (c.tranche_id != TrancheId::None) {
          text += " for " + tranche_name(key, c.tranche);
        } else if (c.position_side != 0) {
          text += " for " + key_name(key);
        }
        say(text);
      }};
  for (const Command& command : output.commands) std::visit(describe_one, command);
}

}  // namespace tranchet
