// The account: who it is, what it has, and how it gets rid of it.
#include <algorithm>

#include "adapters/fyers/server/account_messages.h"
#include "adapters/fyers/server/call.h"
#include "adapters/fyers/server/order_entry.h"

namespace tranchet::fyers_venue {
namespace {

using Key = PositionMap::key_type;

bool is_one(const Json* member) {
  return member != nullptr && (member->text == "1" || member->text == "true");
}

std::vector<std::string> texts_of(const Json& member) {
  std::vector<std::string> texts;
  if (!member.is_array()) texts.push_back(member.text);
  for (const Json& item : member.items) texts.push_back(item.text);
  return texts;
}

// Filters are all three there, or none is.
Answer<std::vector<Key>> matching(const Call& call, const Json& segments, const Json& sides,
                                  const Json& products) {
  const auto holds = [](const Json& list, std::string_view wanted) {
    return std::ranges::any_of(
        list.items, [&](const Json& item) { return item.text == wanted || item.text == "ALL"; });
  };
  std::vector<Key> keys;
  for (const auto& [key, position] : call.account.positions()) {
    const std::int64_t net = position.net();
    const Listing& listing = call.boards[key.first].listing();
    if (net != 0 && holds(segments, std::to_string(listing.segment)) &&
        holds(sides, net > 0 ? "1" : "-1") && holds(products, to_text(key.second))) {
      keys.push_back(key);
    }
  }
  return keys;
}

std::vector<Key> open_ones(const Call& call) {
  std::vector<Key> keys;
  for (const auto& [key, position] : call.account.positions()) {
    if (position.net() != 0) keys.push_back(key);
  }
  return keys;
}

Answer<Key> position_of(const Call& call, std::string_view id) {
  for (const auto& [key, position] : call.account.positions()) {
    if (position_id(position, call.account) == id) return key;
  }
  return refuse(kInvalidPosition, "Invalid position id");
}

// What a body asks to exit. An empty one, or an empty id, is everything: so is the venue.
Answer<std::vector<Key>> wanted_by(const Call& call) {
  const Json& body = call.body;
  const Json* id = body.find("id");
  if (id != nullptr && (!id->text.empty() || !id->items.empty())) {
    std::vector<Key> keys;
    for (const std::string& text : texts_of(*id)) {
      const auto key = position_of(call, text);
      if (!key) return std::unexpected(key.error());
      keys.push_back(*key);
    }
    return keys;
  }
  const Json* segments = body.find("segment");
  const Json* sides = body.find("side");
  const Json* products = body.find("productType");
  if (segments == nullptr && sides == nullptr && products == nullptr) {
    const bool orders_only = is_one(body.find("pending_orders_cancel"));
    return orders_only && body.members.size() == 1 ? std::vector<Key>() : open_ones(call);
  }
  if (segments == nullptr || sides == nullptr || products == nullptr || !segments->is_array() ||
      !sides->is_array() || !products->is_array()) {
    return refuse(kInvalidInput,
                  "Invalid input: segment, side and productType are needed together");
  }
  return matching(call, *segments, *sides, *products);
}

// Of these positions; of all if there are none.
void cancel_pending(Call& call, const std::vector<Key>& keys) {
  std::vector<std::int64_t> numbers;
  for (const auto& [number, order] : call.account.orders()) {
    const bool wanted =
        keys.empty() || std::ranges::find(keys, Key(order.board, order.product)) != keys.end();
    if (order.is_open() && wanted) numbers.push_back(number);
  }
  for (const std::int64_t number : numbers) {
    // One may have gone with another.
    if (call.account.orders().at(number).is_open()) {
      static_cast<void>(call.account.cancel(number, call.moment));
    }
  }
}

}  // namespace

Answer<std::string> answer_profile(Call& call) {
  const AccountSpec& spec = call.account.spec();
  const std::string data = JsonObject()
                               .text("name", spec.name)
                               .text("display_name", spec.name)
                               .text("fy_id", spec.fy_id)
                               .text("image", "")
                               .text("email_id", "twin@example.com")
                               .text("PAN", "XXXXX0000X")
                               .text("pin_change_date", "01-01-2025 00:00:00")
                               .text("pwd_change_date", "01-01-2025 00:00:00")
                               .text("mobile_number", "0000000000")
                               .flag("totp", true)
                               .number("pwd_to_expire", 90)
                               .flag("ddpi_enabled", false)
                               .flag("mtf_enabled", true)
                               .str();
  return ok_json().json("data", data).str();
}

Answer<std::string> answer_funds(Call& call) {
  return ok_json().json("fund_limit", funds_rows(call.account)).str();
}

// CNC stays among the positions: nothing becomes a holding over night.
Answer<std::string> answer_holdings(Call&) {
  return ok_json()
      .json("holdings", "[]")
      .json("overall",
            R"({"count_total":0,"total_investment":0,"total_current_value":0,"total_pl":0,)"
            R"("pnl_perc":0})")
      .str();
}

Answer<std::string> answer_positions(Call& call) {
  std::vector<std::string> rows;
  for (const auto& [key, position] : call.account.positions()) {
    rows.push_back(position_row(position, call.account, static_cast<std::int64_t>(rows.size())));
  }
  return ok_json()
      .json("netPositions", json_array(rows))
      .json("overall", positions_overall(call.account))
      .str();
}

Answer<std::string> answer_exit(Call& call) {
  if (call.faults.strike(FaultKind::ExitFails) != nullptr) {
    return refuse(kRejected, "RED:a fault on demand");
  }
  const auto keys = wanted_by(call);
  if (!keys) return std::unexpected(keys.error());
  const bool cancels = is_one(call.body.find("pending_orders_cancel"));
  if (cancels) cancel_pending(call, *keys);
  if (keys->empty()) {
    if (cancels) return ok_json(200, "Pending orders are cancelled.").str();
    return refuse(kNoPosition, "Looks like you have no open positions.");
  }
  bool filled = true;
  for (const auto& [board, product] : *keys) {
    const auto done = call.account.exit(board, product, call.moment);
    if (!done) return std::unexpected(done.error());
    filled = filled && *done;
  }
  if (filled) return ok_json(200, "The position is closed.").str();
  return ok_json(kNoAcknowledgement, "The counter order is placed, and not filled yet.").str();
}

Answer<std::string> answer_convert(Call& call) {
  const auto key = position_of(call, text_of(call.body, "symbol"));
  if (!key) return std::unexpected(key.error());
  const auto from = parse_enum<Product>(text_of(call.body, "convertFrom"));
  const auto to = parse_enum<Product>(text_of(call.body, "convertTo"));
  const auto quantity = read_quantity(call.body, "convertQty");
  if (!quantity) return std::unexpected(quantity.error());
  const auto side = read_integer(call.body, "positionSide");
  if (!side) return std::unexpected(side.error());
  const std::int64_t net = call.account.positions().at(*key).net();
  const bool same_side = (net > 0 && *side == 1) || (net < 0 && *side == -1);
  if (!from || !to || *from != key->second || !quantity->is_positive() || !same_side) {
    return refuse(kInvalidInput, "Invalid input: the position has no such part");
  }
  if (auto done = call.account.convert(key->first, *from, *to, *quantity, call.moment); !done) {
    return std::unexpected(done.error());
  }
  return ok_json(200, "Position Converted Successfully!!").number("positionDetails", 1101).str();
}

Answer<std::string> answer_margin(Call& call) {
  const Json* data = call.body.find("data");
  if (data == nullptr || !data->is_array()) {
    return refuse(kInvalidInput, "Invalid input: data is no array of orders");
  }
  Value wanted = 0;
  for (const Json& item : data->items) {
    const auto order = read_order(item, call.boards);
    if (!order) return std::unexpected(order.error());
    wanted += call.account.margin_of(*order);
  }
  const Value equity = static_cast<Value>(call.account.equity().raw()) * kDecimalOne;
  const Value used = call.account.margin_used();
  const std::string inner = JsonObject()
                                .json("margin_avail", rupees(equity - used))
                                .json("margin_total", rupees(used + wanted))
                                .json("margin_new_order", rupees(wanted))
                                .str();
  return ok_json().json("data", inner).str();
}

}  // namespace tranchet::fyers_venue
