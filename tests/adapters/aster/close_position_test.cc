// Orders with closePosition in one-way mode, placed by somebody else at the venue: they have no
// quantity and need no reduceOnly, and are of the book that they close. The core that trades and
// the survey that only looks read the same rows.
#include "adapters/aster/account_survey.h"
#include "tests/adapters/aster/aster_shell.h"

namespace tranchet::aster {
namespace {

using namespace literals;

constexpr std::string_view kPositions =
    R"([{"symbol":"AUSDT","positionAmt":"2","entryPrice":"100","positionSide":"BOTH"}])";

// A stop of the long, one that a short would have, and a limit order that opens.
constexpr std::string_view kOrders =
    R"([{"symbol":"AUSDT","clientOrderId":"a","orderId":1,"side":"SELL","positionSide":"BOTH",)"
    R"("type":"STOP_MARKET","origType":"STOP_MARKET","status":"NEW","origQty":"0",)"
    R"("executedQty":"0","price":"0","stopPrice":"90","avgPrice":"0","closePosition":true,)"
    R"("reduceOnly":false,"workingType":"MARK_PRICE"},)"
    R"({"symbol":"AUSDT","clientOrderId":"b","orderId":2,"side":"BUY","positionSide":"BOTH",)"
    R"("type":"TAKE_PROFIT_MARKET","origType":"TAKE_PROFIT_MARKET","status":"NEW","origQty":"0",)"
    R"("executedQty":"0","price":"0","stopPrice":"80","avgPrice":"0","closePosition":true,)"
    R"("reduceOnly":false},)"
    R"({"symbol":"AUSDT","clientOrderId":"c","orderId":3,"side":"SELL","positionSide":"BOTH",)"
    R"("type":"LIMIT","origType":"LIMIT","status":"NEW","origQty":"1","executedQty":"0",)"
    R"("price":"120","stopPrice":"0","avgPrice":"0","closePosition":false,"reduceOnly":false}])";

constexpr std::array kBooks{PositionSide::Long, PositionSide::Short, PositionSide::Short};

class CloseAllOrders : public AsterShell {
 protected:
  void take_snapshot() {
    options_.position_mode = PositionMode::OneWay;
    begin();
    answer("GET time", time_body());
    answer("GET exchangeInfo", rules_body());
    answer("GET positionSide/dual", R"({"dualSidePosition":false})");
    open_user();
    events();
    const Command snapshot = RequestSnapshot{};
    core_->submit({&snapshot, 1}, now().wall);
    pump();
    answer("GET positionRisk", kPositions);
    answer("GET openOrders", kOrders);
    answer("GET balance", R"([{"asset":"USDT","balance":"1000"}])");
    answer("GET positionRisk", kPositions);
  }
};

TEST_F(CloseAllOrders, AreReportedOfTheBookTheyClose) {
  take_snapshot();
  std::vector<PositionSide> books;
  for (const OrderReported& row : only<OrderReported>()) books.push_back(row.position_side);
  EXPECT_EQ(books, std::vector(kBooks.begin(), kBooks.end()));
}

// News of what made the long larger may come later than the fill that closed it.
TEST_F(CloseAllOrders, TheirFillsCloseTheBookTheyClose) {
  take_snapshot();
  events();
  const std::string fill =
      R"({"e":"ORDER_TRADE_UPDATE","E":1,"T":)" + std::to_string(venue_now() + 1'000) +
      R"(,"o":{"s":"AUSDT","c":"a","S":"SELL","o":"MARKET","ot":"STOP_MARKET","ps":"BOTH",)"
      R"("x":"TRADE","X":"FILLED","i":1,"q":"3","p":"0","l":"3","L":"90","z":"3","t":5,)"
      R"("R":false,"cp":true}})";
  core_->on_stream_message(Stream::User, attempt(Stream::User), fill, now());
  const auto fills = only<OrderFilled>();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].position_side, PositionSide::Long);
  EXPECT_EQ(fills[0].quantity, 3_qty);
}

TEST_F(CloseAllOrders, AreSurveyedAsOfTheBookTheyClose) {
  const auto ask = [&](const HttpRequest& request) -> std::expected<AskAnswer, std::string> {
    const auto is_for = [&](std::string_view path) {
      return request.target.find(path) != std::string::npos;
    };
    if (is_for("/time")) return AskAnswer{200, time_body()};
    if (is_for("/positionSide")) return AskAnswer{200, R"({"dualSidePosition":false})"};
    return AskAnswer{200, std::string(is_for("/openOrders") ? kOrders : kPositions)};
  };
  VenueDesk desk(*signer_, ask, [&] { return steady_; });
  const auto survey = desk.survey(1);
  ASSERT_TRUE(survey.has_value()) << survey.error();
  std::vector<PositionSide> books;
  for (const SurveyOrder& order : survey->orders) books.push_back(order.position_side);
  EXPECT_EQ(books, std::vector(kBooks.begin(), kBooks.end()));
  EXPECT_TRUE(survey->orders[0].closes_all);
  EXPECT_EQ(survey->orders[0].working_type, WorkingType::MarkPrice);
  EXPECT_FALSE(survey->orders[2].closes_all);
  EXPECT_EQ(survey->orders[2].working_type, WorkingType::ContractPrice);
}

}  // namespace
}  // namespace tranchet::aster
