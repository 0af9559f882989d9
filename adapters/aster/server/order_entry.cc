#include "adapters/aster/server/order_entry.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tranchet::aster_venue {
namespace {

const VenueError kPrecision{-1111, "Precision is over the maximum defined for this asset."};

std::unexpected<VenueError> refuse(int code, std::string_view message) {
  return std::unexpected(VenueError{code, std::string(message)});
}

// The largest power of ten that divides the step: finer is a matter of precision.
std::int64_t finest_unit_of(std::int64_t step) {
  std::int64_t unit = 1;
  while (step % (unit * 10) == 0) unit *= 10;
  return unit;
}

bool is_client_id(std::string_view text) {
  return text.size() >= 1 && text.size() <= 36 && std::ranges::all_of(text, [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') ||
                  std::string_view(".:/_-").find(letter) != std::string_view::npos;
         });
}

// What a type is in the end, and what is waited for before.
struct TypeRow {
  std::string_view name;
  OrderType type{};
  TriggerKind held = TriggerKind::None;
};
constexpr auto kTypes = std::to_array<TypeRow>({
    {"LIMIT", OrderType::Limit},
    {"MARKET", OrderType::Market},
    {"STOP_MARKET", OrderType::StopMarket},
    {"TAKE_PROFIT_MARKET", OrderType::TakeProfitMarket},
    {"STOP", OrderType::Limit, TriggerKind::Stop},
    {"TAKE_PROFIT", OrderType::Limit, TriggerKind::TakeProfit},
    {"TRAILING_STOP_MARKET", OrderType::Market, TriggerKind::Trailing},
});

constexpr auto kStpModes = std::to_array<std::pair<std::string_view, StpMode>>({
    {"EXPIRE_TAKER", StpMode::ExpireTaker},
    {"EXPIRE_MAKER", StpMode::ExpireMaker},
    {"EXPIRE_BOTH", StpMode::ExpireBoth},
});

// closePosition: a market order of what is open when it triggers; without quantity, reduceOnly or
// any other type.
Answer<void> read_close_position(const Parameters& parameters, AsterOrder& order) {
  if (!parameters.flag("closePosition")) return {};
  if (!is_conditional(order.request.order_type)) {
    return refuse(-4136,
                  "Target strategy invalid for orderType " + order.type + ", closePosition true");
  }
  if (!parameters.text("quantity").empty()) {
    return refuse(-4137, "Quantity must be zero with closePosition equals true");
  }
  if (parameters.flag("reduceOnly")) {
    return refuse(-4138, "Reduce only must be true with closePosition equals true");
  }
  order.close_position = true;
  order.trigger.kind = order.request.order_type == OrderType::StopMarket ? TriggerKind::Stop
                                                                         : TriggerKind::TakeProfit;
  order.request.order_type = OrderType::Market;
  return {};
}

Answer<void> read_kind(const Parameters& parameters, AsterOrder& order) {
  const auto side = parameters.needed("side");
  if (!side) return std::unexpected(side.error());
  if (*side != "BUY" && *side != "SELL") return refuse(-1117, "Invalid side.");
  order.request.side = *side == "BUY" ? Side::Buy : Side::Sell;
  const auto type = parameters.needed("type");
  if (!type) return std::unexpected(type.error());
  const auto* known = std::ranges::find(kTypes, *type, &TypeRow::name);
  if (known == kTypes.end()) return refuse(-1116, "Invalid orderType.");
  order.type = *type;
  order.request.order_type = known->type;
  order.trigger.kind = known->held;
  if (auto read = read_close_position(parameters, order); !read) return read;
  if (!parameters.text("pegPriceType").empty()) {
    return refuse(-1130, "Data sent for parameter 'pegPriceType' is not valid.");
  }
  const std::string_view id = parameters.text("newClientOrderId");
  if (!id.empty() && !is_client_id(id)) return refuse(-4015, "Client order id is not valid.");
  order.client_id = id;
  order.price_protect = parameters.flag("priceProtect");
  order.wants_result = parameters.text("newOrderRespType") == "RESULT";
  if (parameters.text("stpMode").empty()) return {};
  const auto stp = read_stp_mode(parameters);
  if (!stp) return std::unexpected(stp.error());
  order.stp = *stp;
  return {};
}

// Hedge mode names the book; one-way mode has one, and a flag.
Answer<void> read_book(const Parameters& parameters, PositionMode mode, AsterOrder& order) {
  const std::string_view book = parameters.text("positionSide", "BOTH");
  const bool hedge = mode == PositionMode::Hedge;
  if (hedge ? book != "LONG" && book != "SHORT" : book != "BOTH") {
    return refuse(-4061, "Order's position side does not match user's setting.");
  }
  order.position_side = book;
  if (hedge) {
    if (parameters.has("reduceOnly")) {
      return refuse(-1106, "Parameter 'reduceonly' sent when not required.");
    }
    order.request.position_side = book == "LONG" ? PositionSide::Long : PositionSide::Short;
    if (order.close_position && order.request.side == entry_side(order.request.position_side)) {
      return refuse(-4138, "Reduce only must be true with closePosition equals true");
    }
    return {};
  }
  order.request.reduce_only = parameters.flag("reduceOnly") || order.close_position;
  const Side opens = order.request.reduce_only ? opposite(order.request.side) : order.request.side;
  order.request.position_side = position_side_of_entry(opens);
  return {};
}

Answer<void> read_limit(const Parameters& parameters, const InstrumentListed& rules,
                        AsterOrder& order) {
  if (auto force = parameters.needed("timeInForce"); !force) return std::unexpected(force.error());
  const auto force = parse_enum<TimeInForce>(parameters.text("timeInForce"));
  if (!force) return refuse(-1115, "Invalid timeInForce.");
  order.request.time_in_force = *force;
  order.time_in_force = to_text(*force);
  if (auto price = parameters.needed("price"); !price) return std::unexpected(price.error());
  const auto price = parameters.decimal<Price>("price");
  if (!price) return std::unexpected(price.error());
  order.request.limit_price = **price;
  return check_price(**price, rules);
}

Answer<void> read_working_type(const Parameters& parameters, AsterOrder& order) {
  const std::string_view working = parameters.text("workingType", "CONTRACT_PRICE");
  if (working != "CONTRACT_PRICE" && working != "MARK_PRICE") {
    return refuse(-1130, "Data sent for parameter 'workingType' is not valid.");
  }
  order.request.working_type =
      working == "MARK_PRICE" ? WorkingType::MarkPrice : WorkingType::ContractPrice;
  return {};
}

// callbackRate is percent, 0.1 to 5 in steps of 0.1; activationPrice may be left out.
Answer<void> read_trailing(const Parameters& parameters, const InstrumentListed& rules,
                           AsterOrder& order) {
  if (auto rate = parameters.needed("callbackRate"); !rate) return std::unexpected(rate.error());
  const auto rate = parameters.decimal<Money>("callbackRate");
  if (!rate) return std::unexpected(rate.error());
  const std::int64_t tenths = (*rate)->raw() * 10 / kDecimalOne;
  if (tenths < 1 || tenths > 50 || tenths * (kDecimalOne / 10) != (*rate)->raw()) {
    return refuse(-2007, "Invalid callBack rate.");
  }
  order.trigger.callback = tenths * kPpmOne / 1'000;
  if (auto working = read_working_type(parameters, order); !working) return working;
  const auto activation = parameters.decimal<Price>("activationPrice");
  if (!activation) return std::unexpected(activation.error());
  if (!*activation) return {};
  order.trigger.activation = **activation;
  return check_price(**activation, rules);
}

Answer<void> read_stop(const Parameters& parameters, const InstrumentListed& rules,
                       AsterOrder& order) {
  if (auto stop = parameters.needed("stopPrice"); !stop) return std::unexpected(stop.error());
  const auto stop = parameters.decimal<Price>("stopPrice");
  if (!stop) return std::unexpected(stop.error());
  order.request.stop_price = **stop;
  order.trigger.stop = **stop;
  if (auto working = read_working_type(parameters, order); !working) return working;
  return check_price(**stop, rules);
}

}  // namespace

