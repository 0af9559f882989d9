// The core of Fyers in a shell without sockets (tests/adapters/port/core_shell.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/core.h"
#include "tests/adapters/port/core_shell.h"

namespace tranchet::fyers {

inline constexpr std::string_view kSymbol = "NSE:SBIN-EQ";

inline constexpr Duration kMinute = Duration::minutes(1);

// 2026-11-30, a Monday, 10:00 in India.
inline constexpr std::int64_t kMonday = 1'796'013'000;

inline std::string base64url(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6) text += kLetters[bits >> (count - 6) & 63];
    bits &= (1U << count) - 1;
  }
  if (count > 0) text += kLetters[bits << (6 - count) & 63];
  return text;
}

inline AccessToken token_until(Timestamp end, Timestamp now, std::string_view key = "hsm") {
  const std::string claims = R"({"sub":"access_token","fy_id":"XV1","hsm_key":")" +
                             std::string(key) + R"(","exp":)" +
                             std::to_string(end.nanoseconds() / 1'000'000'000) + "}";
  auto token = AccessToken::from("ABCD1234-100", Secret("e30." + base64url(claims) + ".x"), now);
  EXPECT_TRUE(token) << token.error();
  return *std::move(token);
}

class FyersShell : public CoreShell {
 protected:
  FyersShell() {
    InstrumentListed listed{.tick_size = Price::from_raw(5'000'000),
                            .step_size = Quantity::from_raw(kDecimalOne)};
    listed.symbol = names_.intern(kSymbol);
    listed.instrument = names_.instrument(kSymbol);
    options_.listed = {listed};
    options_.symbols = {{.symbol = std::string(kSymbol)}};
    options_.limits = {.per_second = 1'000, .per_minute = 10'000, .per_day = 100'000};
  }

  VenueCore& core() override { return *core_; }
  Moment now() const override {
    return {.steady = steady_,
            .wall = Timestamp() + Duration::seconds(kMonday) + (steady_ - Timestamp())};
  }
  void pump() override {
    CoreShell::pump();
    std::vector<StreamFrame> frames;
    core_->take_frames(frames);
    for (StreamFrame& frame : frames) said_.push_back(std::move(frame));
  }
  std::string faults(const std::vector<EventBody>& bodies) const {
    std::string all;
    for (const AdapterFault& fault : only<AdapterFault>(bodies)) {
      all += std::string(names_.text(fault.text)) + "\n";
    }
    return all;
  }
  std::string faults() { return faults(events()); }

  void begin() {
    core_.emplace(options_, token_until(now().wall + Duration::hours(20), now().wall), names_);
    core_->start(now());
    steady_ = steady_ + Duration::seconds(2);  // Nothing leaves in the first second.
    core_->tick(now());
    pump();
  }
  void open_user() {
    open(Stream::User);
    hear(R"({"code":1605,"message":"Successfully subscribed","s":"ok"})");
  }
  void connect() {
    begin();
    open_user();
    answer("POST symbol-token",
           R"({"s":"ok","code":200,"message":"","validSymbol":{"NSE:SBIN-EQ":"10100000003045"},)"
           R"("invalidSymbol":[]})");
    open(Stream::Market);
    events();
    said_.clear();
  }
  // ---- Orders.
  static SubmitOrder made(std::uint64_t sequence, Purpose purpose, std::uint16_t index = 0) {
    SubmitOrder order;
    order.order = make_order_id({.account = 1, .sequence = Sequence{sequence}, .index = index});
    order.quantity = Quantity::from_raw(10 * kDecimalOne);
    order.instrument = InstrumentId{1};
    order.side = purpose == Purpose::Entry ? Side::Buy : Side::Sell;
    order.position_side = PositionSide::Long;
    order.order_type = purpose == Purpose::StopLoss     ? OrderType::StopMarket
                       : purpose == Purpose::TakeProfit ? OrderType::Limit
                                                        : OrderType::Market;
    if (purpose == Purpose::StopLoss) order.stop_price = Price::from_raw(580 * kDecimalOne);
    if (purpose == Purpose::TakeProfit) order.limit_price = Price::from_raw(620 * kDecimalOne);
    order.purpose = purpose;
    return order;
  }
  using CoreShell::submit;
  OrderId submit(std::uint64_t sequence, Purpose purpose) {
    const SubmitOrder order = made(sequence, purpose);
    submit({order});
    return order.order;
  }
  static std::string taken_body(std::string_view id) {
    return R"({"s":"ok","code":1101,"message":"Order submitted","id":")" + std::string(id) + "\"}";
  }
  struct Said {
    int status = 6;  // Pending.
    int filled = 0;
    int quantity = 10;
    int type = 3;
    std::string limit = "0";
    std::string message = "";
    std::string id = "26113000000001";
    std::string tag = "";
  };
  // As the order stream has it.
  static std::string order_news(OrderId order, const Said& said) {
    const std::string tag = order == OrderId::None ? "2:Untagged" : "1:" + to_text(order);
    return R"({"orders":{"id":")" + said.id + R"(","symbol":"NSE:SBIN-EQ","qty":)" +
           std::to_string(said.quantity) + R"(,"qty_filled":)" + std::to_string(said.filled) +
           R"(,"qty_remaining":)" + std::to_string(said.quantity - said.filled) +
           R"(,"price_limit":)" + said.limit + R"(,"price_stop":580,"price_traded":)" +
           (said.filled > 0 ? "601.5" : "0") + R"(,"ord_type":)" + std::to_string(said.type) +
           R"(,"org_ord_status":)" + std::to_string(said.status) +
           R"(,"product_type":"INTRADAY","tran_side":-1,"time_oms":"30-Nov-2026 10:00:01",)" +
           R"("oms_msg":")" + said.message + R"(","ordertag":")" + tag + R"("}})";
  }
  static std::string trade_news(OrderId order, std::string_view trade, int quantity,
                                std::string_view side = "-1",
                                std::string_view product = "INTRADAY") {
    const std::string tag = order == OrderId::None ? "2:Untagged" : "1:" + to_text(order);
    const std::string id = order == OrderId::None ? "26113000000777" : "26113000000001";
    return R"({"trades":{"id_fill":")" + id + "-" + std::string(trade) + R"(","id":")" + id +
           R"(","qty_traded":)" + std::to_string(quantity) +
           R"(,"price_traded":601.5,"product_type":")" + std::string(product) +
           R"(","tran_side":)" + std::string(side) +
           R"(,"symbol":"NSE:SBIN-EQ","fill_time":"30-11-2026 10:00:01","ordertag":")" + tag +
           R"("}})";
  }
  // As the order book has it.
  static std::string book_row(OrderId order, const Said& said) {
    return R"({"id":")" + said.id + R"(","symbol":"NSE:SBIN-EQ","qty":)" +
           std::to_string(said.quantity) + R"(,"filledQty":)" + std::to_string(said.filled) +
           R"(,"remainingQuantity":)" + std::to_string(said.quantity - said.filled) +
           R"(,"limitPrice":)" + said.limit + R"(,"stopPrice":580,"tradedPrice":)" +
           (said.filled > 0 ? "601.5" : "0") + R"(,"type":)" + std::to_string(said.type) +
           R"(,"status":)" + std::to_string(said.status) +
           R"(,"productType":"INTRADAY","side":-1,"orderDateTime":"30-Nov-2026 10:00:01",)" +
           R"("message":")" + said.message + R"(","orderTag":"1:)" + to_text(order) + R"("})";
  }
  static std::string book(const std::string& rows) {
    return R"({"s":"ok","code":200,"message":"","orderBook":[)" + rows + "]}";
  }
  static std::string trade_row(OrderId order, std::string_view trade, int quantity) {
    const std::string tag = order == OrderId::None ? "2:Untagged" : "1:" + to_text(order);
    const std::string id = order == OrderId::None ? "26113000000777" : "26113000000001";
    return R"({"orderNumber":")" + id + R"(","side":-1,"productType":"INTRADAY","tradedQty":)" +
           std::to_string(quantity) + R"(,"tradePrice":601.5,"tradeNumber":")" +
           std::string(trade) +
           R"(","symbol":"NSE:SBIN-EQ","orderDateTime":"30-Nov-2026 10:00:01","orderTag":")" + tag +
           R"("})";
  }
  static std::string position_row(int net, std::string_view product = "INTRADAY") {
    return R"({"symbol":"NSE:SBIN-EQ","id":"NSE:SBIN-EQ-)" + std::string(product) +
           R"(","productType":")" + std::string(product) + R"(","netQty":)" + std::to_string(net) +
           R"(,"avgPrice":600,"realized_profit":0})";
  }
  static std::string positions(const std::string& rows) {
    return R"({"s":"ok","code":200,"message":"","netPositions":[)" + rows + "]}";
  }
  static std::string trades(const std::string& rows) {
    return R"({"s":"ok","code":200,"message":"","tradeBook":[)" + rows + "]}";
  }
  static std::string funds() {
    return R"({"s":"ok","code":200,"message":"","fund_limit":[)"
           R"({"id":1,"title":"Total Balance","equityAmount":5000,"commodityAmount":0},)"
           R"({"id":10,"title":"Available Balance","equityAmount":4000,"commodityAmount":0}]})";
  }
  void answer_snapshot(const std::string& position, const std::string& orders = "",
                       const std::string& traded = "") {
    answer("GET positions", positions(position));
    answer("GET orders", book(orders));
    answer("GET tradebook", trades(traded));
    answer("GET funds", funds());
    answer("GET positions", positions(position));
  }

  CoreOptions options_;
  std::optional<FyersCore> core_;
  std::vector<StreamFrame> said_;
};

}  // namespace tranchet::fyers
