// The gateway over a run that goes on: real sockets on loopback, users, and actions.
#include "tests/adapters/gateway/gateway_fixture.h"

#include <array>
#include <cstdio>

namespace tranchet {
namespace {

// ---- Who hears what.

TEST_F(GatewayTest, SocketsOfAUserHearTheirAccountAndNobodyElseDoes) {
  auto first = listen("anna");
  auto second = listen("anna");
  auto viewer = listen("vera");
  Peer stranger(gateway_->port());
  ASSERT_EQ(stranger.upgrade("/ws/live/bob", {bearer("bob")}), 101);
  session_.say(std::string(kBuy));
  settle();
  for (Peer* peer : {first.get(), second.get(), viewer.get()}) {
    const auto update = peer->next_text_with({"position_update", "\"isOpen\":true"});
    ASSERT_TRUE(update);
    EXPECT_EQ(json_field(*update, "entryPrice"), "45000");
  }
  const std::vector<std::string> expected = {
      R"({"type":"connected","message":"WebSocket connected successfully","user_id":"bob"})",
      R"({"type":"status","data":{"is_active":false,"message":"No active live trading session"}})"};
  EXPECT_EQ(stranger.texts_so_far(), expected);
}

TEST_F(GatewayTest, AFourthSocketClosesTheOldest) {
  auto oldest = listen("anna");
  auto second = listen("anna");
  auto third = listen("anna");
  auto other = listen("vera");
  auto fourth = listen("anna");
  EXPECT_FALSE(oldest->next_text());
  EXPECT_EQ(oldest->close_code(), 1000);
  for (Peer* peer : {second.get(), third.get(), fourth.get(), other.get()}) {
    peer->send_text("ping");
    EXPECT_TRUE(peer->next_text_with({"pong"}));
  }
}

TEST_F(GatewayTest, PingsInBothForms) {
  auto peer = listen("anna");
  peer->send_text("ping");
  EXPECT_EQ(peer->next_text(), "pong");
  peer->send_text("pong");
  peer->send_text(R"({"type":"pong"})");
  peer->send_text(R"({"type":"ping"})");
  const auto answer = peer->next_text();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->starts_with(R"({"type":"pong","timestamp":")")) << *answer;
}

TEST_F(GatewayTest, WhoIsNotKnownIsTurnedAway) {
  struct Row {
    std::string target;
    std::vector<std::string> headers;
    int status;
  };
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(gateway_->port());
  const std::string host = "Host: 127.0.0.1:" + std::to_string(gateway_->port());
  const std::string cookie = "Cookie: auth_token=anna-token-0123456789abcdef";
  for (const Row& row :
       {Row{"/ws/live/anna", {}, 401}, Row{"/ws/live/anna", {"Authorization: Bearer guess"}, 401},
        Row{"/ws/live/olga", {bearer("olga")}, 401}, Row{"/ws/live/vera", {bearer("anna")}, 403},
        Row{"/ws/live/", {bearer("anna")}, 403}, Row{"/ws/live/anna", {cookie}, 403},
        Row{"/ws/live/anna", {cookie, "Origin: https://evil.example"}, 403},
        Row{"/ws/live/anna", {bearer("anna"), "Origin: null"}, 403},
        Row{"/ws/live/anna", {bearer("anna"), "Host: evil.example"}, 403},
        Row{"/ws/live/anna", {bearer("anna"), "Host: 127.evil.example"}, 403},
        Row{"/ws/screen", {}, 401}, Row{"/ws/screen", {bearer("bob")}, 403},
        Row{"/ws/other", {bearer("anna")}, 404}, Row{"/ws/live/anna", {cookie, host, own}, 101},
        Row{"/ws/live/anna", {cookie, "Origin: https://desk.example"}, 101},
        Row{"/ws/screen", {bearer("vera")}, 101}}) {
    EXPECT_EQ(Peer(gateway_->port()).upgrade(row.target, row.headers), row.status)
        << row.target << " " << (row.headers.empty() ? "" : row.headers[0]);
  }
  EXPECT_GE(metric("unauthorized_total"), 6U);
  EXPECT_GE(metric("forbidden_origins_total"), 4U);
  EXPECT_EQ(ask("GET", "/api/state").status, 401);
  EXPECT_EQ(json_field(ask("GET", "/api/state", {bearer("olga")}).body, "detail"),
            "\"Token expired\"");
  EXPECT_EQ(ask("GET", "/api/state", {bearer("vera")}).status, 200);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/").status, 200);
}

TEST_F(GatewayTest, LoggingInMakesACookie) {
  EXPECT_EQ(json_field(ask("GET", "/api/session").body, "has_users"), "true");
  const PeerAnswer wrong = ask("POST", "/api/login", {}, R"({"token":"guess"})");
  EXPECT_EQ(wrong.status, 401);
  const PeerAnswer right =
      ask("POST", "/api/login", {}, R"({"token":"anna-token-0123456789abcdef"})");
  EXPECT_EQ(right.status, 200);
  EXPECT_NE(right.head.find("auth_token=anna-token-0123456789abcdef; HttpOnly; SameSite=Strict"),
            std::string::npos)
      << right.head;
  const PeerAnswer bad_bytes = ask("POST", "/api/login", {}, R"({"token":"a\r\nSet-Cookie: x=1"})");
  EXPECT_EQ(bad_bytes.status, 401);
  EXPECT_EQ(bad_bytes.head.find("x=1"), std::string::npos);
}

// ---- Acting.

TEST_F(GatewayTest, ClosingFromTheScreenTakesTheOneWayAndSaysSo) {
  session_.say(std::string(kBuy));
  settle();
  auto peer = listen("anna");
  const PeerAnswer answer =
      act("/api/close", R"({"request_id":"r1","instrument":"BTCUSDT","reason":"Manual"})");
  ASSERT_EQ(answer.status, 202) << answer.body;
  session_.venue().refuse = 1;
  session_.wish(wishes_.next());
  session_.wait(Duration::seconds(10));
  settle();
  EXPECT_TRUE(peer->next_text_with({"exit_update", "\"state\":\"closing\""}));
  EXPECT_TRUE(peer->next_text_with({"exit_update", "\"state\":\"retrying\""}));
  const auto closed = peer->next_text_with({"position_update"});
  ASSERT_TRUE(closed);
  EXPECT_EQ(json_field(*closed, "isOpen"), "false");
  EXPECT_EQ(json_field(*closed, "exitPrice"), "45000");
  EXPECT_EQ(json_field(*closed, "reason"), "\"Manual\"");
  const PeerAnswer state = ask("GET", "/api/state", {bearer("vera")});
  EXPECT_NE(state.body.find(R"("author":"anna/r1")"), std::string::npos);
}

TEST_F(GatewayTest, ThreeFailuresAreOneErrorOnEverySocketOfTheAccount) {
  session_.say(std::string(kBuy));
  settle();
  std::vector<std::unique_ptr<Peer>> peers;
  for (const char* user : {"anna", "anna", "vera"}) peers.push_back(listen(user));
  Peer stranger(gateway_->port());
  ASSERT_EQ(stranger.upgrade("/ws/live/bob", {bearer("bob")}), 101);
  session_.venue().refuse = 3;
  ASSERT_EQ(
      act("/api/close", R"({"request_id":"r1","instrument":"BTCUSDT","reason":"Manual"})").status,
      202);
  session_.wish(wishes_.next());
  session_.wait(Duration::seconds(20));
  settle();
  EXPECT_EQ(session_.venue().closes_seen, 3U);
  for (const auto& peer : peers) {
    int errors = 0, closed = 0;
    for (const std::string& text : peer->texts_so_far()) {
      if (text == R"({"type":"error","message":"Failed to close position for BTCUSDT. )"
                  R"(Please check manually."})") {
        ++errors;
      }
      if (text.find(R"("isOpen":false)") != std::string::npos) ++closed;
    }
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(closed, 0);
  }
  EXPECT_EQ(stranger.texts_so_far().size(), 2U) << "greeted, and told nothing else";
  const std::string state = ask("GET", "/api/state", {bearer("vera")}).body;
  EXPECT_NE(state.find(R"("direction":"Long","quantity":"0.1")"), std::string::npos) << state;
  EXPECT_NE(state.find(R"("purpose":"StopLoss")"), std::string::npos) << state;
}

