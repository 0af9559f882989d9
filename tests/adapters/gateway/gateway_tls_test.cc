// The gateway where others reach it: TLS from end to end, and a token for all but the empty page.
#include "adapters/net/self_signed.h"
#include "tests/adapters/gateway/gateway_fixture.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet {
namespace {

class GatewayTlsTest : public GatewayTest {
 protected:
  GatewayTlsTest() {
    auto identity = self_signed_identity(folder_.path() / "identity");
    EXPECT_TRUE(identity) << identity.error();
    identity_ = *identity;
    options_.listen = "0.0.0.0:0";
    options_.certificate = identity_.certificate_file;
    options_.key = identity_.key_file;
    auto gateway = Gateway::start(options_, &wishes_);
    EXPECT_TRUE(gateway) << gateway.error();
    gateway_ = std::move(*gateway);
    while (json_field(call("GET", "/healthz", "vera").body, "status") != "\"ok\"") {
    }
  }
  std::unique_ptr<SimpleClient> client() const {
    return std::make_unique<SimpleClient>(gateway_->port(), identity_.certificate_file);
  }
  static std::string line(std::string_view user) { return bearer(user) + "\r\n"; }
  SimpleAnswer call(std::string_view method, std::string_view target, std::string_view user = {},
                    std::string_view body = {}) const {
    return client()->ask(method, target, body, user.empty() ? "" : line(user));
  }

  ServerIdentity identity_;
};

TEST_F(GatewayTlsTest, NothingOfTheAccountIsToldWithoutAToken) {
  EXPECT_EQ(call("GET", "/").status, 200) << "the page has nothing in it before one signs in";
  for (const char* target :
       {"/healthz", "/metrics", "/api/state", "/api/chart?instrument=BTCUSDT"}) {
    EXPECT_EQ(call("GET", target).status, 401) << target;
    EXPECT_EQ(call("GET", target, "olga").status, 401) << target;
    EXPECT_EQ(call("GET", target, "bob").status, 403) << target;
    EXPECT_EQ(call("GET", target, "vera").status, 200) << target;
  }
  EXPECT_EQ(client()->upgrade("/ws/screen"), 401);
  EXPECT_EQ(client()->upgrade("/ws/live/anna"), 401);
  EXPECT_EQ(client()->upgrade("/ws/live/anna", line("vera")), 403);
}

TEST_F(GatewayTlsTest, ASessionFromLoginToCloseIsEncryptedThroughout) {
  const SimpleAnswer login =
      call("POST", "/api/login", {}, R"({"token":"anna-token-0123456789abcdef"})");
  ASSERT_EQ(login.status, 200) << login.body;
  const std::string cookie = login.headers.at("set-cookie");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Strict"), std::string::npos) << cookie;
  EXPECT_TRUE(cookie.ends_with("; Secure")) << cookie;
  const std::string as_browser =
      "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\nOrigin: https://localhost\r\n";
  auto socket = client();
  ASSERT_EQ(socket->upgrade("/ws/live/anna", as_browser), 101);
  EXPECT_NE(socket->read_text_with("\"connected\""), "");
  session_.say(std::string(kBuy));
  session_.finish();
  EXPECT_NE(socket->read_text_with(R"("isOpen":true)"), "");
  const SimpleAnswer closing =
      client()->ask("POST", "/api/close",
                    R"({"request_id":"r1","instrument":"BTCUSDT","reason":"Manual"})", as_browser);
  ASSERT_EQ(closing.status, 202) << closing.body;
  session_.wish(wishes_.next());
  session_.finish();
  EXPECT_NE(socket->read_text_with(R"("isOpen":false)"), "");
  // The same page, had it come in the clear, is another origin.
  EXPECT_EQ(client()->upgrade("/ws/live/anna", "Cookie: " + cookie.substr(0, cookie.find(';')) +
                                                   "\r\nOrigin: http://localhost\r\n"),
            403);
}

TEST_F(GatewayTlsTest, PlainBytesAreRefused) {
  EXPECT_EQ(Peer(gateway_->port()).request("GET", "/healthz", {bearer("anna")}).status, 0);
  EXPECT_EQ(call("GET", "/healthz", "vera").status, 200);
}

TEST_F(GatewayTlsTest, AnAddressThatOthersReachNeedsTlsAndUsers) {
  const std::string both = "needs a certificate, its key and a file of users";
  struct Row {
    std::string what;
    std::function<void(GatewayOptions&)> leave_out;
    std::string flaw;
  };
  for (const Row& row :
       {Row{"both", [](auto& o) { o.certificate = o.key = o.users = ""; }, both},
        Row{"TLS", [](auto& o) { o.certificate = o.key = ""; }, both},
        Row{"users", [](auto& o) { o.users = ""; }, both},
        Row{"the key", [](auto& o) { o.key = ""; }, "one of the two is missing"},
        Row{"the certificate", [](auto& o) { o.certificate = ""; }, "one of the two is missing"},
        Row{"the file", [](auto& o) { o.certificate = "/nowhere.pem"; }, "/nowhere.pem"},
        Row{"the right key", [](auto& o) { o.key = o.certificate; }, "certificate.pem"}}) {
    GatewayOptions options = options_;
    row.leave_out(options);
    const auto refused = Gateway::start(options, &wishes_);
    ASSERT_FALSE(refused) << row.what;
    EXPECT_NE(refused.error().find(row.flaw), std::string::npos) << row.what << refused.error();
  }
}

}  // namespace
}  // namespace tranchet
