// The core of Aster in a shell without sockets (tests/adapters/port/core_shell.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/aster/core.h"
#include "tests/adapters/port/core_shell.h"

namespace tranchet::aster {

inline constexpr std::int64_t kVenueStart = 1'700'000'000'000;  // Milliseconds.

class AsterShell : public CoreShell {
 protected:
  AsterShell() {
    auto signer = make_wallet_signer(
        "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", {},
        Secret("4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1"), kMainnetChain);
    signer_ = std::move(*signer);
    using namespace literals;
    InstrumentListed listed{.tick_size = 0.1_px, .step_size = 0.001_qty};
    listed.symbol = names_.intern("AUSDT");
    listed.instrument = names_.instrument("AUSDT");
    options_.listed = {listed};
    options_.instruments = {{.symbol = "AUSDT"}};
  }

  VenueCore& core() override { return *core_; }
  Moment now() const override {
    return {
        .steady = steady_,
        .wall = Timestamp() + Duration::seconds(1'700'000'000) + (steady_ - Timestamp()) + skew_};
  }
  std::int64_t venue_now() const { return kVenueStart + steady_.nanoseconds() / 1'000'000; }
  std::string only_fault() {
    const auto faults = only<AdapterFault>();
    EXPECT_EQ(faults.size(), 1U);
    return faults.empty() ? "" : std::string(names_.text(faults[0].text));
  }

  void begin() {
    core_.emplace(options_, *signer_, names_);
    core_->start(now());
    pump();
  }
  std::string time_body() const { return R"({"serverTime":)" + std::to_string(venue_now()) + "}"; }
  std::string rules_body() const {
    return R"({"symbols":[{"symbol":"AUSDT","status":"TRADING","filters":[)"
           R"({"filterType":"PRICE_FILTER","tickSize":"0.1"},)"
           R"({"filterType":"LOT_SIZE","stepSize":"0.001"}]}]})";
  }
  void connect() {
    answer("GET time", time_body());
    answer("GET exchangeInfo", rules_body());
    answer("GET positionSide/dual", R"({"dualSidePosition":true})");
    open_user();
    open(Stream::Market);
    events();
  }
  void open_user() {
    answer("POST listenKey", R"({"listenKey":"abc"})");
    open(Stream::User);
  }
  using CoreShell::submit;
  OrderId submit(std::uint64_t sequence, Purpose purpose = Purpose::StopLoss) {
    const SubmitOrder order = made(sequence, purpose);
    submit({order});
    return order.order;
  }
  static SubmitOrder made(std::uint64_t sequence, Purpose purpose) {
    using namespace literals;
    SubmitOrder order;
    order.order = make_order_id({.account = 1, .sequence = Sequence{sequence}});
    order.quantity = 1_qty;
    order.stop_price = 90_px;
    order.instrument = InstrumentId{1};
    order.side = Side::Sell;
    order.position_side = PositionSide::Long;
    order.order_type = OrderType::StopMarket;
    order.purpose = purpose;
    return order;
  }
  std::string order_body(OrderId order, std::string_view status, std::int64_t time,
                         std::string_view filled = "0") const {
    return R"({"symbol":"AUSDT","clientOrderId":")" + to_text(order) +
           R"(","orderId":77,"side":"SELL","positionSide":"LONG","type":"STOP_MARKET",)"
           R"("origType":"STOP_MARKET","status":")" +
           std::string(status) + R"(","origQty":"1","executedQty":")" + std::string(filled) +
           R"(","price":"0","stopPrice":"90","avgPrice":"0","updateTime":)" + std::to_string(time) +
           "}";
  }
  void hear(std::string_view execution, std::string_view status, OrderId order, std::int64_t time,
            std::string_view fill = {}) {
    const std::string text =
        R"({"e":"ORDER_TRADE_UPDATE","E":1,"T":)" + std::to_string(time) +
        R"(,"o":{"s":"AUSDT","c":")" + to_text(order) + R"(","S":"SELL","o":"STOP_MARKET",)" +
        R"("ot":"STOP_MARKET","ps":"LONG","x":")" + std::string(execution) + R"(","X":")" +
        std::string(status) + R"(","i":77,"q":"1","p":"0","z":")" +
        std::string(fill.empty() ? "0" : "1") + "\"" + std::string(fill) + "}}";
    CoreShell::hear(text);
  }

  CoreOptions options_;
  std::unique_ptr<Signer> signer_;
  std::optional<AsterCore> core_;
  Duration skew_;
};

}  // namespace tranchet::aster