TEST_F(GatewayTest, OneRequestIsOneAct) {
  session_.say(std::string(kBuy));
  settle();
  const std::string body = R"({"request_id":"r1","instrument":"BTCUSDT","reason":"Manual"})";
  EXPECT_EQ(json_field(act("/api/close", body).body, "repeated"), "false");
  EXPECT_EQ(json_field(act("/api/close", body).body, "repeated"), "true");
  session_.wish(wishes_.next());
  settle();
  // The position is gone, and still it is the same act; a new one would be refused.
  EXPECT_EQ(act("/api/close", body).status, 202);
  EXPECT_EQ(
      act("/api/close", R"({"request_id":"r2","instrument":"BTCUSDT","reason":"Manual"})").status,
      409);
  const std::vector<std::pair<std::string, std::string>> others = {
      {"/api/halt", R"({"request_id":"r3"})"},
      {"/api/resume", R"({"request_id":"r4"})"},
      {"/api/kill", R"({"request_id":"r5"})"},
      {"/api/signal",
       R"({"request_id":"r6","instrument":"BTCUSDT","side":"Buy","order_type":"Market"})"}};
  for (const auto& [path, asked] : others) {
    EXPECT_EQ(act(path, asked).status, 202) << path;
    session_.wish(wishes_.next());
  }
  settle();
  // The log remembers when the gateway does not.
  start();
  settle();
  EXPECT_EQ(json_field(act("/api/close", body).body, "repeated"), "true");
  for (const auto& [path, asked] : others) {
    EXPECT_EQ(json_field(act(path, asked).body, "repeated"), "true") << path;
  }
  EXPECT_EQ(wishes_.size(), 0U);
}

