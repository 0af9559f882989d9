#include "tests/adapters/fyers/server/desk_client.h"

#include <algorithm>

namespace tranchet::fyers_venue {

DeskOptions example_options() {
  DeskOptions options;
  options.listings = {*make_listing("NSE:SBIN-EQ", 1), *make_listing("NSE:NIFTY50-INDEX", 2)};
  options.listings[0].freeze = Quantity::from_raw(5'000 * kDecimalOne);
  options.accounts = {AccountSpec{}};
  return options;
}

Timestamp at(int hour, int minute, int day) {
  return india_moment(days_from_civil(2023, 7, day), Duration::minutes(hour * 60 + minute));
}

DeskClient::DeskClient(const DeskOptions& options)
    : desk_(options), moment_{*parse_time("2026-11-28T05:00:00Z"), at(10, 0)} {
  token = "TWIN-100:" + make_token(options.accounts[0], TokenKind::Access, moment_.now);
  show("600");
  show("19000", 1);
}

void DeskClient::wait(Duration duration) {
  moment_.now = moment_.now + duration;
  moment_.market = moment_.market + duration;
  desk_.advance(moment_);
  collect();
}

void DeskClient::go_to(Timestamp market) {
  moment_.now = moment_.now + (market - moment_.market);
  moment_.market = market;
  token = "TWIN-100:" + make_token(desk_.account(0).spec(), TokenKind::Access, moment_.now);
  desk_.advance(moment_);
  collect();
}

void DeskClient::show(std::string_view price, std::size_t board, std::string_view quantity) {
  desk_.observe(board,
                TradePrinted{.instrument = static_cast<InstrumentId>(board + 1),
                             .quantity = *parse<Quantity>(quantity),
                             .price = *parse<Price>(price),
                             .aggressor = 0},
                moment_);
  collect();
}

DeskAnswer DeskClient::send(std::string_view method, const std::string& target,
                            const std::string& body, const std::string& authorization) {
  const DeskAnswer answer = desk_.answer(
      {.method = method, .target = target, .body = body, .authorization = authorization}, moment_);
  collect();
  return answer;
}

DeskAnswer DeskClient::ask(std::string_view method, const std::string& target,
                           const std::string& body) {
  // Ten a second and two hundred a minute: nobody here asks faster unless it says so.
  moment_.now = moment_.now + Duration::milliseconds(400);
  return send(method, target, body, token);
}

std::string DeskClient::order(std::string_view side, std::string_view quantity,
                              std::string_view type, std::string_view limit, std::string_view stop,
                              std::string_view more, std::string_view product) {
  std::string body = R"({"symbol":"NSE:SBIN-EQ",)";
  body += more;
  body += R"("qty":)" + std::string(quantity) + R"(,"type":)" + std::string(type) + R"(,"side":)" +
          std::string(side) + R"(,"productType":")" + std::string(product) + R"(","limitPrice":)" +
          std::string(limit) + R"(,"stopPrice":)" + std::string(stop) +
          R"(,"validity":"DAY","disclosedQty":0,"offlineOrder":false)";
  if (body.find("\"stopLoss\"") == std::string::npos) body += R"(,"stopLoss":0,"takeProfit":0)";
  return body + "}";
}

std::string DeskClient::place(const std::string& body) {
  const DeskAnswer answer = ask("POST", "/api/v3/orders/sync", body);
  return member_of(answer.body, "code") == "1101" ? member_of(answer.body, "id") : answer.body;
}

std::string DeskClient::order_row(const std::string& id) {
  return ask("GET", "/api/v3/orders?id=" + id).body;
}

void DeskClient::cause(std::string_view fault) {
  desk_.cause(*venue_server::parse_fault<FaultKind>(fault), moment_);
  collect();
}

StreamId DeskClient::listen() {
  const StreamId stream = desk_.open_stream(
      {.method = "GET", .target = "/trade/v3", .body = "", .authorization = token}, moment_);
  desk_.on_stream_text(
      stream, R"({"T":"SUB_ORD","SLIST":["orders","trades","positions"],"SUB_T":1})", moment_);
  collect();
  texts_.clear();
  return stream;
}

void DeskClient::collect() {
  for (StreamOutput& output : desk_.take_output()) {
    if (output.hang_up) ++hang_ups_;
    if (output.text.empty()) continue;
    (output.is_binary ? frames_ : texts_).push_back(std::move(output.text));
  }
}

std::vector<std::string> DeskClient::take_texts() {
  collect();
  return std::exchange(texts_, {});
}
std::vector<std::string> DeskClient::take_frames() {
  collect();
  return std::exchange(frames_, {});
}

std::string member_of(std::string_view json, std::string_view name) {
  const std::string key = '"' + std::string(name) + "\":";
  const std::size_t found = json.find(key);
  if (found == std::string_view::npos) return "";
  std::string_view value = json.substr(found + key.size());
  if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
  return std::string(value.substr(0, value.find_first_of(",}]")));
}

}  // namespace tranchet::fyers_venue
