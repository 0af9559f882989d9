#include "adapters/fyers/order_fields.h"

#include <charconv>

namespace tranchet::fyers {
namespace {

Side read_side(Fields& fields, std::string_view name) {
  const std::int64_t number = fields.integer(name);
  const auto side = side_of(number);
  if (!side) fields.fail(name, std::to_string(number) + " is neither 1 nor -1");
  return side.value_or(Side::Buy);
}

// Whole shares or contracts, none below zero. Some numbers come as "1.0".
Quantity read_quantity(Fields& fields, std::string_view name, bool is_needed) {
  const auto quantity =
      is_needed ? fields.decimal<Quantity>(name) : fields.decimal_or_zero<Quantity>(name);
  if (quantity.raw() < 0) fields.fail(name, to_text(quantity) + " is below 0");
  return quantity;
}

std::string needed_text(Fields& fields, std::string_view name) {
  std::string text(fields.text(name));
  if (text.empty()) fields.fail(name, "is empty");
  return text;
}

// The public status where there is one. The other is the broker's own, and what the public one is
// made from; where one contradicts the other the public one is what the documentation speaks of.
OrderStatus read_status(Fields& fields, const OrderNames& names) {
  const bool is_public = names.oms_status.empty() || !fields.text_or(names.status, "").empty();
  const std::string_view name = is_public ? names.status : names.oms_status;
  const std::int64_t number = fields.integer(name);
  const auto status = is_public ? order_status(number) : order_status_of_oms(number);
  if (!status) fields.fail(name, std::to_string(number) + " is no status of an order");
  return status.value_or(OrderStatus::Transit);
}

std::optional<Timestamp> read_time(Fields& fields, std::string_view name) {
  return indian_time(fields.text_or(name, ""));
}

}  // namespace

void read_order(Fields& fields, const OrderNames& names, OrderNews& order) {
  order.id = needed_text(fields, "id");
  order.symbol = needed_text(fields, "symbol");
  order.tag = tag_of(fields.text_or(names.tag, ""));
  order.status = read_status(fields, names);
  order.side = read_side(fields, names.side);
  const std::int64_t type = fields.integer(names.type);
  if (const auto known = venue_order_type(type)) {
    order.type = *known;
  } else {
    fields.fail(names.type, std::to_string(type) + " is no type of an order");
  }
  order.product = fields.text(names.product);
  order.quantity = read_quantity(fields, names.quantity, true);
  order.filled = read_quantity(fields, names.filled, true);
  order.remaining = read_quantity(fields, names.remaining, false);
  if (order.filled > order.quantity) {
    fields.fail(names.filled,
                to_text(order.filled) + " is more than the order's " + to_text(order.quantity));
  }
  order.limit_price = fields.price_if_any(names.limit_price);
  order.stop_price = fields.price_if_any(names.stop_price);
  const auto traded = fields.rounded_or_zero<Price>(names.traded_price);
  if (traded.is_positive()) order.traded_price = traded;
  order.message = fields.text_or(names.message, "");
  order.time = read_time(fields, names.time);
}

void read_trade(Fields& fields, const TradeNames& names, TradeNews& trade) {
  trade.trade = needed_text(fields, names.trade);
  trade.order = needed_text(fields, names.order);
  trade.symbol = needed_text(fields, "symbol");
  trade.tag = tag_of(fields.text_or(names.tag, ""));
  trade.side = read_side(fields, names.side);
  trade.product = fields.text(names.product);
  trade.quantity = read_quantity(fields, names.quantity, true);
  if (trade.quantity.is_zero()) fields.fail(names.quantity, "is 0");
  trade.price = fields.decimal<Price>(names.price);
  if (!trade.price.is_positive()) {
    fields.fail(names.price, to_text(trade.price) + " is not above 0");
  }
  trade.time = read_time(fields, names.time);
}

void read_position(Fields& fields, const PositionNames& names, PositionNews& position) {
  position.id = needed_text(fields, "id");
  position.symbol = needed_text(fields, "symbol");
  position.product = fields.text(names.product);
  position.net = fields.decimal<Quantity>(names.net);
  position.realized = fields.rounded_or_zero<Money>(names.realized);
  const auto average = fields.rounded_or_zero<Price>(names.average);
  if (average.is_positive()) position.average = average;
  const auto last = fields.rounded_or_zero<Price>("ltp");
  if (last.is_positive()) position.last = last;
}

}  // namespace tranchet::fyers
