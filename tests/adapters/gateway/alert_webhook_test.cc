// Alerts reach an address over real sockets, in their order, however often it says no first.
#include "adapters/gateway/alert_webhook.h"

#include <thread>

#include "adapters/net/self_signed.h"
#include "adapters/net/server.h"
#include "tests/adapters/gateway/gateway_fixture.h"

namespace tranchet {
namespace {

using std::chrono::milliseconds;
constexpr WebhookPatience kQuick{.attempts = 3, .first_wait = milliseconds(2)};
constexpr unsigned kNoAnswer = 0;

// Notes what was POSTed, and answers with these statuses, the last of them for ever.
class Receiver final : public ServerHandler {
 public:
  explicit Receiver(std::vector<unsigned> statuses,
                    std::optional<ServerIdentity> identity = std::nullopt)
      : statuses_(std::move(statuses)) {
    auto server = Server::listen({.identity = std::move(identity)}, *this);
    EXPECT_TRUE(server) << server.error();
    server_ = std::move(*server);
    serving_ = std::jthread([this] { server_->run(); });
  }
  ~Receiver() override { server_->stop(); }

  std::string url(std::string_view scheme = "http") const {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(server_->port()) + "/hook/7/?a=b";
  }
  // As many as wanted, as "METHOD TARGET TYPE BODY".
  std::vector<std::string> heard(std::size_t wanted) {
    std::unique_lock lock(mutex_);
    come_.wait_for(lock, std::chrono::seconds(20), [&] { return heard_.size() >= wanted; });
    return heard_;
  }

  void on_request(ServerRequest request, Respond respond) override {
    const std::lock_guard lock(mutex_);
    const unsigned status = statuses_[std::min(heard_.size(), statuses_.size() - 1)];
    heard_.push_back(request.method + " " + request.target + " " +
                     std::string(request.header("Content-Type")) + " " + request.body);
    come_.notify_all();
    if (status != kNoAnswer) respond(ServerResponse{.status = status, .headers = {}, .body = {}});
  }
  std::optional<ServerResponse> on_upgrade(const ServerRequest&) override {
    return ServerResponse{};
  }
  void on_open(const std::shared_ptr<ServerSession>&, const ServerRequest&) override {}
  void on_text(ServerSession&, std::string_view) override {}
  void on_closed(ServerSession&) override {}