TEST_F(GatewayTest, OnlyOperatorsAct) {
  const std::string halt = R"({"request_id":"r1"})";
  EXPECT_EQ(act("/api/halt", halt, "vera").status, 403);
  EXPECT_EQ(act("/api/halt", halt, "bob").status, 403);
  EXPECT_EQ(act("/api/halt", halt, "olga").status, 401);
  EXPECT_EQ(ask("POST", "/api/halt", {}, halt).status, 401);
  EXPECT_EQ(
      ask("POST", "/api/halt",
          {"Cookie: auth_token=anna-token-0123456789abcdef", "Origin: https://evil.example"}, halt)
          .status,
      403);
  EXPECT_EQ(ask("GET", "/api/halt", {bearer("anna")}).status, 405);
  EXPECT_EQ(act("/api/halt", "not json").status, 400);
  EXPECT_EQ(wishes_.size(), 0U);
  EXPECT_EQ(act("/api/halt", halt).status, 202);
  EXPECT_NE(wishes_.next().find(R"("type":"EntriesHalted","author":"anna/r1")"), std::string::npos);
  wishes_.full = true;
  EXPECT_EQ(act("/api/halt", R"({"request_id":"r9"})").status, 503);
  wishes_.full = false;
  EXPECT_EQ(json_field(act("/api/halt", R"({"request_id":"r9"})").body, "repeated"), "false")
      << "what was not taken may be tried again";
}

TEST_F(GatewayTest, TooManyActsWait) {
  int refused = 0;
  for (int count = 0; count < 30; ++count) {
    const PeerAnswer answer =
        act("/api/resume", R"({"request_id":"r)" + std::to_string(count) + R"("})");
    if (answer.status == 429) ++refused;
  }
  EXPECT_EQ(wishes_.size() + static_cast<std::size_t>(refused), 30U);
}

// ---- Looking.

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 65'536> chunk{};
  while (const std::size_t count = fread(chunk.data(), 1, chunk.size(), pipe)) {
    text.append(chunk.data(), count);
  }
  pclose(pipe);
  return text;
}

