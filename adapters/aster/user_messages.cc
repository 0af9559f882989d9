#include "adapters/aster/user_messages.h"

#include <optional>

#include "adapters/port/json.h"

namespace tranchet::aster {
namespace {

std::optional<Execution> execution_of(std::string_view text) {
  if (text == "NEW") return Execution::New;
  if (text == "CANCELED") return Execution::Canceled;
  if (text == "CALCULATED") return Execution::Calculated;
  if (text == "EXPIRED") return Execution::Expired;
  if (text == "TRADE") return Execution::Trade;
  if (text == "AMENDMENT") return Execution::Amendment;
  return std::nullopt;
}

bool is_conditional_type(std::string_view type) {
  return type.starts_with("STOP") || type.starts_with("TAKE_PROFIT") ||
         type.starts_with("TRAILING");
}

void check_fill(const OrderUpdate& update, Fields& order) {
  const bool fills = update.execution == Execution::Trade;
  if (fills && !update.last_quantity.is_positive()) order.fail("l", "of a trade must be above 0");
  if (fills && !update.last_price.is_positive()) order.fail("L", "of a trade must be above 0");
}

std::expected<UserMessage, std::string> read_order_update(const Json& message) {
  Fields outer(message, "");
  OrderUpdate update;
  update.event_time = outer.integer("E");
  update.time = outer.integer("T");
  const Json* inside = outer.object("o");
  if (inside == nullptr || !outer.flaw().empty()) return std::unexpected(outer.flaw());
  Fields order(*inside, "o.");
  update.symbol = order.text("s");
  update.client_id = order.text("c");
  update.order = order.integer("i");
  const std::string_view side = order.text("S");
  if (side != "BUY" && side != "SELL") order.fail("S", "is neither BUY nor SELL");
  update.side = side == "BUY" ? Side::Buy : Side::Sell;
  bool known = true;
  update.position_side = side_of_position(order.text_or("ps", "BOTH"), known);
  if (!known) order.fail("ps", "is none of BOTH, LONG, SHORT");
  const auto execution = execution_of(order.text("x"));
  if (!execution) order.fail("x", "is no known execution type");
  update.execution = execution.value_or(Execution::New);
  if (!read_standing(order.text("X"), update.standing)) order.fail("X", "is no known status");
  const std::string_view type = order.text("o");
  const std::string_view original = order.text_or("ot", type);
  update.is_conditional = is_conditional_type(original);
  update.is_triggered = update.is_conditional && type != original;
  update.reduce_only = order.flag_or("R", false) || order.flag_or("cp", false);
  update.quantity = order.decimal<Quantity>("q");
  update.limit_price = order.decimal_or_zero<Price>("p");
  update.last_quantity = order.decimal_or_zero<Quantity>("l");
  update.last_price = order.decimal_or_zero<Price>("L");
  update.filled = order.decimal<Quantity>("z");
  update.fee = order.decimal_or_zero<Money>("n");
  update.fee_asset = order.text_or("N", "");
  update.trade = static_cast<std::uint64_t>(order.integer_or("t", 0));
  update.is_maker = order.flag_or("m", false);
  check_fill(update, order);
  if (!order.flaw().empty()) return std::unexpected(order.flaw());
  return update;
}

std::expected<UserMessage, std::string> read_account_update(const Json& message) {
  Fields outer(message, "");
  AccountUpdate update;
  update.event_time = outer.integer("E");
  update.time = outer.integer_or("T", update.event_time);
  const Json* inside = outer.object("a");
  if (inside == nullptr || !outer.flaw().empty()) return std::unexpected(outer.flaw());
  Fields account(*inside, "a.");
  update.reason = account.text_or("m", "");
  if (const Json* balances = inside->find("B"); balances != nullptr) {
    for (const Json& item : balances->items) {
      Fields balance(item, "a.B.");
      if (balance.text("a") == kMarginAsset) {
        update.balance_change = balance.decimal_or_zero<Money>("bc");
      }
      if (!balance.flaw().empty()) return std::unexpected(balance.flaw());
    }
  }
  if (const Json* positions = inside->find("P"); positions != nullptr) {
    for (const Json& item : positions->items) {
      Fields row(item, "a.P.");
      AccountUpdate::Position position;
      position.symbol = row.text("s");
      position.amount = row.decimal<Quantity>("pa");
      bool known = true;
      position.side = side_of_position(row.text_or("ps", "BOTH"), known);
      if (!known) row.fail("ps", "is none of BOTH, LONG, SHORT");
      if (!row.flaw().empty()) return std::unexpected(row.flaw());
      update.positions.push_back(std::move(position));
    }
  }
  return update;
}

std::expected<UserMessage, std::string> read_margin_call(const Json& message) {
  MarginCall call;
  if (const Json* positions = message.find("p"); positions != nullptr) {
    for (const Json& item : positions->items) {
      Fields row(item, "p.");
      call.symbols.emplace_back(row.text("s"));
      if (!row.flaw().empty()) return std::unexpected(row.flaw());
    }
  }
  return call;
}

std::expected<UserMessage, std::string> read_config_update(const Json& message) {
  if (const Json* leverage = message.find("ac"); leverage != nullptr) {
    Fields fields(*leverage, "ac.");
    LeverageChanged changed;
    changed.symbol = fields.text("s");
    changed.leverage = fields.integer("l");
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    return changed;
  }
  AccountModeChanged changed;
  if (const Json* account = message.find("ai"); account != nullptr) {
    Fields fields(*account, "ai.");
    changed.has_mode = account->find("d") != nullptr;
    changed.hedge = fields.flag_or("d", false);
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  }
  return changed;
}

}  // namespace

SideOfPosition side_of_position(std::string_view text, bool& known) {
  known = true;
  if (text == "BOTH") return SideOfPosition::Both;
  if (text == "LONG") return SideOfPosition::Long;
  if (text == "SHORT") return SideOfPosition::Short;
  known = false;
  return SideOfPosition::Both;
}

bool read_standing(std::string_view text, Standing& standing) {
  constexpr std::pair<std::string_view, Standing> kNames[] = {
      {"NEW", Standing::New},
      {"PARTIALLY_FILLED", Standing::PartiallyFilled},
      {"FILLED", Standing::Filled},
      {"CANCELED", Standing::Canceled},
      {"EXPIRED", Standing::Expired},
      {"REJECTED", Standing::Rejected},
      {"NEW_INSURANCE", Standing::Insurance},
      {"NEW_ADL", Standing::Adl}};
  for (const auto& [name, value] : kNames) {
    if (name != text) continue;
    standing = value;
    return true;
  }
  return false;
}

std::expected<UserMessage, std::string> read_user_message(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return std::unexpected(parsed.error());
  const Json* message = &*parsed;
  // A combined stream wraps: {"stream": ..., "data": ...}.
  if (const Json* data = message->find("data"); data != nullptr) message = data;
  const Json* kind = message->find("e");
  if (kind == nullptr) return OtherMessage{};
  if (kind->text == "ORDER_TRADE_UPDATE") return read_order_update(*message);
  if (kind->text == "ACCOUNT_UPDATE") return read_account_update(*message);
  if (kind->text == "ACCOUNT_CONFIG_UPDATE") return read_config_update(*message);
  if (kind->text == "MARGIN_CALL") return read_margin_call(*message);
  if (kind->text == "listenKeyExpired") return ListenKeyExpired{};
  return OtherMessage{kind->text};
}

}  // namespace tranchet::aster