 private:
  std::vector<unsigned> statuses_;
  std::mutex mutex_;
  std::condition_variable come_;
  std::vector<std::string> heard_;
  std::unique_ptr<Server> server_;
  std::jthread serving_;
};

std::unique_ptr<AlertWebhook> started(const std::string& url, const std::string& trusted = {},
                                      const WebhookPatience& patience = kQuick) {
  auto webhook = AlertWebhook::start(url, trusted, patience);
  EXPECT_TRUE(webhook) << webhook.error();
  return std::move(*webhook);
}

// Until so many have come to an end, one way or the other.
AlertWebhook::Counters ended(const AlertWebhook& webhook, std::uint64_t wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  AlertWebhook::Counters counters = webhook.counters();
  while (counters.delivered + counters.failed < wanted &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(1));
    counters = webhook.counters();
  }
  return counters;
}

const std::string kOne = R"({"reason":"CloseFailed"})", kTwo = R"({"reason":"Dust"})";
std::string posted(const std::string& body) {
  return "POST /hook/7/?a=b application/json " + body;
}

TEST(AlertWebhookTest, SaysItAgainUntilItIsHeardAndThenTheNext) {
  Receiver receiver({503, kNoAnswer, 204});
  const auto webhook = started(receiver.url());
  webhook->tell(kOne);
  webhook->tell(kTwo);
  const std::vector<std::string> expected = {posted(kOne), posted(kOne), posted(kOne),
                                             posted(kTwo)};
  EXPECT_EQ(receiver.heard(4), expected);
  EXPECT_EQ(ended(*webhook, 2).delivered, 2U);
}

TEST(AlertWebhookTest, GivesUpAfterItsAttemptsAndGoesOn) {
  Receiver receiver({500, 429, 408, 200});
  const auto webhook = started(receiver.url());
  webhook->tell(kOne);
  webhook->tell(kTwo);
  EXPECT_EQ(receiver.heard(4).back(), posted(kTwo));
  const auto counters = ended(*webhook, 2);
  EXPECT_EQ(counters.failed, 1U);
  EXPECT_EQ(counters.delivered, 1U);
}

TEST(AlertWebhookTest, ANoIsANo) {
  Receiver receiver({404, 301, 200});
  const auto webhook = started(receiver.url());
  webhook->tell(kOne);
  webhook->tell(kOne);
  webhook->tell(kTwo);
  EXPECT_EQ(receiver.heard(3).back(), posted(kTwo));
  EXPECT_EQ(ended(*webhook, 3).failed, 2U);
}

TEST(AlertWebhookTest, WhoDoesNotAnswerIsNotWaitedForByAnybody) {
  Receiver receiver({200});
  WebhookPatience patience = kQuick;
  patience.limits.answer_time = milliseconds(50);
  // Nothing listens at port 1, and what waits is bounded.
  const auto webhook = started("http://127.0.0.1:1/", {}, patience);
  for (int count = 0; count < 300; ++count) webhook->tell(std::string(10'000, 'x'));
  EXPECT_GE(ended(*webhook, 100).failed, 100U);
  EXPECT_GE(webhook->counters().left_out, 1U);
}

TEST(AlertWebhookTest, IsTrustedByItsCertificateAlone) {
  ScratchFolder folder;
  const auto identity = self_signed_identity(folder.path() / "identity");
  ASSERT_TRUE(identity) << identity.error();
  Receiver receiver({200}, *identity);
  const auto stranger = started(receiver.url("https"));
  stranger->tell(kOne);
  EXPECT_EQ(ended(*stranger, 1).failed, 1U);
  const auto friendly = started(receiver.url("https"), identity->certificate_file);
  friendly->tell(kTwo);
  EXPECT_EQ(receiver.heard(1), std::vector<std::string>{posted(kTwo)});
}

TEST(AlertWebhookTest, AddressesThatCannotBeMeantAreRefused) {
  for (const auto& [url, flaw] : {std::pair{"hooks.example/1", "does not start with https://"},
                                  std::pair{"ftp://hooks.example", "does not start with https://"},
                                  std::pair{"http://hooks.example/secret", "in the clear"},
                                  std::pair{"https://", "names no host"},
                                  std::pair{"https://hooks.example/a b", "no address has"},
                                  std::pair{"https://hooks.example/a\r\nX: 1", "no address has"}}) {
    const auto parsed = parse_webhook(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_NE(parsed.error().find(flaw), std::string::npos) << parsed.error();
    EXPECT_EQ(parsed.error().find("secret"), std::string::npos) << parsed.error();
  }
  EXPECT_EQ(parse_webhook("https://hooks.example")->target, "/");
  EXPECT_EQ(parse_webhook("https://hooks.example:8443/a/?b")->target, "/a/?b");
}

TEST_F(GatewayTest, TheWebhookHearsOfACloseThatFailed) {
  Receiver receiver({200});
  options_.webhook = receiver.url();
  start();
  session_.say(std::string(kBuy));
  session_.venue().refuse = 3;
  session_.say(R"("type":"CloseRequested","instrument":"BTCUSDT","reason":"Manual")");
  session_.wait(Duration::seconds(20));
  settle();
  const std::string heard = receiver.heard(1).front();
  EXPECT_NE(heard.find(R"({"text":"BTCUSDT Long tranche 0: CloseFailed","sequence":)"),
            std::string::npos)
      << heard;
  EXPECT_NE(heard.find(R"("reason":"CloseFailed","instrument":"BTCUSDT","direction":"Long")"),
            std::string::npos)
      << heard;
  options_.webhook = "http://hooks.example/";
  const auto refused = Gateway::start(options_, &wishes_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("webhook: the address would leave"), std::string::npos)
      << refused.error();
}

}  // namespace
}  // namespace tranchet
