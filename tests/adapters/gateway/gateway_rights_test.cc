// What an administrator may that an operator may not; and tokens that end while they are in use.
#include <ctime>

#include "tests/adapters/gateway/gateway_fixture.h"

namespace tranchet {
namespace {

class GatewayRightsTest : public GatewayTest {
 protected:
  // Asks, and lets the session do it.
  unsigned act_and_follow(std::string_view path, std::string_view id, std::string_view user) {
    const PeerAnswer answer = act(path, R"({"request_id":")" + std::string(id) + R"("})", user);
    if (answer.status == 202) session_.wish(wishes_.next());
    settle();
    return static_cast<unsigned>(answer.status);
  }
};

TEST_F(GatewayRightsTest, AnybodyWhoOperatesPullsTheKillSwitchAndAnAdminReleasesIt) {
  EXPECT_EQ(act_and_follow("/api/halt", "r1", "anna"), 202U);
  EXPECT_EQ(act_and_follow("/api/resume", "r2", "anna"), 202U) << "a halt is an operator's to end";
  EXPECT_EQ(act_and_follow("/api/kill", "r3", "anna"), 202U);
  const PeerAnswer refused = act("/api/resume", R"({"request_id":"r4"})", "anna");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("kill switch"), std::string::npos) << refused.body;
  // A halt on top of it changes nothing about that, nor does another gateway.
  EXPECT_EQ(act_and_follow("/api/halt", "r5", "anna"), 202U);
  start();
  settle();
  EXPECT_EQ(act_and_follow("/api/resume", "r6", "anna"), 403U);
  EXPECT_EQ(act_and_follow("/api/resume", "r7", "ada"), 202U);
  EXPECT_EQ(act_and_follow("/api/halt", "r8", "anna"), 202U);
  EXPECT_EQ(act_and_follow("/api/resume", "r9", "anna"), 202U);
  const PeerAnswer state = ask("GET", "/api/state", {bearer("vera")});
  EXPECT_NE(state.body.find(R"("entries_halted":false,"killed":false)"), std::string::npos);
  EXPECT_NE(state.body.find(R"("type":"EntriesResumed","author":"ada/r7")"), std::string::npos);
}

TEST_F(GatewayRightsTest, UsersComeAndGoWithoutARestart) {
  auto vera = listen("vera");
  write_users("nina viewer nina-token-0123456789abcdef\n");
  EXPECT_EQ(Peer(gateway_->port()).upgrade("/ws/live/nina", {bearer("nina")}), 401);
  EXPECT_EQ(act("/api/users/reload", "{}", "anna").status, 403) << "an operator may not";
  wishes_.full = true;
  EXPECT_EQ(act("/api/users/reload", "{}", "ada").status, 503) << "not without the log's event";
  EXPECT_EQ(Peer(gateway_->port()).upgrade("/ws/live/nina", {bearer("nina")}), 401);
  wishes_.full = false;
  EXPECT_EQ(act("/api/users/reload", R"({"request_id":"a b"})", "ada").status, 400);
  EXPECT_EQ(wishes_.size(), 0U);
  EXPECT_EQ(act("/api/users/reload", R"({"request_id":"r1"})", "ada").status, 200);
  const std::string line = wishes_.next();
  EXPECT_NE(line.find(R"("type":"UsersReloaded","users":6,"digest":")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("author":"ada/r1")"), std::string::npos) << line;
  session_.wish(line);
  settle();
  EXPECT_NE(ask("GET", "/api/state", {bearer("ada")}).body.find(R"("type":"UsersReloaded")"),
            std::string::npos);
  EXPECT_TRUE(vera->is_closed()) << "everybody is asked for a token again";
  auto nina = listen("nina");
  EXPECT_EQ(metric("users_reloads_total"), 1U);
  // A file that cannot be read changes nothing.
  write_users("oops\n");
  const auto unread = gateway_->reload_users("SIGHUP");
  ASSERT_FALSE(unread);
  EXPECT_NE(unread.error().find("users:6: right"), std::string::npos) << unread.error();
  const PeerAnswer refused = act("/api/users/reload", "{}", "ada");
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("users:6: right"), std::string::npos) << refused.body;
  nina->send_text("ping");
  EXPECT_TRUE(nina->next_text_with({"pong"}));
}

TEST_F(GatewayRightsTest, TheHostReadsTheUsersAnewAndOneFileIsOneEvent) {
  ASSERT_TRUE(gateway_->reload_users("SIGHUP"));
  write_users("nina viewer nina-token-0123456789abcdef\n");
  wishes_.full = true;
  ASSERT_TRUE(gateway_->reload_users("SIGHUP"));
  EXPECT_EQ(metric("users_reloads_total"), 0U) << "the log has not taken it";
  wishes_.full = false;
  const std::string line = wishes_.next();
  EXPECT_NE(line.find(R"("author":"SIGHUP")"), std::string::npos) << line;
  auto nina = listen("nina");
  // The same file again; and another token of nina's, which the event does not tell apart.
  ASSERT_TRUE(gateway_->reload_users("SIGHUP"));
  EXPECT_EQ(metric("users_reloads_total"), 1U);
  write_users("nina viewer nina-tokem-0123456789abcdef\n");
  ASSERT_TRUE(gateway_->reload_users("SIGHUP"));
  const auto digest_in = [](const std::string& text) { return json_field(text, "digest"); };
  const std::string again = wishes_.next();
  EXPECT_EQ(digest_in(again), digest_in(line));
  EXPECT_EQ(Peer(gateway_->port()).upgrade("/ws/live/nina", {bearer("nina")}), 401);
  write_users("nina operator nina-tokem-0123456789abcdef\n");
  ASSERT_TRUE(gateway_->reload_users("SIGHUP"));
  EXPECT_NE(digest_in(wishes_.next()), digest_in(line));
  EXPECT_EQ(wishes_.size(), 0U);
}

TEST_F(GatewayRightsTest, ATokenThatEndsEndsItsSockets) {
  const std::time_t soon = std::time(nullptr) + 2;
  std::tm parts{};
  gmtime_r(&soon, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  write_users("tom viewer tom-token-0123456789abcdef " + text + "\n");
  start();
  auto witness = listen("vera");
  auto tom = listen("tom");
  Peer page(gateway_->port());
  ASSERT_EQ(page.upgrade("/ws/screen", {bearer("tom")}), 101);
  EXPECT_TRUE(tom->is_closed());
  EXPECT_GE(std::time(nullptr), soon) << "not before its time";
  EXPECT_EQ(tom->close_code(), 1008);
  EXPECT_TRUE(page.is_closed());
  EXPECT_EQ(page.close_code(), 1008);
  witness->send_text("ping");
  EXPECT_TRUE(witness->next_text_with({"pong"}));
}

}  // namespace
}  // namespace tranchet
