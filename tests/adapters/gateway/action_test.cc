// What is asked over HTTP, as the line of an event; and what is not taken.
#include "adapters/gateway/action.h"

#include <gtest/gtest.h>

#include "events/log/json.h"

namespace tranchet {
namespace {

const Actionable kKnown{.instruments = {"BTCUSDT"},
                        .positions = {{"BTCUSDT", PositionSide::Long, {0, 2}}}};

std::expected<Action, ActionRefusal> read(std::string_view path, std::string_view body) {
  return read_action(path, body, "anna", *parse_time("2026-01-05T09:00:00Z"), kKnown);
}

TEST(Actions, BecomeLinesWithTheirAuthor) {
  struct Row {
    std::string path, body, rest;
  };
  for (
      const Row& row :
      {Row{"/api/close", R"({"request_id":"r1","reason":"Manual"})",
           R"("type":"CloseRequested","reason":"Manual")"},
       Row{"/api/close",
           R"({"instrument":"BTCUSDT","request_id":"r1","position_side":"Long","tranche":2,"reason":"ModelClose"})",
           R"("type":"CloseRequested","instrument":"BTCUSDT","position_side":"Long","tranche":2,"reason":"ModelClose")"},
       Row{"/api/protection",
           R"({"request_id":"r1","instrument":"BTCUSDT","tranche":0,"stop_loss":"44000","take_profit":"none"})",
           R"("type":"ProtectionRequested","instrument":"BTCUSDT","tranche":0,"stop_loss":"44000","take_profit":"none")"},
       Row{"/api/halt", R"({"request_id":"r1","reason":"a \"quoted\"\nreason"})",
           R"("type":"EntriesHalted","reason":"a \"quoted\"\nreason")"},
       Row{"/api/resume", R"({"request_id":"r1"})", R"("type":"EntriesResumed")"},
       Row{"/api/kill", R"({"request_id":"r1"})", R"("type":"KillSwitch")"},
       Row{"/api/signal",
           R"({"request_id":"r1","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":0.01})",
           R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":0.01)"},
       Row{"/api/manual-trade",
           R"({"request_id":"r1","instrument":"BTCUSDT","direction":"sell","quantity":1,"stopLoss":600.0,"target":null,"trading_mode":"real"})",
           R"("type":"EntrySignal","order_type":"Market","trade_type":"Manual","instrument":"BTCUSDT","side":"Sell","quantity":1,"stop_loss":600.0)"}}) {
    const auto action = read(row.path, row.body);
    ASSERT_TRUE(action) << row.body << ": " << action.error().why;
    EXPECT_EQ(action->line,
              R"({"time":"2026-01-05T09:00:00Z",)" + row.rest + R"(,"author":"anna/r1"})");
    Names names;
    EXPECT_TRUE(parse_event_line(action->line, names)) << action->line;
  }
}

TEST(Actions, ThatCannotBeMeantAreRefused) {
  struct Row {
    std::string path, body;
    unsigned status;
    std::string said;
  };
  const std::string id = R"("request_id":"r1",)";
  for (const Row& row :
       {Row{"/api/close", "", 400, "request_id"},
        Row{"/api/close", "[1]", 400, "not a JSON object"},
        Row{"/api/close", "{\"request_id\":\"r1\"", 400, "not valid JSON"},
        Row{"/api/close", R"({"request_id":"r 1","reason":"Manual"})", 400, "request_id"},
        Row{"/api/close", "{" + id + R"("reason":"TakeProfit"})", 400, "TakeProfit"},
        Row{"/api/close", "{" + id + R"("reason":"Manual","author":"bob"})", 400,
            "not yours to say"},
        Row{"/api/close", "{" + id + R"("reason":"Manual","type":"KillSwitch"})", 400,
            "not yours to say"},
        Row{"/api/close", "{" + id + R"("reason":"Manual","colour":"red"})", 400, "colour"},
        Row{"/api/close", "{" + id + R"("reason":"Manual","instrument":"DOGE"})", 409,
            "not traded here"},
        Row{"/api/close", "{" + id + R"("reason":"Manual","instrument":"BTCUSDT","tranche":1})",
            409, "no open tranche"},
        Row{"/api/close",
            "{" + id + R"("reason":"Manual","instrument":"BTCUSDT","position_side":"Short"})", 409,
            "no open tranche"},
        Row{"/api/protection", "{" + id + R"("instrument":"BTCUSDT","tranche":7,"stop_loss":"1"})",
            409, "no open tranche"},
        Row{"/api/signal",
            "{" + id +
                R"("instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":"1e400"})",
            400, "1e400"},
        Row{"/api/manual-trade",
            "{" + id + R"("instrument":"BTCUSDT","direction":"long","quantity":1})", 400,
            "neither buy nor sell"},
        Row{"/api/nothing", "{}", 404, "no such action"}}) {
    const auto action = read(row.path, row.body);
    ASSERT_FALSE(action) << row.body;
    EXPECT_EQ(action.error().status, row.status) << row.body << ": " << action.error().why;
    EXPECT_NE(action.error().why.find(row.said), std::string::npos) << action.error().why;
  }
}

TEST(Actions, AuthorsHoldTheirRequest) {
  EXPECT_EQ(request_id_of("anna/r1"), "r1");
  EXPECT_EQ(request_id_of("anna"), "");
}

}  // namespace
}  // namespace tranchet
