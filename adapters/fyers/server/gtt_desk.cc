#include "adapters/fyers/server/gtt_desk.h"

#include <algorithm>

#include "adapters/fyers/server/order_entry.h"

namespace tranchet::fyers_venue {
namespace {

std::string gtt_done(int code, std::string_view message, const std::string& id) {
  return JsonObject()
      .number("code", code)
      .text("message", message)
      .text("s", "ok")
      .text("id", id)
      .str();
}

std::string row_of(const GttOrder& order, const AccountDesk& account) {
  const Board& board = account.boards()[order.board];
  const Listing& listing = board.listing();
  const GttLeg second = order.second.value_or(GttLeg());
  return JsonObject()
      .text("clientId", account.spec().fy_id)
      .number("exchange", listing.exchange)
      .text("fy_token", listing.fy_token)
      .text("id_fyers", order.id)
      .text("id", order.id)
      .number("instrument", listing.instrument)
      .number("lot_size", whole(listing.lot))
      .number("multiplier", 0)
      .number("ord_status", static_cast<std::int64_t>(order.status))
      .number("precision", listing.precision())
      .decimal_number("price_limit", order.first.price)
      .decimal_number("price2_limit", second.price)
      .decimal_number("price_trigger", order.first.trigger)
      .decimal_number("price2_trigger", second.trigger)
      .text("product_type", to_text(order.product))
      .number("qty", whole(order.first.quantity))
      .number("qty2", whole(second.quantity))
      .text("report_type", "")
      .number("segment", listing.segment)
      .text("symbol", listing.symbol)
      .text("symbol_desc", listing.description)
      .text("symbol_exch", listing.exchange_symbol())
      .decimal_number("tick_size", listing.tick)
      .number("tran_side", sign_of(order.side))
      .number("gtt_oco_ind", order.second ? 2 : 1)
      .text("create_time", order_time(order.created))
      .number("create_time_epoch", epoch_seconds(order.created))
      .text("oms_msg", order.message)
      .decimal_number("ltp_ch", board.last() - board.previous_close())
      .json("ltp_chp", board.change_percent())
      .decimal_number("ltp", board.last())
      .str();
}

// Members that are missing stay as they are.
Answer<void> read_leg(const Json& body, GttLeg& leg, const Listing& listing) {
  if (body.find("price") != nullptr) {
    const auto price = read_price(body, "price");
    if (!price) return std::unexpected(price.error());
    leg.price = *price;
  }
  if (body.find("triggerPrice") != nullptr) {
    const auto trigger = read_price(body, "triggerPrice");
    if (!trigger) return std::unexpected(trigger.error());
    leg.trigger = *trigger;
  }
  if (body.find("qty") != nullptr) {
    const auto quantity = read_quantity(body, "qty");
    if (!quantity) return std::unexpected(quantity.error());
    leg.quantity = *quantity;
  }
  if (!leg.price.is_positive() || !leg.trigger.is_positive() || !leg.quantity.is_positive()) {
    return refuse(kInvalidInput, "Invalid input: a leg needs price, triggerPrice and qty above 0");
  }
  const bool on_tick =
      leg.price.raw() % listing.tick.raw() == 0 && leg.trigger.raw() % listing.tick.raw() == 0;
  if (!on_tick) {
    return refuse(kInvalidInput, "Price not a multiple of tick size " + to_text(listing.tick));
  }
  if (leg.quantity.raw() % listing.lot.raw() != 0) {
    return refuse(kInvalidInput,
                  "Quantity should be a multiple of lot size " + to_text(listing.lot));
  }
  return {};
}

}  // namespace

Answer<void> GttDesk::read_legs(const Json& body, GttOrder& order) const {
  const Board& board = account_.boards()[order.board];
  if (!board.has_price()) return refuse(kRejected, "RED:There is no price yet");
  const Json* info = body.find("orderInfo");
  const Json* first = info == nullptr ? nullptr : info->find("leg1");
  const Json* second = info == nullptr ? nullptr : info->find("leg2");
  if (first != nullptr) {
    if (auto read = read_leg(*first, order.first, board.listing()); !read) return read;
  }
  if (second != nullptr) {
    GttLeg leg = order.second.value_or(GttLeg());
    if (auto read = read_leg(*second, leg, board.listing()); !read) return read;
    order.second = leg;
  }
  if (!order.first.quantity.is_positive()) {
    return refuse(kInvalidInput, "Invalid input: orderInfo has no leg1");
  }
  order.first.waits_for_rise = order.first.trigger > board.last();
  if (order.second && !order.first.waits_for_rise) {
    return refuse(kInvalidInput, "leg1 triggerPrice should be above the LTP");
  }
  if (order.second && order.second->trigger >= board.last()) {
    return refuse(kInvalidInput, "leg2 triggerPrice should be below the LTP");
  }
  return {};
}

Answer<std::string> GttDesk::place(const Json& body, const Moment& moment) {
  GttOrder order;
  const auto board = find_board(text_of(body, "symbol"), account_.boards());
  if (!board) return std::unexpected(board.error());
  order.board = *board;
  if (account_.boards()[*board].listing().is_index()) {
    return refuse(kInvalidSymbol, "Invalid symbol provided");
  }
  const auto product = parse_enum<Product>(text_of(body, "productType"));
  if (product != Product::Cnc && product != Product::Margin && product != Product::Mtf) {
    return refuse(kInvalidInput, "Invalid input: productType is none of CNC, MARGIN, MTF");
  }
  order.product = *product;
  const auto side = read_integer(body, "side");
  if (!side) return std::unexpected(side.error());
  if (*side != 1 && *side != -1) {
    return refuse(kInvalidInput, "Invalid input: side is none of 1, -1");
  }
  order.side = *side == 1 ? Side::Buy : Side::Sell;
  if (auto read = read_legs(body, order); !read) return std::unexpected(read.error());
  std::string digits = std::to_string(next_++);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  digits[0] = '9';  // In another row than orders.
  order.id = date_digits(moment.market) + digits;
  order.created = moment.market;
  const std::string id = order.id;
  orders_[id] = std::move(order);
  return gtt_done(1101, "Successfully placed order", id);
}

Answer<GttOrder*> GttDesk::find(const Json& body) {
  const auto found = orders_.find(text_of(body, "id"));
  if (found == orders_.end()) return refuse(kInvalidOrder, "Invalid order id");
  if (found->second.status != Status::Pending) {
    return refuse(kRejected, "Order is not pending");
  }
  return &found->second;
}

Answer<std::string> GttDesk::modify(const Json& body, const Moment& /*moment*/) {
  const auto order = find(body);
  if (!order) return std::unexpected(order.error());
  GttOrder changed = **order;
  if (auto read = read_legs(body, changed); !read) return std::unexpected(read.error());
  **order = changed;
  return gtt_done(1102, "Successfully modified order", changed.id);
}

Answer<std::string> GttDesk::cancel(const Json& body) {
  const auto order = find(body);
  if (!order) return std::unexpected(order.error());
  (*order)->status = Status::Canceled;
  return gtt_done(1103, "Successfully cancelled order", (*order)->id);
}

std::string GttDesk::book() const {
  std::vector<std::string> rows;
  for (const auto& [id, order] : orders_) rows.push_back(row_of(order, account_));
  return json_array(rows);
}

void GttDesk::watch(std::size_t board, const Moment& moment) {
  const Price last = account_.boards()[board].last();
  const auto has_come = [last](const GttLeg& leg) {
    return leg.waits_for_rise ? last >= leg.trigger : last <= leg.trigger;
  };
  for (auto& [id, order] : orders_) {
    if (order.board != board || order.status != Status::Pending) continue;
    if (has_come(order.first)) {
      trigger(order, order.first, moment);
    } else if (order.second && has_come(*order.second)) {
      trigger(order, *order.second, moment);
    }
  }
}

void GttDesk::trigger(GttOrder& gtt, const GttLeg& leg, const Moment& moment) {
  FyersOrder order;
  order.board = gtt.board;
  order.product = gtt.product;
  order.kind = Kind::Limit;
  order.side = gtt.side;
  order.quantity = leg.quantity;
  order.limit = leg.price;
  const auto placed = account_.place(std::move(order), moment);
  gtt.status = placed ? Status::Traded : Status::Rejected;
  gtt.message = placed ? "Triggered" : placed.error().message;
}

}  // namespace tranchet::fyers_venue
