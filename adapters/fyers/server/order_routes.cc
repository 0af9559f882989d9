// Orders: one by one, in lists, and those that wait for a trigger.
#include <algorithm>

#include "adapters/fyers/server/account_messages.h"
#include "adapters/fyers/server/call.h"
#include "adapters/fyers/server/order_entry.h"

namespace tranchet::fyers_venue {
namespace {

constexpr std::size_t kListMost = 10;

Answer<const FyersOrder*> order_of(const Call& call, const Json& body) {
  const FyersOrder* order = call.account.find(text_of(body, "id"));
  if (order == nullptr) return refuse(kInvalidOrder, "Invalid order id");
  return order;
}

std::string order_done(int code, const std::string& message, const std::string& id) {
  return ok_json(code, message).text("id", id).str();
}

Answer<std::string> place(Call& call, const Json& body) {
  auto order = read_order(body, call.boards);
  if (!order) return std::unexpected(order.error());
  if (const FaultOrder* fault = call.faults.strike(FaultKind::Reject)) {
    VenueError error = call.account.reject(std::move(*order), "RED:a fault on demand", call.moment);
    if (fault->code != 0) error.code = fault->code;
    return std::unexpected(std::move(error));
  }
  const auto number = call.account.place(std::move(*order), call.moment);
  if (!number) return std::unexpected(number.error());
  const std::string& id = call.account.orders().at(*number).id;
  return order_done(1101, "Order submitted successfully. Your Order Ref. No." + id, id);
}

Answer<std::string> modify(Call& call, const Json& body) {
  const auto order = order_of(call, body);
  if (!order) return std::unexpected(order.error());
  const auto changed = read_change(body, **order, call.boards[(*order)->board]);
  if (!changed) return std::unexpected(changed.error());
  const std::string id = (*order)->id;
  if (auto taken = call.account.modify((*order)->number, *changed, call.moment); !taken) {
    return std::unexpected(taken.error());
  }
  return order_done(1102, "Successfully modified order", id);
}

Answer<std::string> cancel(Call& call, const Json& body) {
  const auto order = order_of(call, body);
  if (!order) return std::unexpected(order.error());
  const std::string id = (*order)->id;
  if (auto taken = call.account.cancel((*order)->number, call.moment); !taken) {
    return std::unexpected(taken.error());
  }
  return order_done(1103, "Successfully cancelled order", id);
}

Answer<std::string> for_each(Call& call, Answer<std::string> (*carry_out)(Call&, const Json&)) {
  if (!call.body.is_array() || call.body.items.empty() || call.body.items.size() > kListMost) {
    return refuse(kInvalidInput, "Invalid input: an array of 1 to 10 orders is needed");
  }
  std::vector<std::string> rows;
  for (const Json& item : call.body.items) {
    const auto answer = carry_out(call, item);
    rows.push_back(JsonObject()
                       .number("statusCode", answer ? 200 : answer.error().status)
                       .json("body", answer ? *answer : error_json(answer.error()))
                       .text("statusDescription", answer ? "HTTP OK" : "Bad Request")
                       .str());
  }
  return ok_json().json("data", json_array(rows)).str();
}

}  // namespace

Answer<std::string> answer_place(Call& call) {
  return place(call, call.body);
}
Answer<std::string> answer_modify(Call& call) {
  return modify(call, call.body);
}
Answer<std::string> answer_cancel(Call& call) {
  return cancel(call, call.body);
}
Answer<std::string> answer_place_many(Call& call) {
  return for_each(call, place);
}
Answer<std::string> answer_modify_many(Call& call) {
  return for_each(call, modify);
}
Answer<std::string> answer_cancel_many(Call& call) {
  return for_each(call, cancel);
}

Answer<std::string> answer_multileg(Call&) {
  return refuse(kInvalidInput, "Multileg orders are of futures and options: not imitated");
}

Answer<std::string> answer_orders(Call& call) {
  const std::string id = call.parameter("id");
  const std::string tag = call.parameter("order_tag");
  std::vector<std::string> rows;
  for (const auto& [number, order] : call.account.orders()) {
    if ((!id.empty() && order.id != id) || (!tag.empty() && order.tag != tag)) continue;
    rows.push_back(order_row(order, call.account, static_cast<std::int64_t>(rows.size()) + 1));
  }
  return ok_json().json("orderBook", json_array(rows)).str();
}

Answer<std::string> answer_trades(Call& call) {
  const std::string tag = call.parameter("order_tag");
  std::vector<std::string> rows;
  for (const AccountTrade& trade : call.account.trades()) {
    if (!tag.empty() && call.account.orders().at(trade.order).tag != tag) continue;
    rows.push_back(trade_row(trade, call.account));
  }
  return ok_json().json("tradeBook", json_array(rows)).str();
}

Answer<std::string> answer_gtt_place(Call& call) {
  return call.gtt.place(call.body, call.moment);
}
Answer<std::string> answer_gtt_modify(Call& call) {
  return call.gtt.modify(call.body, call.moment);
}
Answer<std::string> answer_gtt_cancel(Call& call) {
  return call.gtt.cancel(call.body);
}
Answer<std::string> answer_gtt_book(Call& call) {
  return ok_json().json("orderBook", call.gtt.book()).str();
}

}  // namespace tranchet::fyers_venue
