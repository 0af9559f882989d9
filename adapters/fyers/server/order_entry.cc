#include "adapters/fyers/server/order_entry.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace tranchet::fyers_venue {
namespace {

constexpr std::size_t kTagLength = 30;
// Beyond it, price times quantity would leave what a Money can hold.
constexpr std::int64_t kQuantityMost = 10'000'000;
constexpr Price kPriceMost = Price::from_raw(1'000'000 * kDecimalOne);

VenueError invalid(std::string_view key, std::string_view why) {
  return {kInvalidInput, "Invalid input: " + std::string(key) + " " + std::string(why), 400, ""};
}

// "0.0500", as the venue writes a tick.
std::string tick_text(Price tick) {
  std::string text = to_text(tick);
  if (text.find('.') == std::string::npos) text += '.';
  while (text.size() - text.find('.') <= 4) text += '0';
  return text;
}

Answer<void> check_tick(std::string_view name, Price price, Price tick) {
  if (price.raw() % tick.raw() == 0) return {};
  return refuse(kInvalidInput,
                std::string(name) + " not a multiple of tick size " + tick_text(tick));
}

Answer<bool> read_flag(const Json& body, std::string_view key) {
  const Json* member = body.find(key);
  if (member == nullptr || member->kind != Json::Kind::Flag) {
    return std::unexpected(invalid(key, "must be true or false"));
  }
  return member->text == "true";
}

Answer<void> read_kind(const Json& body, FyersOrder& order) {
  const auto type = read_integer(body, "type");
  if (!type) return std::unexpected(type.error());
  if (*type < 1 || *type > 4) return std::unexpected(invalid("type", "is none of 1, 2, 3, 4"));
  order.kind = static_cast<Kind>(*type);
  return {};
}

Answer<void> read_side(const Json& body, FyersOrder& order) {
  const auto side = read_integer(body, "side");
  if (!side) return std::unexpected(side.error());
  if (*side != 1 && *side != -1) return std::unexpected(invalid("side", "is none of 1, -1"));
  order.side = *side == 1 ? Side::Buy : Side::Sell;
  return {};
}

Answer<void> read_tag(const Json& body, FyersOrder& order) {
  const std::string tag = text_of(body, "orderTag");
  if (tag.empty()) return {};
  const bool plain = std::ranges::all_of(
      tag, [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0; });
  if (!plain || tag.size() > kTagLength) {
    return std::unexpected(invalid("orderTag", "is not 1 to 30 letters and digits"));
  }
  if (order.product == Product::Cover || order.product == Product::Bracket) {
    return std::unexpected(invalid("orderTag", "is not for CO and BO"));
  }
  order.tag = "1:" + tag;
  return {};
}

Answer<void> read_numbers(const Json& body, FyersOrder& order) {
  const auto quantity = read_quantity(body, "qty");
  if (!quantity) return std::unexpected(quantity.error());
  if (!quantity->is_positive()) return std::unexpected(invalid("qty", "must be above 0"));
  order.quantity = *quantity;
  const auto disclosed = read_quantity(body, "disclosedQty");
  if (!disclosed) return std::unexpected(disclosed.error());
  order.disclosed = *disclosed;
  const std::pair<std::string_view, Price*> prices[] = {{"limitPrice", &order.limit},
                                                        {"stopPrice", &order.stop},
                                                        {"stopLoss", &order.stop_loss},
                                                        {"takeProfit", &order.take_profit}};
  for (const auto& [key, place] : prices) {
    const auto price = read_price(body, key);
    if (!price) return std::unexpected(price.error());
    *place = *price;
  }
  return {};
}

Answer<void> read_words(const Json& body, FyersOrder& order) {
  const auto product = parse_enum<Product>(text_of(body, "productType"));
  if (!product) {
    return std::unexpected(invalid("productType", "is none of CNC, INTRADAY, MARGIN, MTF, CO, BO"));
  }
  order.product = *product;
  const std::string validity = text_of(body, "validity");
  if (validity != "DAY" && validity != "IOC") {
    return std::unexpected(invalid("validity", "is none of DAY, IOC"));
  }
  order.immediate = validity == "IOC";
  const auto offline = read_flag(body, "offlineOrder");
  if (!offline) return std::unexpected(offline.error());
  order.offline = *offline;
  if (const Json* slice = body.find("isSliceOrder"); slice != nullptr && slice->text == "true") {
    return std::unexpected(invalid("isSliceOrder", "is not imitated by the twin"));
  }
  return read_tag(body, order);
}

Answer<void> check_legs(const FyersOrder& order, const Listing& listing) {
  const bool cover = order.product == Product::Cover;
  const bool bracket = order.product == Product::Bracket;
  if (!cover && !bracket) return {};
  if (!order.stop_loss.is_positive()) {
    return std::unexpected(invalid("stopLoss", "is mandatory for CO and BO, in points"));
  }
  if (bracket && !order.take_profit.is_positive()) {
    return std::unexpected(invalid("takeProfit", "is mandatory for BO, in points"));
  }
  if (order.immediate) return std::unexpected(invalid("validity", "must be DAY for CO and BO"));
  if (cover && order.is_stop()) {
    return std::unexpected(invalid("type", "must be 1 or 2 for CO"));
  }
  if (cover && order.disclosed.is_positive()) {
    return std::unexpected(invalid("disclosedQty", "must be 0 for CO"));
  }
  if (auto fits = check_tick("StopLoss", order.stop_loss, listing.tick); !fits) return fits;
  return check_tick("TakeProfit", order.take_profit, listing.tick);
}

}  // namespace

