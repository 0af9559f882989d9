// JSON lines by example: the lines of the interface as they are written down, and what a bad one is
// told.
#include <gtest/gtest.h>

#include "events/log/json.h"

namespace tranchet {
namespace {

using namespace literals;

EventLine parsed(std::string_view line, Names& names) {
  auto result = parse_event_line(line, names);
  EXPECT_TRUE(result.has_value()) << result.error() << " in " << line;
  return result ? *result : EventLine{};
}

// A line with a time in front of `rest`.
std::string line_of(std::string_view rest) {
  return R"({"time":"2026-01-01T00:00:00Z",)" + std::string(rest) + "}";
}

// What comes back of a line, as the log would print it.
std::string echo(std::string_view rest) {
  Names names;
  const EventLine line = parsed(line_of(rest), names);
  std::string out;
  for (const EventBody& body : line.bodies) {
    const std::string json =
        event_json({.sequence = Sequence{1}, .time = line.time, .body = body}, names);
    constexpr std::string_view kFront = R"({"seq":1,"time":"2026-01-01T00:00:00Z",)";
    EXPECT_TRUE(json.starts_with(kFront)) << json;
    out += (out.empty() ? "" : " ") + json.substr(kFront.size(), json.size() - kFront.size() - 1);
  }
  return out;
}

std::string error_of(std::string_view line) {
  Names names;
  const auto result = parse_event_line(line, names);
  EXPECT_FALSE(result.has_value()) << line;
  return result ? "" : result.error();
}
std::string error_in(std::string_view rest) {
  return error_of(line_of(rest));
}

TEST(EventJson, DecimalsAreTextsOrNumbersAndComeOutAsTexts) {
  const std::string_view expected =
      R"("type":"MarkPrice","instrument":"BTCUSDT","price":"45000.5")";
  EXPECT_EQ(echo(R"("type":"MarkPrice","instrument":"BTCUSDT","price":"45000.50")"), expected);
  EXPECT_EQ(echo(R"("type":"MarkPrice","instrument":"BTCUSDT","price":45000.5)"), expected);
  EXPECT_EQ(echo(R"("price" : 4.50005e4 , "instrument":"BTCUSDT", "type":"MarkPrice")"), expected);
}

TEST(EventJson, SequenceAndTimeAreRead) {
  Names names;
  const EventLine line =
      parsed(R"({"seq":12,"time":"2026-01-01T05:30:00.25+05:30","type":"SnapshotStarted"})", names);
  EXPECT_EQ(line.sequence, Sequence{12});
  EXPECT_EQ(to_text(line.time), "2026-01-01T00:00:00.25Z");
  EXPECT_FALSE(line.reference.has_value());
}

TEST(EventJson, OptionalFieldsStayAwayWhenTheySayNothing) {
  const std::string_view signal = R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy",)"
                                  R"("order_type":"Market","quantity":"0.01")";
  EXPECT_EQ(echo(signal), signal);
  const std::string_view full =
      R"("type":"EntrySignal","instrument":"A","side":"Sell","position_side":"Short",)"
      R"("order_type":"Limit","value":"100","limit_price":"3","take_profit":"none",)"
      R"("stop_loss":"4.5","trade_type":"Manual","signal_id":18446744073709551615)";
  EXPECT_EQ(echo(full), full);
  for (const std::string_view type : {"EntriesHalted", "EntriesResumed", "KillSwitch"}) {
    const std::string halt =
        "\"type\":\"" + std::string(type) + R"(","reason":"lunch","author":"anna/7c1e")";
    EXPECT_EQ(echo(halt), halt);
  }
  const std::string_view candle =
      R"("type":"CandleClosed","instrument":"SBIN","seconds":300,"opened":"2024-01-02T03:45:00Z",)"
      R"("open":"600","high":"601.5","low":"599.05","close":"600.25","volume":null)";
  EXPECT_EQ(echo(candle), candle);
  const std::string_view closed = R"("type":"SessionChanged","instrument":"SBIN","phase":"Closed")";
  EXPECT_EQ(echo(closed), closed);
  const std::string_view users =
      R"("type":"UsersReloaded","users":3,"digest":"00c0ffee00c0ffee","author":"ada/7c1e")";
  EXPECT_EQ(echo(users), users);
  EXPECT_EQ(echo(R"("type":"CloseRequested","reason":"Manual")"),
            R"("type":"CloseRequested","reason":"Manual")");
  const std::string_view protection =
      R"("type":"ProtectionRequested","instrument":"A","tranche":2,)"
      R"("take_profit":"default","author":"me")";
  EXPECT_EQ(echo(protection), protection);
  const std::string_view listed =
      R"("type":"InstrumentListed","instrument":"A","tick_size":"0.1","step_size":"0.001")";
  EXPECT_EQ(echo(listed), listed);
}

TEST(EventJson, ATradeWithoutQuantitySaysSo) {
  const std::string_view bare =
      R"("type":"TradePrinted","instrument":"A","price":"3","quantity":null)";
  EXPECT_EQ(echo(bare), bare);
  EXPECT_EQ(error_in(R"("type":"TradePrinted","instrument":"A","price":"3")"),
            "TradePrinted needs quantity");
}

TEST(EventJson, AnOrderIsNamedByIdOrByPurpose) {
  Names names;
  EventLine line = parsed(line_of(R"("type":"OrderAccepted","order_id":"T1S4N0A0")"), names);
  EXPECT_EQ(to_text(std::get<OrderAccepted>(line.bodies[0]).order), "T1S4N0A0");
  ASSERT_TRUE(line.reference.has_value());
  EXPECT_EQ(to_text(line.reference->order), "T1S4N0A0");

  line = parsed(line_of(R"("type":"OrderRejected","reason":"Margin","purpose":"StopLoss",)"
                        R"("instrument":"A","position_side":"Short","tranche":3)"),
                names);
  EXPECT_EQ(std::get<OrderRejected>(line.bodies[0]).order, OrderId::None);
  ASSERT_TRUE(line.reference.has_value());
  EXPECT_EQ(line.reference->purpose, Purpose::StopLoss);
  EXPECT_EQ(line.reference->position_side, 2);
  EXPECT_EQ(line.reference->tranche, 3u);
  EXPECT_EQ(line.instrument, names.find_instrument("A"));

  line = parsed(
      line_of(R"("type":"OrderFilled","purpose":"Entry","trade_id":7,"quantity":1,"price":2)"),
      names);
  const auto& fill = std::get<OrderFilled>(line.bodies[0]);
  EXPECT_EQ(fill.origin, FillOrigin::Own);
  EXPECT_EQ(names.trade_text(fill.trade), "7");
  EXPECT_EQ(line.reference->tranche, kAllTranches);
}

TEST(EventJson, AFillOfNoOrderOfOursSaysWhereItBelongs) {
  const std::string_view foreign =
      R"("type":"OrderFilled","instrument":"A","position_side":"Long","side":"Sell",)"
      R"("origin":"Adl","trade_id":"x-1","quantity":"1","price":"2","fee":"-0.1",)"
      R"("liquidity":"Maker")";
  EXPECT_EQ(echo(foreign), foreign);
  EXPECT_EQ(error_in(R"("type":"OrderFilled","trade_id":1,"quantity":1,"price":2)"),
            "OrderFilled needs order_id or purpose, or else origin");
  EXPECT_EQ(error_in(R"("type":"OrderFilled","origin":"Adl","instrument":"A","side":"Buy",)"
                     R"("trade_id":1,"quantity":1,"price":2)"),
            "OrderFilled needs position_side");
}

TEST(EventJson, ASnapshotLineIsItsRows) {
  EXPECT_EQ(
      echo(R"("type":"VenueSnapshot","positions":[{"instrument":"A","position_side":"Long",)"
           R"("quantity":1,"average_price":"2"}],"orders":[{"order_id":"web_9","instrument":"A",)"
           R"("position_side":"Long","order_type":"Limit","side":"Buy","quantity":1,)"
           R"("filled_quantity":0,"limit_price":3},{"order_id":"T1S4N0A0","instrument":"A",)"
           R"("position_side":"Long","order_type":"StopMarket","side":"Sell","quantity":1,)"
           R"("filled_quantity":0,"stop_price":1}],"balance":"10.5")"),
      R"("type":"SnapshotStarted" "type":"PositionReported","instrument":"A",)"
      R"("position_side":"Long","quantity":"1","average_price":"2" )"
      R"("type":"OrderReported","order_id":"","instrument":"A","position_side":"Long",)"
      R"("order_type":"Limit","side":"Buy","quantity":"1","filled_quantity":"0",)"
      R"("limit_price":"3" "type":"OrderReported","order_id":"T1S4N0A0",)"
      R"("instrument":"A","position_side":"Long","order_type":"StopMarket",)"
      R"("side":"Sell","quantity":"1","filled_quantity":"0","stop_price":"1" )"
      R"("type":"BalanceReported","balance":"10.5" "type":"SnapshotEnded")");
  EXPECT_EQ(echo(R"("type":"VenueSnapshot","positions":[],"orders":[])"),
            R"("type":"SnapshotStarted" "type":"SnapshotEnded")");
  EXPECT_EQ(error_in(R"("type":"VenueSnapshot","positions":[])"), "VenueSnapshot needs orders");
  EXPECT_EQ(error_in(R"("type":"VenueSnapshot","positions":[{"instrument":"A"}],"orders":[])"),
            "a position needs position_side");
  EXPECT_EQ(error_in(R"("type":"VenueSnapshot","positions":3,"orders":[])"),
            "positions is not a list of objects");
}

TEST(EventJson, EachChangedSettingIsAnEvent) {
  EXPECT_EQ(echo(R"("type":"ConfigChanged","defaults.take_profit_pct":"0.80",)"
                 R"("instrument.BTC.X.max_tranches":3,"defaults.stop_loss_enabled":false)"),
            R"("type":"ConfigChanged","defaults.take_profit_pct":"0.8" )"
            R"("type":"ConfigChanged","instrument.BTC.X.max_tranches":"3" )"
            R"("type":"ConfigChanged","defaults.stop_loss_enabled":"false")");
  EXPECT_EQ(error_in(R"("type":"ConfigChanged","defaults.take_profit":"1")"),
            R"("defaults.take_profit" is not a setting)");
  EXPECT_EQ(error_in(R"("type":"ConfigChanged","defaults.take_profit_pct":"100")"),
            R"(defaults.take_profit_pct "100" is above 99.9999 %)");
  EXPECT_EQ(error_in(R"("type":"ConfigChanged","instrument.A.max_total_value":"100")"),
            R"("instrument.A.max_total_value" is not a setting)");
  EXPECT_EQ(error_in(R"("type":"ConfigChanged")"),
            "ConfigChanged needs a setting such as defaults.leverage");
}

TEST(EventJson, ABadLineIsToldWhatIsWrong) {
  const auto mark = [](std::string_view price) {
    return error_in(R"("type":"MarkPrice","instrument":"A","price":)" + std::string(price));
  };
  EXPECT_EQ(mark(R"("abc")"), R"(price "abc" is not a number)");
  EXPECT_EQ(mark("NaN"), R"(price "NaN" is neither a text nor a number)");
  EXPECT_EQ(mark("1e400"), R"(price "1e400" is out of range)");
  EXPECT_EQ(mark(R"("1.123456789012")"), R"(price "1.123456789012" has more than 8 decimals)");
  EXPECT_EQ(mark("-3"), R"(price "-3" is not above 0)");
  EXPECT_EQ(mark("0"), R"(price "0" is not above 0)");
  EXPECT_EQ(mark("true"), R"(price "true" is neither a text nor a number)");
  EXPECT_EQ(mark(R"("1","price":"2")"), R"("price" is there twice)");
  EXPECT_EQ(mark(R"("1","pice":"2")"), R"("pice" is not a field of MarkPrice)");
  EXPECT_EQ(error_in(R"("type":"MarkPrice","price":1)"), "MarkPrice needs instrument");
  EXPECT_EQ(error_in(R"("type":"MarkPrice","instrument":"","price":1)"),
            R"(instrument "" is not a symbol)");
  EXPECT_EQ(error_in(R"("type":"Mark")"), R"(type "Mark" is not a type of event)");
  EXPECT_EQ(error_in(R"("instrument":"A")"), "an event needs type");
  EXPECT_EQ(error_of(R"({"type":"SnapshotEnded"})"), "an event needs time");
  EXPECT_EQ(error_of(R"({"time":"2026-02-30T00:00:00Z","type":"SnapshotEnded"})"),
            R"(time "2026-02-30T00:00:00Z" is not a time such as 2026-01-01T00:00:00Z)");
  EXPECT_EQ(error_in(R"("type":"OrderAccepted","order_id":"abc")"),
            R"(order_id "abc" is not an order id such as T1S4N0A0)");
  EXPECT_EQ(error_in(R"("type":"OrderAccepted")"), "OrderAccepted needs order_id or purpose");
  EXPECT_EQ(error_in(R"("type":"Connected","stream":"users")"),
            R"(stream "users" is none of user, market)");
  EXPECT_EQ(error_in(R"("type":"CloseRequested","reason":"TakeProfit")"),
            R"(reason "TakeProfit" is none of ModelClose, Manual, Emergency)");
  EXPECT_EQ(error_in(R"("type":"TimerFired","timer":"tea:3")"),
            R"(timer "tea:3" is not a timer such as stop_retry:3)");
  EXPECT_EQ(error_in(R"("type":"CloseRequested","reason":"Manual","tranche":-1)"),
            R"(tranche "-1" is not a whole number)");
  EXPECT_EQ(error_in(R"("type":"CloseRequested","reason":"Manual","tranche":4294967296)"),
            R"(tranche "4294967296" is above 4294967295)");
}

TEST(EventJson, WhatIsNoObjectIsRefused) {
  EXPECT_EQ(error_of(""), "the line is empty");
  EXPECT_EQ(error_of("[]"), "not a JSON object");
  EXPECT_EQ(error_of("3"), "not a JSON object");
  for (const char* text : {"{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "{\"a\":1} x",
                           "{\"a\":\"\\x\"}", "\xFF", "{\"a\":[1}", "nonsense"}) {
    EXPECT_TRUE(error_of(text).starts_with("not ")) << text << ": " << error_of(text);
  }
}

TEST(EventJson, TextsSurviveWhateverIsInThem) {
  Names names;
  const std::string odd("\x01\"\\\n\xC3\xA9\x7F", 7);
  const Event event{.sequence = Sequence{1}, .time = {}, .body = KillSwitch{names.intern(odd)}};
  const EventLine line = parsed(event_json(event, names), names);
  EXPECT_EQ(names.text(std::get<KillSwitch>(line.bodies[0]).reason), odd);
  // Bytes that are no UTF-8 are replaced: the line is JSON all the same.
  const Event broken{
      .sequence = Sequence{1}, .time = {}, .body = KillSwitch{names.intern("a\xFF\xC3z")}};
  const EventLine again = parsed(event_json(broken, names), names);
  EXPECT_EQ(names.text(std::get<KillSwitch>(again.bodies[0]).reason), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

// ---- Commands.

std::string lines(std::span<const Command> commands) {
  Names names;
  names.instrument("BTCUSDT");
  std::string out;
  append_command_lines(commands, Sequence{4}, names, out);
  return out;
}

constexpr InstrumentId kBtc{1};

TEST(CommandJson, AnOrderSaysOnlyWhatItsTypeNeeds) {
  const OrderId id = *parse_order_id("T1S4N0A0");
  const std::vector<Command> orders{SubmitOrder{.order = id,
                                                .quantity = 0.01_qty,
                                                .tranche_id = TrancheId{1},
                                                .instrument = kBtc,
                                                .side = Side::Buy,
                                                .position_side = PositionSide::Long,
                                                .order_type = OrderType::Market,
                                                .purpose = Purpose::Entry},
                                    SubmitOrder{.order = id,
                                                .quantity = 0.01_qty,
                                                .limit_price = 45'450_px,
                                                .tranche_id = TrancheId{1},
                                                .instrument = kBtc,
                                                .side = Side::Sell,
                                                .position_side = PositionSide::Long,
                                                .order_type = OrderType::Limit,
                                                .reduce_only = true,
                                                .purpose = Purpose::TakeProfit},
                                    SubmitOrder{.order = id,
                                                .quantity = 0.01_qty,
                                                .stop_price = 22'500_px,
                                                .tranche_id = TrancheId{1},
                                                .tranche = 2,
                                                .instrument = kBtc,
                                                .side = Side::Sell,
                                                .position_side = PositionSide::Long,
                                                .order_type = OrderType::StopMarket,
                                                .purpose = Purpose::StopLoss}};
  EXPECT_EQ(lines(orders),
            R"({"seq":4,"type":"SubmitOrder","order_id":"T1S4N0A0","instrument":"BTCUSDT",)"
            R"("side":"Buy","position_side":"Long","order_type":"Market","quantity":"0.01",)"
            R"("reduce_only":false,"purpose":"Entry","tranche":0,"tranche_id":1})"
            "\n"
            R"({"seq":4,"type":"SubmitOrder","order_id":"T1S4N0A0","instrument":"BTCUSDT",)"
            R"("side":"Sell","position_side":"Long","order_type":"Limit","quantity":"0.01",)"
            R"("limit_price":"45450","time_in_force":"GTC","reduce_only":true,)"
            R"("purpose":"TakeProfit","tranche":0,"tranche_id":1})"
            "\n"
            R"({"seq":4,"type":"SubmitOrder","order_id":"T1S4N0A0","instrument":"BTCUSDT",)"
            R"("side":"Sell","position_side":"Long","order_type":"StopMarket",)"
            R"("quantity":"0.01","stop_price":"22500","working_type":"ContractPrice",)"
            R"("reduce_only":false,"purpose":"StopLoss","tranche":2,"tranche_id":1})"
            "\n");
}

TEST(CommandJson, TheOtherCommandsFollowTheTable) {
  const OrderId id = *parse_order_id("T1S4N0A0");
  const TimerId timer{TimerKind::StopRetry, 3};
  const Timestamp at = *parse_time("2026-01-01T00:00:01Z");
  const std::vector<Command> commands{
      AmendOrder{.order = id,
                 .quantity = 2_qty,
                 .limit_price = 3_px,
                 .tranche = 1,
                 .instrument = kBtc,
                 .purpose = Purpose::TakeProfit},
      CancelOrder{.order = id, .instrument = kBtc, .purpose = Purpose::StopLoss},
      QueryOrder{.order = id, .instrument = kBtc, .purpose = Purpose::Entry},
      SetTimer{timer, at},
      CancelTimer{timer, at},
      RequestSnapshot{}};
  EXPECT_EQ(lines(commands),
            R"({"seq":4,"type":"AmendOrder","order_id":"T1S4N0A0","quantity":"2",)"
            R"("limit_price":"3","purpose":"TakeProfit","tranche":1})"
            "\n"
            R"({"seq":4,"type":"CancelOrder","order_id":"T1S4N0A0","purpose":"StopLoss",)"
            R"("tranche":0})"
            "\n"
            R"({"seq":4,"type":"QueryOrder","order_id":"T1S4N0A0","purpose":"Entry",)"
            R"("tranche":0})"
            "\n"
            R"({"seq":4,"type":"SetTimer","timer":"stop_retry:3","at":"2026-01-01T00:00:01Z"})"
            "\n"
            R"({"seq":4,"type":"CancelTimer","timer":"stop_retry:3",)"
            R"("at":"2026-01-01T00:00:01Z"})"
            "\n"
            R"({"seq":4,"type":"RequestSnapshot"})"
            "\n");
}

TEST(CommandJson, APositionUpdateAndItsRowsAreOneLine) {
  const std::vector<Command> commands{
      PositionUpdate{.quantity = 0.3_qty,
                     .average_entry = 44'000_px,
                     .take_profit = 45'450_px,
                     .instrument = kBtc,
                     .position_side = PositionSide::Short,
                     .tranches = 2},
      TrancheState{.tranche_id = TrancheId{1},
                   .quantity = 0.1_qty,
                   .average_entry = 45'000_px,
                   .take_profit = 45'450_px,
                   .stop_loss = 22'500_px},
      TrancheState{.tranche_id = TrancheId{2},
                   .quantity = 0.2_qty,
                   .average_entry = 43'500_px,
                   .tranche = 1},
      PositionUpdate{.exit_price = 5_px,
                     .realized_pnl = -1_usd,
                     .instrument = kBtc,
                     .position_side = PositionSide::Long,
                     .reason = static_cast<std::uint8_t>(ExitReason::StopLoss)}};
  EXPECT_EQ(lines(commands),
            R"({"seq":4,"type":"Publish","kind":"PositionUpdate","instrument":"BTCUSDT",)"
            R"("position_side":"Short","quantity":"0.3","average_entry":"44000",)"
            R"("take_profit":"45450","trade_type":"Automated","tranches":[{"tranche":0,)"
            R"("tranche_id":1,"quantity":"0.1","average_entry":"45000","take_profit":"45450",)"
            R"("stop_loss":"22500"},{"tranche":1,"tranche_id":2,"quantity":"0.2",)"
            R"("average_entry":"43500"}]})"
            "\n"
            R"({"seq":4,"type":"Publish","kind":"PositionUpdate","instrument":"BTCUSDT",)"
            R"("position_side":"Long","quantity":"0","trade_type":"Automated","tranches":[],)"
            R"("exit_price":"5","realized_pnl":"-1","reason":"StopLoss"})"
            "\n");
}

TEST(CommandJson, WhatPeopleAreTold) {
  const std::vector<Command> commands{TradeClosed{.tranche_id = TrancheId{3},
                                                  .quantity = 1_qty,
                                                  .average_entry = 10_px,
                                                  .average_exit = 11_px,
                                                  .realized_pnl = 1_usd,
                                                  .fees = 0.1_usd,
                                                  .slippage = Price::from_raw(-1),
                                                  .tranche = 1,
                                                  .instrument = kBtc,
                                                  .position_side = PositionSide::Long,
                                                  .reason = ExitReason::InstantTakeProfit},
                                      EntryRefused{.signal_id = 9,
                                                   .instrument = kBtc,
                                                   .position_side = PositionSide::Long,
                                                   .reason = EntryRefusal::StalePrice},
                                      Alert{.reason = AlertReason::AdapterFault},
                                      Alert{.order = *parse_order_id("T1S4N0A0"),
                                            .tranche_id = TrancheId{3},
                                            .instrument = kBtc,
                                            .position_side = 1,
                                            .reason = AlertReason::CloseFailed}};
  EXPECT_EQ(lines(commands),
            R"({"seq":4,"type":"Publish","kind":"TradeClosed","instrument":"BTCUSDT",)"
            R"("position_side":"Long","tranche":1,"tranche_id":3,"quantity":"1",)"
            R"("average_entry":"10","average_exit":"11","realized_pnl":"1","fees":"0.1",)"
            R"("reason":"InstantTakeProfit","slippage":"-0.00000001"})"
            "\n"
            R"({"seq":4,"type":"Publish","kind":"EntryRefused","reason":"StalePrice",)"
            R"("instrument":"BTCUSDT","position_side":"Long","signal_id":9})"
            "\n"
            R"({"seq":4,"type":"Publish","kind":"Alert","reason":"AdapterFault"})"
            "\n"
            R"({"seq":4,"type":"Publish","kind":"Alert","reason":"CloseFailed",)"
            R"("instrument":"BTCUSDT","position_side":"Long","tranche":0,"tranche_id":3,)"
            R"("order_id":"T1S4N0A0"})"
            "\n");
}

}  // namespace
}  // namespace tranchet