std::string_view to_text(StpMode mode) {
  return std::ranges::find(kStpModes, mode, &std::pair<std::string_view, StpMode>::second)->first;
}

Answer<StpMode> read_stp_mode(const Parameters& parameters) {
  const auto given = parameters.needed("stpMode");
  if (!given) return std::unexpected(given.error());
  const auto* known =
      std::ranges::find(kStpModes, *given, &std::pair<std::string_view, StpMode>::first);
  if (known != kStpModes.end()) return known->second;
  return refuse(-1130, "Data sent for parameter 'stpMode' is not valid.");
}

Answer<void> check_quantity(Quantity quantity, bool at_market, const InstrumentListed& rules) {
  if (!quantity.is_positive()) return refuse(-4003, "Quantity less than or equal to zero.");
  if (quantity.raw() % finest_unit_of(rules.step_size.raw()) != 0) {
    return std::unexpected(kPrecision);
  }
  if (quantity < rules.min_quantity) return refuse(-4004, "Quantity less than min quantity.");
  const Quantity most = at_market ? rules.market_max_quantity : rules.max_quantity;
  if (most.is_positive() && quantity > most) {
    return refuse(-4005, "Quantity greater than max quantity.");
  }
  if (quantity.raw() % rules.step_size.raw() != 0) {
    return refuse(-4023, "Qty not increased by step size.");
  }
  return {};
}