TEST_F(GatewayTest, TheSliderShowsWhatReplayUntilPrints) {
  session_.say(std::string(kBuy));
  session_.price("BTCUSDT", "44000");
  session_.say(R"("type":"CloseRequested","reason":"Emergency","author":"anna/r1")");
  settle();
  const std::uint64_t head = number(session_.engine().last_sequence());
  for (std::uint64_t sequence = 1; sequence <= head; sequence += 7) {
    const std::string printed =
        output_of(std::string(TRANCHET_PROGRAM) + " replay '" + options_.log.string() +
                  "' --json --until " + std::to_string(sequence));
    const PeerAnswer shown =
        ask("GET", "/api/state?sequence=" + std::to_string(sequence), {bearer("vera")});
    ASSERT_EQ(shown.status, 200) << shown.body;
    const std::size_t at = printed.find("\"state\":");
    ASSERT_NE(at, std::string::npos) << printed;
    EXPECT_EQ(printed.substr(at + 8), shown.body + "}\n") << sequence;
  }
  EXPECT_EQ(ask("GET", "/api/state?sequence=0", {bearer("vera")}).status, 400);
  EXPECT_EQ(ask("GET", "/api/state?sequence=x", {bearer("vera")}).status, 400);
  EXPECT_EQ(ask("GET", "/api/state?time=2026-01-05T09%3A00%3A00Z", {bearer("vera")}).status, 200);
  EXPECT_EQ(ask("GET", "/api/state?time=2020-01-01T00:00:00Z", {bearer("vera")}).status, 404);
  EXPECT_EQ(ask("GET", "/api/chart?instrument=DOGE", {bearer("vera")}).status, 404);
  const PeerAnswer chart = ask("GET", "/api/chart?instrument=BTCUSDT", {bearer("vera")});
  EXPECT_NE(chart.body.find(R"("side":"Buy","purpose":"Entry","price":"45000")"), std::string::npos)
      << chart.body;
}

TEST_F(GatewayTest, ALogToLookAtNeedsNoTokenAndTakesNoOrders) {
  options_.read_only = true;
  options_.users.clear();
  start();
  settle();
  EXPECT_EQ(ask("GET", "/api/state").status, 200);
  EXPECT_EQ(json_field(ask("GET", "/api/session").body, "has_users"), "false");
  EXPECT_EQ(ask("GET", "/api/state", {"Host: evil.example"}).status, 403);
  EXPECT_EQ(ask("GET", "/api/state", {"Origin: https://evil.example"}).status, 403);
  Peer page(gateway_->port());
  ASSERT_EQ(page.upgrade("/ws/screen"), 101);
  EXPECT_TRUE(page.next_text_with({"\"type\":\"state\"", "\"BTCUSDT\""}));
  EXPECT_EQ(ask("POST", "/api/halt", {}, R"({"request_id":"r1"})").status, 401);
  EXPECT_EQ(Peer(gateway_->port()).upgrade("/ws/live/anna"), 401);
  EXPECT_EQ(wishes_.size(), 0U);
}

TEST_F(GatewayTest, PagesHearPricesAndStates) {
  session_.say(std::string(kBuy));
  settle();
  Peer page(gateway_->port());
  ASSERT_EQ(page.upgrade("/ws/screen", {bearer("vera")}), 101);
  ASSERT_TRUE(page.next_text_with({"\"type\":\"state\""}));
  session_.price("BTCUSDT", "45010");
  session_.finish();
  const auto prices = page.next_text_with({"\"type\":\"prices\"", R"(["BTCUSDT","45010"])"});
  ASSERT_TRUE(prices);
  EXPECT_NE(prices->find(R"(["BTCUSDT","Long","1",["1"]])"), std::string::npos) << *prices;
  session_.say(R"("type":"EntriesHalted","reason":"lunch")");
  EXPECT_TRUE(page.next_text_with({"\"type\":\"state\"", "\"entries_halted\":true"}));
}

TEST_F(GatewayTest, WhoComesWhenTheLogRestsSeesTheNewestOfIt) {
  session_.say(std::string(kBuy));
  settle();
  // Within a quarter of a second of the state before: prices alone make no new one.
  session_.price("BTCUSDT", "45010");
  settle();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::optional<std::string> state, update;
  do {
    Peer page(gateway_->port());
    ASSERT_EQ(page.upgrade("/ws/screen", {bearer("vera")}), 101);
    state = page.next_text_with({"\"type\":\"state\""});
    auto front_end = listen("anna");
    update = front_end->next_text_with({"position_update"});
  } while (std::chrono::steady_clock::now() < deadline && state && update &&
           (state->find(R"("mark":"45010")") == std::string::npos ||
            json_field(*update, "currentPnl") != "1"));
  ASSERT_TRUE(state && update);
  EXPECT_NE(state->find(R"("mark":"45010")"), std::string::npos) << *state;
  EXPECT_EQ(json_field(*update, "currentPnl"), "1") << *update;
}

}  // namespace
}  // namespace tranchet
