// A gateway over a run that goes on, for tests over real sockets on loopback: users with tokens, a
// list of what they wished, and questions to ask.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gateway/gateway.h"
#include "tests/adapters/gateway/peer.h"
#include "tests/adapters/gateway/traded_session.h"

namespace tranchet {

inline constexpr std::string_view kBuy =
    R"("type":"EntrySignal","instrument":"BTCUSDT","side":"Buy","order_type":"Market","quantity":"0.1")";

// Keeps what is wished until the test takes it.
class WishList final : public Wishes {
 public:
  bool post(const std::string& line) override {
    const std::lock_guard lock(mutex_);
    if (full) return false;
    lines_.push_back(line);
    come_.notify_all();
    return true;
  }
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!come_.wait_for(lock, std::chrono::seconds(20), [this] { return !lines_.empty(); })) {
      return "nothing was wished";
    }
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return lines_.size();
  }
  std::atomic<bool> full = false;

 private:
  std::mutex mutex_;
  std::condition_variable come_;
  std::deque<std::string> lines_;
};

inline std::string bearer(std::string_view user) {
  return "Authorization: Bearer " + std::string(user) + "-token-0123456789abcdef";
}

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() : session_(folder_.path() / "log") {
    session_.finish();
    const auto users = folder_.path() / "users";
    write_users();
    options_ = {.log = folder_.path() / "log",
                .listen = "127.0.0.1:0",
                .users = users,
                .origins = {"https://desk.example"}};
    start();
  }
  // anna operates, vera looks, bob has nothing to see, ada administers, olga's token is over; and
  // more lines.
  void write_users(const std::string& more = {}) const {
    const auto users = folder_.path() / "users";
    std::ofstream file(users);
    for (const auto& [user, right] : {std::pair{"anna", "operator"}, std::pair{"vera", "viewer"},
                                      std::pair{"bob", "none"}, std::pair{"ada", "admin"}}) {
      file << user << " " << right << " " << user << "-token-0123456789abcdef\n";
    }
    file << "olga operator olga-token-0123456789abcdef 2020-01-01T00:00:00Z\n" << more;
    file.close();
    EXPECT_EQ(chmod(users.c_str(), 0600), 0);
  }
  void start() {
    gateway_.reset();
    auto gateway = Gateway::start(options_, &wishes_);
    ASSERT_TRUE(gateway) << gateway.error();
    gateway_ = std::move(*gateway);
    while (json_field(ask("GET", "/healthz").body, "status") != "\"ok\"") {
    }
  }
  PeerAnswer ask(std::string_view method, std::string_view target,
                 const std::vector<std::string>& headers = {}, std::string_view body = {}) const {
    return Peer(gateway_->port()).request(method, target, headers, body);
  }
  PeerAnswer act(std::string_view path, std::string_view body,
                 std::string_view user = "anna") const {
    return ask("POST", path, {bearer(user)}, body);
  }
  // A socket of this user, greeted.
  std::unique_ptr<Peer> listen(const std::string& user) const {
    auto peer = std::make_unique<Peer>(gateway_->port());
    EXPECT_EQ(peer->upgrade("/ws/live/" + user, {bearer(user)}), 101);
    EXPECT_TRUE(peer->next_text_with({"\"connected\"", user}));
    EXPECT_TRUE(peer->next_text_with({"\"type\":\"status\""}));
    return peer;
  }
  std::uint64_t metric(const std::string& name) const {
    const PeerAnswer answer = ask("GET", "/metrics");
    const std::size_t found = answer.body.find("\ntranchet_" + name + " ");
    return found == std::string::npos ? 0
                                      : std::stoull(answer.body.substr(found + name.size() + 11));
  }
  // Until the gateway shows everything that the session has done.
  void settle() {
    session_.finish();
    const std::string head = std::to_string(number(session_.engine().last_sequence()));
    while (json_field(ask("GET", "/healthz").body, "sequence") != head) {
    }
  }

  ScratchFolder folder_;
  TradedSession session_;
  WishList wishes_;
  GatewayOptions options_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace tranchet
