// Peers that break the rules, or just stop: each is refused or dropped and counted, and nobody else
// notices. What it costs the one who trades: tests/bench/gateway_bench.cc.
#include <array>
#include <functional>
#include <thread>

#include "tests/adapters/gateway/gateway_fixture.h"

namespace tranchet {
namespace {

class GatewayBadPeersTest : public GatewayTest {
 protected:
  // A gateway that waits less long than people have patience for.
  void restart_impatient() {
    options_.request_timeout = options_.silence_timeout = std::chrono::milliseconds(300);
    start();
  }
  // So many at the least, when the gateway hears of it.
  bool counts(const std::string& name, std::uint64_t value) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (metric(name) < value) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  void expect_well(Peer& witness) const {
    witness.send_text("ping");
    EXPECT_TRUE(witness.next_text_with({"pong"}));
    EXPECT_EQ(ask("GET", "/healthz").status, 200);
  }
};

TEST_F(GatewayBadPeersTest, WhatMeansNothingIsLetPass) {
  auto peer = listen("anna");
  const auto nothings = std::to_array<std::string>(
      {"", "{", "[]", "null", R"({"type":"order"})", R"({"type":7})",
       R"({"type":"close","instrument":"BTCUSDT"})", std::string(64 * 1024, 'x')});
  for (const std::string& text : nothings) peer->send_text(text);
  peer->send_text("ping");
  EXPECT_EQ(peer->next_text(), "pong");
  EXPECT_EQ(metric("ignored_messages_total"), nothings.size());
  EXPECT_EQ(metric("too_large_total"), 0U);
  EXPECT_EQ(wishes_.size(), 0U);
}

TEST_F(GatewayBadPeersTest, FramesThatBreakTheRulesEndTheSocketAlone) {
  auto witness = listen("vera");
  struct Row {
    std::string what;
    std::function<void(Peer&)> send;
    std::uint64_t malformed;  // So far.
  };
  for (const Row& row :
       {Row{"not masked", [](Peer& peer) { peer.send_frame(0x81, "ping", false); }, 1},
        Row{"reserved bits", [](Peer& peer) { peer.send_frame(0xf1, "ping"); }, 2},
        Row{"unknown kind", [](Peer& peer) { peer.send_frame(0x83, "ping"); }, 3},
        Row{"not UTF-8", [](Peer& peer) { peer.send_frame(0x81, "\xff\xfe"); }, 4},
        Row{"binary", [](Peer& peer) { peer.send_frame(0x82, "ping"); }, 4}}) {
    auto peer = listen("anna");
    row.send(*peer);
    EXPECT_TRUE(peer->is_closed()) << row.what;
    EXPECT_TRUE(counts("malformed_total", row.malformed)) << row.what;
  }
  expect_well(*witness);
}

TEST_F(GatewayBadPeersTest, AMessageThatIsOneByteTooLongEndsTheSocket) {
  auto witness = listen("vera");
  auto peer = listen("anna");
  peer->send_text(std::string(64 * 1024 + 1, 'x'));
  EXPECT_TRUE(peer->is_closed());
  EXPECT_EQ(peer->close_code(), 1009);
  EXPECT_TRUE(counts("too_large_total", 1));
  EXPECT_EQ(act("/api/halt", std::string(64 * 1024 + 1, ' ')).status, 413);
  EXPECT_TRUE(counts("too_large_total", 2));
  expect_well(*witness);
}

TEST_F(GatewayBadPeersTest, AFloodIsCutOffAndNobodyElseNotices) {
  auto witness = listen("vera");
  auto flood = listen("anna");
  for (int count = 0; count < 10'000; ++count) flood->send_text("{}");
  EXPECT_TRUE(flood->is_closed());
  EXPECT_EQ(flood->close_code(), 1008);
  EXPECT_TRUE(counts("rate_limited_total", 1));
  // Those before the cut; none after it is looked at.
  EXPECT_LT(metric("ignored_messages_total"), 10'000U);
  expect_well(*witness);
}

TEST_F(GatewayBadPeersTest, The33rdConnectionIsHungUpOn) {
  std::vector<std::unique_ptr<Peer>> peers;
  for (int count = 0; count < 32; ++count) {
    peers.push_back(std::make_unique<Peer>(gateway_->port()));
    ASSERT_EQ(peers.back()->request("GET", "/healthz").status, 200) << count;
  }
  EXPECT_EQ(Peer(gateway_->port()).request("GET", "/healthz").status, 0);
  EXPECT_EQ(peers.front()->request("GET", "/healthz").status, 200);
  const PeerAnswer metrics = peers.front()->request("GET", "/metrics");
  EXPECT_NE(metrics.body.find("\ntranchet_connections_refused_total 1\n"), std::string::npos)
      << metrics.body;
}

TEST_F(GatewayBadPeersTest, HalfARequestHarmsNobody) {
  Peer slow(gateway_->port());
  slow.send_bytes("POST /api/halt HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le");
  Peer garbage(gateway_->port());
  garbage.send_bytes("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

// Whoever sends a byte now and then is never idle, and never done: the time of a whole request is
// what counts, for its header and its body.
TEST_F(GatewayBadPeersTest, ARequestByTheByteIsHungUpOn) {
  restart_impatient();
  const std::string begin = "POST /api/halt HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  std::uint64_t hung_up_on = 0;
  for (const std::string& head : {begin + "X-Slow: ", begin + "Content-Length: 60000\r\n\r\n"}) {
    Peer slow(gateway_->port());
    slow.send_bytes(head);
    std::jthread drip([&slow](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        slow.send_bytes(" ");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
    EXPECT_TRUE(slow.is_hung_up_on());
    EXPECT_TRUE(counts("timeouts_total", ++hung_up_on));
  }
  EXPECT_EQ(wishes_.size(), 0U);
}

// The cable is pulled: no goodbye comes, and no answer to any ping.
TEST_F(GatewayBadPeersTest, ASocketWhoseOtherEndIsGoneIsDropped) {
  EXPECT_EQ(GatewayOptions().silence_timeout, std::chrono::minutes(2));
  restart_impatient();
  auto user = listen("anna");
  Peer page(gateway_->port());
  ASSERT_EQ(page.upgrade("/ws/screen", {bearer("vera")}), 101);
  EXPECT_TRUE(counts("timeouts_total", 2));
  EXPECT_EQ(metric("sockets_user"), 0U);
  EXPECT_EQ(metric("sockets_page"), 0U);
}

// What is sent to one who does not read waits, up to a bound; others get theirs meanwhile.
TEST_F(GatewayBadPeersTest, WhoDoesNotReadIsDropped) {
  session_.say(std::string(kBuy));
  settle();
  auto slow = listen("anna");
  auto witness = listen("vera");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::size_t heard = 0;
  while (metric("slow_readers_total") == 0 && std::chrono::steady_clock::now() < deadline) {
    for (int step = 0; step < 200; ++step) {
      session_.price("BTCUSDT", std::to_string(45'000 + step % 2));
    }
    settle();
    heard += witness->texts_so_far().size();
  }
  EXPECT_EQ(metric("slow_readers_total"), 1U);
  EXPECT_EQ(metric("sockets_user"), 1U);
  EXPECT_GT(heard, 1'000U);
  expect_well(*witness);
}

}  // namespace
}  // namespace tranchet