Answer<void> check_price(Price price, const InstrumentListed& rules) {
  if (!price.is_positive()) return refuse(-4013, "Price less than min price.");
  if (price.raw() % finest_unit_of(rules.tick_size.raw()) != 0) return std::unexpected(kPrecision);
  if (price.raw() % rules.tick_size.raw() != 0) {
    return refuse(-4014, "Price not increased by tick size.");
  }
  return {};
}

Answer<AsterOrder> draft_order(const Parameters& parameters, const MarketBoard& board,
                               PositionMode mode) {
  AsterOrder order;
  const InstrumentListed& rules = board.listed().rules;
  order.symbol = board.listed().symbol;
  order.time_in_force = "GTC";
  order.request.instrument = rules.instrument;
  order.request.purpose = Purpose::Entry;
  if (auto read = read_kind(parameters, order); !read) return std::unexpected(read.error());
  if (auto read = read_book(parameters, mode, order); !read) return std::unexpected(read.error());
  const bool limit = order.request.order_type == OrderType::Limit;
  if (!order.close_position) {
    if (auto given = parameters.needed("quantity"); !given) return std::unexpected(given.error());
    const auto quantity = parameters.decimal<Quantity>("quantity");
    if (!quantity) return std::unexpected(quantity.error());
    order.request.quantity = **quantity;
    if (auto fits = check_quantity(**quantity, !limit, rules); !fits) {
      return std::unexpected(fits.error());
    }
  }
  const bool trails = order.trigger.kind == TriggerKind::Trailing;
  Answer<void> rest;
  if (limit) rest = read_limit(parameters, rules, order);
  if (rest && trails) rest = read_trailing(parameters, rules, order);
  if (rest && order.is_conditional() && !trails) rest = read_stop(parameters, rules, order);
  if (!rest) return std::unexpected(rest.error());
  return order;
}

VenueError refusal_of(RejectReason reason, const SubmitOrder& request) {
  switch (reason) {
    case RejectReason::WouldTrigger:
      return {-2021, "Order would immediately trigger."};
    case RejectReason::NoPosition:
      return {-2022, "ReduceOnly Order is rejected."};
    case RejectReason::ReduceOnlyCapacity:
      return {-4118,
              "ReduceOnly Order Failed. Please check your existing position and open orders"};
    case RejectReason::TooManyConditional:
      return {-4045, "Reach max stop order limit."};
    case RejectReason::OutOfBand:
      if (request.order_type == OrderType::Market) {
        return {-4131,
                "The counterparty's best price does not meet the PERCENT_PRICE filter limit."};
      }
      if (request.side == Side::Buy) return {-4016, "Limit price can't be higher than the cap."};
      return {-4024, "Limit price can't be lower than the floor."};
    case RejectReason::BelowMinimum:
      return {-4164,
              "Order's notional must be no smaller than 5.0 (unless you choose reduce only)"};
    case RejectReason::Margin:
      return {-2019, "Margin is insufficient."};
    case RejectReason::NotFound:
      return {-2013, "Order does not exist."};
    case RejectReason::RateLimited:
      return {-1015, "Too many new orders.", 429};
    case RejectReason::NotTrading:  // A perpetual trades always.
    case RejectReason::Other:
      break;
  }
  if (request.order_type == OrderType::Market) return {-2020, "Unable to fill."};
  return {-2025, "Reach max open order limit."};
}

}  // namespace tranchet::aster_venue
