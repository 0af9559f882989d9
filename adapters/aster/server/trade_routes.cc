#include "adapters/aster/server/trade_routes.h"

#include <algorithm>
#include <limits>

#include "adapters/aster/server/account_messages.h"

namespace tranchet::aster_venue {
namespace {

constexpr std::size_t kBatchMax = 5;
constexpr std::size_t kCancelListMax = 10;
constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

Answer<MarketBoard*> board_of(Call& call, const Parameters& parameters) {
  Call inner{.parameters = parameters,
             .now = call.now,
             .boards = call.boards,
             .limits = call.limits,
             .faults = call.faults};
  return inner.board();
}

// An answer of one order in a list of answers.
std::string row_of(const Answer<std::string>& answer) {
  return answer ? *answer : error_json(answer.error());
}

// As the venue answers: at once with what it was taken as (ACK), or with what became of it.
std::string placed_json(const AccountDesk& desk, std::int64_t number, bool wants_result) {
  AsterOrder order = *desk.find(number);
  if (!wants_result) {
    order.status = "NEW";
    order.filled = Quantity();
    order.filled_value = 0;
    order.is_triggered = false;
  }
  return order_json(order, false);
}

Answer<std::string> place(Call& call, const Parameters& parameters) {
  const auto board = board_of(call, parameters);
  if (!board) return std::unexpected(board.error());
  auto order = draft_order(parameters, **board, call.account->mode());
  if (!order) return std::unexpected(order.error());
  if (!(*board)->has_price()) return std::unexpected(VenueError{-4140, "Invalid symbol status."});
  if (const FaultOrder* fault = call.faults.strike(FaultKind::Reject)) {
    return std::unexpected(VenueError{fault->code, "Order was rejected: a fault on demand."});
  }
  const bool wants_result = order->wants_result;
  const auto number = call.account->place(std::move(*order), call.now);
  if (!number) return std::unexpected(number.error());
  return placed_json(*call.account, *number, wants_result);
}

// By orderId or origClientOrderId; `missing` is what to say when there is none.
Answer<const AsterOrder*> order_of(Call& call, const Parameters& parameters,
                                   const VenueError& missing) {
  const auto board = board_of(call, parameters);
  if (!board) return std::unexpected(board.error());
  const auto number = parameters.integer("orderId");
  if (!number) return std::unexpected(number.error());
  const std::string client(parameters.text("origClientOrderId"));
  if (!*number && client.empty()) {
    return std::unexpected(
        VenueError{-1102, "Either 'orderId' or 'origClientOrderId' must be sent."});
  }
  const std::string& symbol = (*board)->listed().symbol;
  const AsterOrder* order =
      *number ? call.account->find(**number) : call.account->find_client(symbol, client);
  if (order == nullptr || order->symbol != symbol) return std::unexpected(missing);
  return order;
}

const VenueError kUnknownOrder{-2011, "Unknown order sent."};
const VenueError kNoSuchOrder{-2013, "Order does not exist."};

Answer<std::string> cancel(Call& call, const AsterOrder& order) {
  if (!order.is_open()) return std::unexpected(kUnknownOrder);
  const std::int64_t number = order.number;
  if (auto done = call.account->cancel(number, call.now); !done) {
    return std::unexpected(done.error());
  }
  return order_json(*call.account->find(number), false);
}

}  // namespace

Answer<std::string> answer_place(Call& call) {
  return place(call, call.parameters);
}

// Looked at, and not sent.
Answer<std::string> answer_place_test(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto order = draft_order(call.parameters, **board, call.account->mode());
  if (!order) return std::unexpected(order.error());
  return "{}";
}

// Limit orders, with quantity and price both.
Answer<std::string> answer_amend(Call& call) {
  const auto found = order_of(call, call.parameters, kNoSuchOrder);
  if (!found) return std::unexpected(found.error());
  const AsterOrder& order = **found;
  if (!order.is_open()) return std::unexpected(kNoSuchOrder);
  if (order.type != "LIMIT") {
    return std::unexpected(VenueError{-4086, "Only limit order is supported."});
  }
  for (const std::string_view name : {"quantity", "price"}) {
    if (auto given = call.parameters.needed(name); !given) return std::unexpected(given.error());
  }
  const auto quantity = call.parameters.decimal<Quantity>("quantity");
  if (!quantity) return std::unexpected(quantity.error());
  const auto price = call.parameters.decimal<Price>("price");
  if (!price) return std::unexpected(price.error());
  const InstrumentListed& rules = call.account->board(order.request.instrument).listed().rules;
  if (auto fits = check_quantity(**quantity, false, rules); !fits) {
    return std::unexpected(fits.error());
  }
  if (auto fits = check_price(**price, rules); !fits) return std::unexpected(fits.error());
  const std::int64_t number = order.number;
  if (auto done = call.account->amend(number, **quantity, **price, call.now); !done) {
    return std::unexpected(done.error());
  }
  return order_json(*call.account->find(number), false);
}

Answer<std::string> answer_cancel(Call& call) {
  const auto order = order_of(call, call.parameters, kUnknownOrder);
  if (!order) return std::unexpected(order.error());
  return cancel(call, **order);
}

Answer<std::string> answer_place_batch(Call& call) {
  const auto text = call.parameters.needed("batchOrders");
  if (!text) return std::unexpected(text.error());
  const auto orders = parse_batch(*text);
  if (!orders) return std::unexpected(orders.error());
  if (orders->empty() || orders->size() > kBatchMax) {
    return std::unexpected(VenueError{-4082, "Invalid number of batch place orders."});
  }
  std::vector<std::string> rows;
  for (const Parameters& order : *orders) rows.push_back(row_of(place(call, order)));
  return json_array(rows);
}

Answer<std::string> answer_cancel_batch(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const bool by_number = call.parameters.has("orderIdList");
  const std::string_view name = by_number ? "orderIdList" : "origClientOrderIdList";
  const auto text = call.parameters.needed(name);
  if (!text) return std::unexpected(text.error());
  const auto ids = parse_list(*text, name);
  if (!ids) return std::unexpected(ids.error());
  if (ids->empty() || ids->size() > kCancelListMax) {
    return std::unexpected(VenueError{-4032, "Exceed maximum cancel order size."});
  }
  const std::string& symbol = (*board)->listed().symbol;
  std::vector<std::string> rows;
  for (const std::string& id : *ids) {
    const Parameters one({{"symbol", symbol}, {by_number ? "orderId" : "origClientOrderId", id}});
    const auto order = order_of(call, one, kUnknownOrder);
    rows.push_back(order ? row_of(cancel(call, **order)) : error_json(order.error()));
  }
  return json_array(rows);
}

Answer<std::string> answer_cancel_all(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  std::vector<std::int64_t> open;
  for (const auto& [number, order] : call.account->orders()) {
    if (order.is_open() && order.symbol == (*board)->listed().symbol) open.push_back(number);
  }
  for (const std::int64_t number : open) {
    if (auto done = call.account->cancel(number, call.now); !done) {
      return std::unexpected(done.error());
    }
  }
  return R"({"code":200,"msg":"The operation of cancel all open order is done."})";
}

Answer<std::string> answer_order(Call& call) {
  const auto order = order_of(call, call.parameters, kNoSuchOrder);
  if (!order) return std::unexpected(order.error());
  return order_json(**order, true);
}

Answer<std::string> answer_open_order(Call& call) {
  const auto order = order_of(call, call.parameters, kNoSuchOrder);
  if (!order) return std::unexpected(order.error());
  if (!(*order)->is_open()) return std::unexpected(kNoSuchOrder);
  return order_json(**order, true);
}

Answer<std::string> answer_open_orders(Call& call) {
  const auto board = call.board_if_any();
  if (!board) return std::unexpected(board.error());
  std::vector<std::string> rows;
  for (const auto& [number, order] : call.account->orders()) {
    const bool wanted = *board == nullptr || order.symbol == (*board)->listed().symbol;
    if (order.is_open() && wanted) rows.push_back(order_json(order, true));
  }
  return json_array(rows);
}

Answer<std::string> answer_all_orders(Call& call) {
  const auto board = call.board();
  if (!board) return std::unexpected(board.error());
  const auto from_number = call.integer("orderId", 0);
  if (!from_number) return std::unexpected(from_number.error());
  const auto from = call.integer("startTime", 0);
  if (!from) return std::unexpected(from.error());
  const auto until = call.integer("endTime", kForEver);
  if (!until) return std::unexpected(until.error());
  const auto limit = call.limit(500, 1'000);
  if (!limit) return std::unexpected(limit.error());
  std::vector<std::string> rows;
  for (const auto& [number, order] : call.account->orders()) {
    const bool wanted = order.symbol == (*board)->listed().symbol && number >= *from_number &&
                        order.created >= *from && order.created <= *until;
    if (wanted) rows.push_back(order_json(order, true));
  }
  if (rows.size() > *limit) {
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(*limit));
  }
  return json_array(rows);
}

}  // namespace tranchet::aster_venue
