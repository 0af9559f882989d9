// The server against peers that are good, slow, greedy and wrong, over real sockets.
#include "adapters/net/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "adapters/net/self_signed.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet {
namespace {

using std::chrono::milliseconds;

// Tells what it has heard; echoes; "/never" is never answered, "/later" is, "/drop" hung up on.
class Echo final : public ServerHandler {
 public:
  Server* server = nullptr;

  void on_request(ServerRequest request, Respond respond) override {
    if (request.path() == "/never") {
      kept_.push_back(std::move(respond));
    } else if (request.path() == "/later") {
      server->after(milliseconds(1), [respond] { respond(ServerResponse{.body = "later"}); });
    } else if (request.path() != "/drop") {
      respond(ServerResponse{.status = 200,
                             .headers = {{"X-Query", std::string(request.query())}},
                             .body = request.method + " " + request.body + " " +
                                     std::string(request.header("x-thing")) + " " + request.peer});
    }
  }
  std::optional<ServerResponse> on_upgrade(const ServerRequest& request) override {
    if (request.path() == "/ws") return std::nullopt;
    return ServerResponse{.status = 403, .headers = {}, .body = "no"};
  }
  void on_open(const std::shared_ptr<ServerSession>& session, const ServerRequest&) override {
    sessions.push_back(session);
  }
  void on_text(ServerSession& session, std::string_view text) override {
    if (text == "flood") {
      for (int count = 0; count < 100'000 && session.is_open(); ++count) {
        session.send_text(std::string(10'000, 'x'));
      }
    } else if (text == "bye") {
      session.send_text("last words");
      session.close(4001, "as you wish");
    } else {
      session.send_text("echo " + std::string(text));
    }
  }
  void on_closed(ServerSession&) override { ++closed; }

  std::vector<std::shared_ptr<ServerSession>> sessions;
  int closed = 0;

 private:
  std::vector<Respond> kept_;
};

class ServerTest : public testing::Test {
 protected:
  void start(const ServerLimits& limits, bool tls = false) {
    ServerOptions options;
    options.limits = limits;
    if (tls) {
      const auto identity = self_signed_identity(std::filesystem::path(testing::TempDir()) /
                                                 ("identity." + std::to_string(::getpid())));
      ASSERT_TRUE(identity) << identity.error();
      options.identity = *identity;
      trusted_ = identity->certificate_file;
    }
    auto server = Server::listen(options, echo_);
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    echo_.server = server_.get();
    thread_ = std::thread([this] { server_->run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    echo_.sessions.clear();
  }
  SimpleClient connect(int patience_ms = 10'000) {
    return SimpleClient(server_->port(), trusted_, patience_ms);
  }
  // On the server's thread.
  template <class Look>
  auto look(Look look) {
    std::promise<decltype(look())> promise;
    server_->post([&] { promise.set_value(look()); });
    return promise.get_future().get();
  }
  // A peer sees an end before the server's own books do: asks until they say so, or for 10 s.
  template <class Holds>
  bool comes_true(Holds holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!look(holds)) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  ServerCounters counters() {
    return look([this] { return server_->counters(); });
  }

  Echo echo_;
  std::string trusted_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(ServerTest, AnswersRequestsOfOneConnectionOneAfterTheOther) {
  for (const bool tls : {false, true}) {
    start({}, tls);
    auto client = connect();
    const SimpleAnswer first = client.ask("POST", "/a?b=c", "body", "X-Thing: thing\r\n");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "POST body thing 127.0.0.1");
    EXPECT_EQ(first.headers.at("x-query"), "b=c");
    EXPECT_EQ(client.ask("GET", "/later").body, "later");
    EXPECT_EQ(client.ask("GET", "/drop").status, 0);
    TearDown();
  }
}

TEST_F(ServerTest, RefusesWhatIsTooLargeOrNoHttp) {
  ServerLimits limits;
  limits.body_bytes = 1'000;
  limits.header_bytes = 2'000;
  start(limits);
  EXPECT_EQ(connect().ask("POST", "/", std::string(1'000, 'x')).status, 200);
  EXPECT_EQ(connect().ask("POST", "/", std::string(1'001, 'x')).status, 413);
  EXPECT_EQ(connect().ask("GET", "/", "", "X-Long: " + std::string(3'000, 'x') + "\r\n").status,
            431);
  auto client = connect();
  client.write("this is no HTTP\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);
  const ServerCounters seen = counters();
  EXPECT_EQ(seen.too_large, 2U);
  EXPECT_EQ(seen.malformed, 1U);
}

TEST_F(ServerTest, WaitsForNobodyForEver) {
  ServerLimits limits;
  limits.read_timeout = milliseconds(30);
  limits.idle_timeout = milliseconds(30);
  start(limits);
  auto silent = connect();
  auto slow = connect();
  slow.write("GET / HTTP/1.1\r\nX-Slow: ");
  auto idle = connect();
  EXPECT_EQ(idle.ask("GET", "/").status, 200);
  EXPECT_EQ(silent.read_answer().status, 0);
  EXPECT_EQ(slow.read_answer().status, 0);
  EXPECT_EQ(idle.read_answer().status, 0);
  EXPECT_TRUE(comes_true([this] { return server_->counters().timed_out == 3; }));
}

TEST_F(ServerTest, HangsUpOnTheThirtyThird) {
  start({});
  std::vector<std::unique_ptr<SimpleClient>> clients;
  for (int count = 0; count < 32; ++count) {
    clients.push_back(std::make_unique<SimpleClient>(server_->port(), "", 10'000));
    ASSERT_EQ(clients.back()->ask("GET", "/").status, 200);
  }
  EXPECT_EQ(connect().ask("GET", "/").status, 0);
  EXPECT_TRUE(comes_true([this] { return server_->counters().over_limit == 1; }));
  clients.pop_back();
  // The server hears of it when it hears of it.
  ASSERT_TRUE(comes_true([this] { return server_->connections() < 32; }));
  EXPECT_EQ(connect().ask("GET", "/").status, 200);
}

TEST_F(ServerTest, SpeaksWebSocket) {
  for (const bool tls : {false, true}) {
    start({}, tls);
    EXPECT_EQ(connect().upgrade("/other"), 403);
    auto client = connect();
    ASSERT_EQ(client.upgrade("/ws"), 101);
    client.send_text("hello");
    EXPECT_EQ(client.read_frame().bytes, "echo hello");
    client.send_frame(9, "are you there");
    const SimpleFrame pong = client.read_frame();
    EXPECT_EQ(pong.opcode, 10);
    EXPECT_EQ(pong.bytes, "are you there");
    client.send_text("bye");
    EXPECT_EQ(client.read_frame().bytes, "last words");
    EXPECT_EQ(client.read_frame().close_code(), 4001);
    client.hang_up();
    TearDown();
    EXPECT_EQ(std::exchange(echo_.closed, 0), 1);
  }
}

TEST_F(ServerTest, ClosesSessionsThatSayTooMuchAtOnce) {
  ServerLimits limits;
  limits.message_bytes = 1'000;
  start(limits);
  auto client = connect();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  client.send_text(std::string(1'000, 'x'));
  EXPECT_EQ(client.read_frame().bytes.size(), 1'005U);
  client.send_text(std::string(1'001, 'x'));
  EXPECT_EQ(client.read_frame().close_code(), 1009);
  EXPECT_EQ(client.read_frame().opcode, -1);
  client.hang_up();
  EXPECT_TRUE(comes_true([this] { return server_->counters().too_large == 1; }));
}

TEST_F(ServerTest, ClosesSessionsThatSayTooMuchTooOften) {
  ServerLimits limits;
  limits.messages_per_second = 10;
  start(limits);
  auto client = connect();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  // However slow the machine is, some second of all these has more than ten.
  for (int count = 0; count < 2'000; ++count) client.send_text("x");
  SimpleFrame frame;
  do frame = client.read_frame();
  while (frame.opcode == 1);
  EXPECT_EQ(frame.close_code(), 1008);
  EXPECT_TRUE(comes_true([this] { return server_->counters().too_many_messages >= 1; }));
}

TEST_F(ServerTest, DropsWhoDoesNotRead) {
  ServerLimits limits;
  limits.queue_bytes = 100'000;
  start(limits);
  auto client = connect();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  client.send_text("flood");
  SimpleFrame frame;
  do frame = client.read_frame();
  while (frame.opcode == 1);
  EXPECT_EQ(frame.opcode, -1);
  EXPECT_TRUE(comes_true([this] { return server_->counters().slow_readers == 1; }));
}

TEST_F(ServerTest, PingsAndDropsWhoDoesNotAnswer) {
  ServerLimits limits;
  limits.session_timeout = milliseconds(60);
  start(limits);
  auto client = connect();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  EXPECT_EQ(client.read_frame().opcode, 9);
  SimpleFrame frame;
  do frame = client.read_frame();
  while (frame.opcode == 9);
  EXPECT_EQ(frame.opcode, -1);
  EXPECT_TRUE(comes_true([this] { return server_->counters().timed_out == 1; }));
}

TEST_F(ServerTest, SaysGoodbyeWhenItStops) {
  start({});
  auto client = connect();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  client.send_text("x");
  client.read_frame();
  auto waiting = connect();
  waiting.write("GET /never HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(comes_true([this] { return server_->counters().requests == 2; }));
  server_->stop();
  const SimpleFrame frame = client.read_frame();
  EXPECT_EQ(frame.close_code(), 1001);
  client.send_frame(8, frame.bytes);
  thread_.join();
  EXPECT_EQ(echo_.closed, 1);
  echo_.sessions.clear();
}

TEST_F(ServerTest, TlsIsVerifiedAndPlainBytesAreRefused) {
  start({}, true);
  EXPECT_TRUE(connect().is_connected());
  SimpleClient plain(server_->port(), "", 10'000);
  EXPECT_EQ(plain.ask("GET", "/").status, 0);
  EXPECT_TRUE(comes_true([this] { return server_->counters().handshake_failed == 1; }));
}

TEST_F(ServerTest, SaysWhatIsWrongWithTheAddress) {
  start({});
  ServerOptions same;
  same.port = server_->port();
  const auto taken = Server::listen(same, echo_);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().find("127.0.0.1:" + std::to_string(same.port) + ": "), std::string::npos);
  const auto name = Server::listen({.host = "nowhere", .port = 0}, echo_);
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error(), "nowhere:0: \"nowhere\" is not an address");
}

}  // namespace
}  // namespace tranchet
