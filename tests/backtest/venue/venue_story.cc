#include "tests/backtest/venue/venue_story.h"

#include <sstream>

namespace tranchet {
namespace {

using namespace literals;

template <class T>
T number_in(std::string_view text) {
  const auto parsed = parse<T>(text);
  ENSURE(parsed.has_value());
  return *parsed;
}

template <class T>
std::string text_or_dash(Maybe<T> value) {
  return value ? to_text(*value) : std::string("-");
}

template <class... Parts>
std::string words(const Parts&... parts) {
  std::ostringstream out;
  ((out << parts), ...);
  return out.str();
}

std::string told_fill(const OrderFilled& fill) {
  if (fill.origin == FillOrigin::Liquidation) {
    return words("Liquidated ", to_text(fill.position_side), " ", to_text(fill.quantity), " @ ",
                 to_text(fill.price));
  }
  if (fill.origin == FillOrigin::Adl) {
    return words("Deleveraged ", to_text(fill.position_side), " ", to_text(fill.quantity), " @ ",
                 to_text(fill.price));
  }
  if (fill.origin == FillOrigin::Foreign) {
    return words("Foreign ", to_text(fill.side), " ", to_text(fill.position_side), " ",
                 to_text(fill.quantity), " @ ", to_text(fill.price));
  }
  return words("Filled ", to_text(fill.quantity), " @ ", to_text(fill.price), " ",
               to_text(fill.liquidity));
}

std::string told_query(const QueryAnswered& answer) {
  return words("Query ", to_text(answer.status), " ", text_or_dash(answer.filled_quantity), "/",
               text_or_dash(answer.quantity), " average ", text_or_dash(answer.average_price),
               " limit ", text_or_dash(answer.limit_price));
}

std::string told_order(const OrderReported& order) {
  const bool foreign = order.order == OrderId::None;
  return words("Order ", foreign ? "foreign" : to_text(order.order), " ", to_text(order.side), " ",
               to_text(order.position_side), " ", to_text(order.order_type), " ",
               to_text(order.filled_quantity), "/", to_text(order.quantity), " limit ",
               text_or_dash(order.limit_price), " stop ", text_or_dash(order.stop_price));
}

}  // namespace

InstrumentListed coin_rules(InstrumentId instrument) {
  return {.tick_size = 0.1_px,
          .step_size = 0.1_qty,
          .min_quantity = 0.1_qty,
          .max_quantity = 1000_qty,
          .market_max_quantity = 100_qty,
          .min_notional = 5_usd,
          .symbol = TextId::None,
          .instrument = instrument,
          .max_conditional_orders = 10};
}

SimulationParameters story_parameters(PositionMode mode) {
  SimulationParameters parameters;
  parameters.position_mode = mode;
  parameters.latency = Duration();
  return parameters;
}

std::string told(const EventBody& body) {
  return std::visit(
      Overload{[](const OrderAccepted&) { return std::string("Accepted"); },
               [](const OrderRejected& e) { return words("Rejected ", to_text(e.reason)); },
               [](const OrderTriggered&) { return std::string("Triggered"); },
               [](const OrderFilled& e) { return told_fill(e); },
               [](const OrderAmended& e) {
                 return words("Amended ", to_text(e.quantity), " @ ", to_text(e.limit_price));
               },
               [](const AmendRejected& e) { return words("AmendRejected ", to_text(e.reason)); },
               [](const OrderCanceled&) { return std::string("Canceled"); },
               [](const CancelRejected& e) { return words("CancelRejected ", to_text(e.reason)); },
               [](const OrderExpired&) { return std::string("Expired"); },
               [](const QueryAnswered& e) { return told_query(e); },
               [](const FundingPaid& e) {
                 return words("Funding ", to_text(e.position_side), " ", to_text(e.amount));
               },
               [](const SnapshotStarted&) { return std::string("Snapshot"); },
               [](const PositionReported& e) {
                 return words("Position ", to_text(e.position_side), " ", to_text(e.quantity),
                              " @ ", to_text(e.average_price));
               },
               [](const OrderReported& e) { return told_order(e); },
               [](const BalanceReported& e) { return words("Balance ", to_text(e.balance)); },
               [](const SnapshotEnded&) { return std::string("End"); },
               [](const SessionChanged& e) { return words("Session ", to_text(e.phase)); },
               [](const auto&) { return std::string("?"); }},
      body);
}

SubmitOrder order_from(std::string_view text, OrderId id, InstrumentId instrument) {
  std::istringstream in{std::string(text)};
  std::string side;
  std::string position_side;
  std::string type;
  std::string quantity;
  in >> side >> position_side >> type >> quantity;
  SubmitOrder order{.order = id,
                    .quantity = number_in<Quantity>(quantity),
                    .limit_price = {},
                    .stop_price = {},
                    .instrument = instrument,
                    .side = parse_enum<Side>(side).value(),
                    .position_side = parse_enum<PositionSide>(position_side).value(),
                    .order_type = parse_enum<OrderType>(type).value(),
                    .purpose = Purpose::Entry};
  std::string word;
  while (in >> word) {
    std::string price;
    if (word == "at" || word == "stop") in >> price;
    if (word == "at") order.limit_price = number_in<Price>(price);
    if (word == "stop") order.stop_price = number_in<Price>(price);
    if (word == "mark") order.working_type = WorkingType::MarkPrice;
    if (word == "reduce") order.reduce_only = true;
    if (const auto force = parse_enum<TimeInForce>(word)) order.time_in_force = *force;
  }
  return order;
}

VenueStory::VenueStory(const SimulationParameters& parameters) : venue_(parameters) {
  venue_.list(coin_rules());
  prices("p100");
}

void VenueStory::prices(std::string_view steps) {
  std::istringstream in{std::string(steps)};
  std::string step;
  while (in >> step) {
    wait(Duration::milliseconds(1));
    price(step);
  }
}

void VenueStory::price(const std::string& step) {
  const char kind = step.at(0);
  const std::string rest = step.substr(1);
  const std::size_t split = rest.find_first_of("*/");
  const std::string first = rest.substr(0, split);
  const std::string second = split == std::string::npos ? "" : rest.substr(split + 1);
  if (kind == 'f') {
    const std::int64_t rate = number_in<Money>(first).raw();
    venue_.observe(FundingRate{.instrument = kCoin, .rate = rate}, now_);
    return;
  }
  const auto price = number_in<Price>(first);
  if (kind == 't' || kind == 'p') {
    Maybe<Quantity> quantity;
    if (!second.empty()) quantity = number_in<Quantity>(second);
    venue_.observe(TradePrinted{.instrument = kCoin, .quantity = quantity, .price = price}, now_);
  }
  if (kind == 'm' || kind == 'p') venue_.observe(MarkPrice{kCoin, price}, now_);
  if (kind == 'b') {
    venue_.observe(BookTop{.instrument = kCoin,
                           .bid_price = price,
                           .bid_quantity = 1_qty,
                           .ask_price = number_in<Price>(second),
                           .ask_quantity = 1_qty},
                   now_);
  }
}

OrderId VenueStory::send(std::string_view text) {
  const OrderId id{++orders_};
  send_command(order_from(text, id));
  return id;
}

void VenueStory::send_command(const Command& command) {
  venue_.submit({&command, 1}, now_);
}

bool VenueStory::foreign(std::string_view text) {
  return venue_.foreign_order(order_from(text, OrderId::None), now_);
}

void VenueStory::amend(OrderId order, std::string_view quantity, std::string_view price) {
  send_command(AmendOrder{.order = order,
                          .quantity = number_in<Quantity>(quantity),
                          .limit_price = number_in<Price>(price),
                          .instrument = kCoin});
}

void VenueStory::cancel(OrderId order) {
  send_command(CancelOrder{.order = order, .instrument = kCoin});
}

void VenueStory::query(OrderId order) {
  send_command(QueryOrder{.order = order, .instrument = kCoin});
}

std::vector<Occurrence> VenueStory::drain() {
  std::vector<Occurrence> out;
  venue_.advance(now_, out);
  return out;
}

std::string VenueStory::answers() {
  std::string text;
  for (const Occurrence& occurrence : drain()) {
    if (!text.empty()) text += "; ";
    text += told(occurrence.body);
  }
  return text;
}

std::string VenueStory::timed_answers() {
  std::string text;
  for (const Occurrence& occurrence : drain()) {
    if (!text.empty()) text += "; ";
    text += words(occurrence.time.nanoseconds() / 1'000'000, " ", told(occurrence.body));
  }
  return text;
}

}  // namespace tranchet