std::string text_of(const Json& body, std::string_view key) {
  const Json* member = body.find(key);
  const bool scalar =
      member != nullptr && (member->kind == Json::Kind::Text || member->kind == Json::Kind::Number);
  return scalar ? member->text : std::string();
}

Answer<std::int64_t> read_integer(const Json& body, std::string_view key) {
  const std::string text = text_of(body, key);
  const ParsedDecimal parsed = parse_decimal(text, 0);
  if (parsed.error) return std::unexpected(invalid(key, "must be a whole number"));
  return parsed.count;
}

Answer<Quantity> read_quantity(const Json& body, std::string_view key) {
  const auto count = read_integer(body, key);
  if (!count) return std::unexpected(count.error());
  if (*count < 0 || *count > kQuantityMost) {
    return std::unexpected(invalid(key, "is out of range"));
  }
  return Quantity::from_raw(*count * kDecimalOne);
}

Answer<Price> read_price(const Json& body, std::string_view key) {
  const auto price = parse<Price>(text_of(body, key));
  if (!price) return std::unexpected(invalid(key, "must be a number"));
  if (*price < Price() || *price > kPriceMost) {
    return std::unexpected(invalid(key, "is out of range"));
  }
  return *price;
}

Answer<std::size_t> find_board(const std::string& symbol, const std::vector<Board>& boards) {
  for (std::size_t index = 0; index < boards.size(); ++index) {
    if (boards[index].listing().symbol == symbol) return index;
  }
  return refuse(kInvalidSymbol, "Invalid symbol provided");
}

Answer<void> check_shape(const FyersOrder& order, const Listing& listing) {
  const bool has_limit = order.kind == Kind::Limit || order.kind == Kind::StopLimit;
  if (has_limit != order.limit.is_positive()) {
    return std::unexpected(
        invalid("limitPrice", has_limit ? "must be above 0" : "must be 0 for this type"));
  }
  if (order.is_stop() != order.stop.is_positive()) {
    return std::unexpected(
        invalid("stopPrice", order.is_stop() ? "must be above 0" : "must be 0 for this type"));
  }
  if (auto fits = check_tick("limitPrice", order.limit, listing.tick); !fits) return fits;
  if (auto fits = check_tick("stopPrice", order.stop, listing.tick); !fits) return fits;
  if (order.quantity.raw() % listing.lot.raw() != 0) {
    return refuse(kInvalidInput,
                  "Quantity should be a multiple of lot size " + to_text(listing.lot));
  }
  if (order.disclosed > order.quantity) {
    return std::unexpected(invalid("disclosedQty", "is more than qty"));
  }
  if (order.kind == Kind::StopLimit) {
    const bool buys = order.side == Side::Buy;
    if (buys ? order.stop >= order.limit : order.stop <= order.limit) {
      return refuse(kInvalidInput, buys ? "Stop price should be less than limit price for buy"
                                        : "Stop price should be greater than limit price for sell");
    }
  }
  return check_legs(order, listing);
}

Answer<FyersOrder> read_order(const Json& body, const std::vector<Board>& boards) {
  if (!body.is_object()) return refuse(kInvalidInput, "Invalid input");
  FyersOrder order;
  const auto board = find_board(text_of(body, "symbol"), boards);
  if (!board) return std::unexpected(board.error());
  order.board = *board;
  const Listing& listing = boards[*board].listing();
  if (listing.is_index()) return refuse(kInvalidSymbol, "Invalid symbol provided");
  for (const auto read : {read_kind, read_side, read_numbers, read_words}) {
    if (auto done = read(body, order); !done) return std::unexpected(done.error());
  }
  if (auto fits = check_shape(order, listing); !fits) return std::unexpected(fits.error());
  return order;
}

Answer<FyersOrder> read_change(const Json& body, const FyersOrder& order, const Board& board) {
  FyersOrder changed = order;
  if (body.find("type") != nullptr) {
    if (auto done = read_kind(body, changed); !done) return std::unexpected(done.error());
  }
  if (body.find("qty") != nullptr) {
    const auto quantity = read_quantity(body, "qty");
    if (!quantity) return std::unexpected(quantity.error());
    if (*quantity <= order.filled) {
      return std::unexpected(invalid("qty", "must be above what has been traded"));
    }
    changed.quantity = *quantity;
  }
  if (body.find("disclosedQty") != nullptr) {
    const auto disclosed = read_quantity(body, "disclosedQty");
    if (!disclosed) return std::unexpected(disclosed.error());
    changed.disclosed = *disclosed;
  }
  const std::pair<std::string_view, Price*> prices[] = {{"limitPrice", &changed.limit},
                                                        {"stopPrice", &changed.stop}};
  for (const auto& [key, place] : prices) {
    if (body.find(key) == nullptr) continue;
    const auto price = read_price(body, key);
    if (!price) return std::unexpected(price.error());
    *place = *price;
  }
  // Prices that the new type has not are dropped, not asked for.
  if (changed.kind == Kind::Market || changed.kind == Kind::Stop) changed.limit = Price();
  if (!changed.is_stop()) changed.stop = Price();
  if (auto fits = check_shape(changed, board.listing()); !fits) {
    return std::unexpected(fits.error());
  }
  return changed;
}

}  // namespace tranchet::fyers_venue
