// The client side of net against real sockets: the server of this program, and peers that are not
// to be trusted.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/net/client_address.h"
#include "adapters/net/client_http.h"
#include "adapters/net/client_websocket.h"
#include "adapters/net/server.h"
#include "tests/adapters/net/forged_identity.h"
#include "tests/adapters/net/tls_peer.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

// One authority for the whole program: keys take long to make.
class NetClient : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("tranchet-net-" + std::to_string(::getpid()));
    authority_ = new TestAuthority(folder_);
  }
  static void TearDownTestSuite() {
    delete authority_;
    fs::remove_all(folder_);
  }

  static std::unique_ptr<Network> trusting_network() {
    auto network = Network::start({.certificates = authority_->certificate().string()});
    EXPECT_TRUE(network) << network.error();
    return std::move(*network);
  }

  static NetAddress local(std::uint16_t port, const std::string& host = "127.0.0.1") {
    return parse_address("https://" + host + ":" + std::to_string(port), "https").value();
  }

  static ClientAnswer ask(HttpClient& client, ClientRequest request) {
    auto promise = std::make_shared<std::promise<ClientAnswer>>();
    auto answered = promise->get_future();
    client.send(std::move(request),
                [promise](ClientAnswer answer) { promise->set_value(std::move(answer)); });
    return answered.get();
  }

  static inline fs::path folder_;
  static inline TestAuthority* authority_ = nullptr;
};

// Answers with what it was asked; what a path says of hanging up is done.
class Echo final : public ServerHandler {
 public:
  void on_request(ServerRequest request, Respond respond) override {
    ++requests;
    if (request.path() == "/hang-up") return respond(std::nullopt);
    respond(ServerResponse{.headers = {{"X-Seen", std::string(request.header("X-Asked"))}},
                           .body = request.method + " " + request.target + " " + request.body});
    if (request.path() == "/last") drop_all = true;
  }
  std::optional<ServerResponse> on_upgrade(const ServerRequest& request) override {
    if (request.path() == "/refused") return ServerResponse{.status = 403};
    return std::nullopt;
  }
  void on_open(const std::shared_ptr<ServerSession>& session, const ServerRequest&) override {
    session->send_text("hello");
    last = session;
  }
  void on_text(ServerSession& session, std::string_view text) override {
    session.send_text(std::string(text));
  }
  void on_closed(ServerSession&) override {}

  std::atomic<int> requests = 0;
  std::atomic<bool> drop_all = false;
  std::shared_ptr<ServerSession> last;
};

class NetClientAndServer : public NetClient {
 protected:
  void SetUp() override {
    const IdentityFiles identity = authority_->issue("good", {});
    auto server = Server::listen(
        {.identity = ServerIdentity{identity.certificate.string(), identity.key.string()}}, echo_);
    ASSERT_TRUE(server) << server.error();
    server_ = std::move(*server);
    thread_ = std::thread([this] { server_->run(); });
    network_ = trusting_network();
  }
  void TearDown() override {
    network_.reset();
    server_->stop();
    thread_.join();
    echo_.last.reset();  // A session does not outlive its server.
    server_.reset();
  }

  Echo echo_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::unique_ptr<Network> network_;
};

TEST_F(NetClientAndServer, RequestsShareAConnection) {
  HttpClient client(*network_, local(server_->port()), {.connections = 1});
  for (int at = 0; at < 3; ++at) {
    const ClientAnswer answer = ask(client, {.method = "POST",
                                             .target = "/a?b=" + std::to_string(at),
                                             .headers = {{"X-Asked", "yes"}},
                                             .body = "text"});
    ASSERT_EQ(answer.status, 200) << answer.failure;
    EXPECT_EQ(answer.body, "POST /a?b=" + std::to_string(at) + " text");
    EXPECT_NE(
        std::ranges::find(answer.headers, std::pair<std::string, std::string>("X-Seen", "yes")),
        answer.headers.end());
  }
  std::promise<std::uint64_t> accepted;
  server_->post([&] { accepted.set_value(server_->counters().accepted); });
  EXPECT_EQ(accepted.get_future().get(), 1U);
}

TEST_F(NetClientAndServer, ManyAtOnceAreAllAnswered) {
  HttpClient client(*network_, local(server_->port(), "localhost"), {});
  std::mutex mutex;
  std::condition_variable changed;
  int answered = 0;
  for (int at = 0; at < 50; ++at) {
    client.send({.method = "GET", .target = "/" + std::to_string(at)},
                [&, at](ClientAnswer answer) {
                  EXPECT_EQ(answer.body, "GET /" + std::to_string(at) + " ");
                  const std::lock_guard lock(mutex);
                  ++answered;
                  changed.notify_one();
                });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return answered == 50; });
}

TEST_F(NetClientAndServer, NoAnswerSaysThatTheRequestMayHaveArrived) {
  HttpClient client(*network_, local(server_->port()), {});
  const ClientAnswer answer = ask(client, {.method = "POST", .target = "/hang-up"});
  EXPECT_EQ(answer.status, 0);
  EXPECT_TRUE(answer.may_have_left);
  EXPECT_EQ(echo_.requests, 1) << "a request must not be sent again";
  EXPECT_EQ(ask(client, {.method = "GET", .target = "/x"}).status, 200);
}

TEST_F(NetClientAndServer, NothingListensSoNothingLeft) {
  const TlsPeer gone({.hangs_up = true});
  HttpClient client(*network_, local(1), {});
  const ClientAnswer answer = ask(client, {.method = "GET", .target = "/"});
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.may_have_left);
  EXPECT_FALSE(answer.failure.empty());
}

TEST_F(NetClientAndServer, StreamOpensTalksAndTellsItsEnd) {
  std::promise<void> opened;
  std::promise<std::string> text, closed;
  WebSocketClient stream(
      *network_, local(server_->port()), "/ws", {},
      {.on_open = [&] { opened.set_value(); },
       .on_text = [&](std::string_view what) { text.set_value(std::string(what)); },
       .on_alive = nullptr,
       .on_closed = [&](std::string why) { closed.set_value(std::move(why)); }});
  opened.get_future().get();
  EXPECT_EQ(text.get_future().get(), "hello");
  server_->post([&] { echo_.last->close(1001, "bye"); });
  EXPECT_EQ(closed.get_future().get(), "closed by the peer, code 1001: bye");
}

TEST_F(NetClientAndServer, ARefusedStreamIsClosedNotOpened) {
  std::promise<std::string> closed;
  WebSocketClient stream(*network_, local(server_->port()), "/refused", {},
                         {.on_open = [] { ADD_FAILURE() << "opened"; },
                          .on_text = nullptr,
                          .on_alive = nullptr,
                          .on_closed = [&](std::string why) { closed.set_value(std::move(why)); }});
  EXPECT_FALSE(closed.get_future().get().empty());
}

// ---- Whom not to talk to.

struct BadPeer {
  const char* name;
  Forgery forgery;
  PeerManners manners = {};
  const char* host = "127.0.0.1";
};

class BadPeers : public NetClient, public testing::WithParamInterface<BadPeer> {};

TEST_P(BadPeers, AreRefusedBeforeAnythingIsSaid) {
  PeerManners manners = GetParam().manners;
  manners.identity = authority_->issue(GetParam().name, GetParam().forgery);
  const auto network = trusting_network();
  const TlsPeer peer(manners);
  HttpClient client(*network, local(peer.port(), GetParam().host),
                    {.connect_time = std::chrono::milliseconds(500)});
  const ClientAnswer answer =
      ask(client, {.method = "POST", .target = "/", .body = "canary-secret"});
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.may_have_left);
  EXPECT_FALSE(answer.failure.empty());
  EXPECT_EQ(peer.heard(), "");
  std::promise<void> closed;
  WebSocketClient stream(*network, local(peer.port(), GetParam().host), "/canary-key",
                         {.connect_time = std::chrono::milliseconds(500)},
                         {.on_open = [] { ADD_FAILURE() << "opened"; },
                          .on_text = nullptr,
                          .on_alive = nullptr,
                          .on_closed = [&](const std::string&) { closed.set_value(); }});
  closed.get_future().get();
  EXPECT_EQ(peer.heard(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Tls, BadPeers,
    testing::Values(BadPeer{"expired", {.valid_from = -7'200, .valid_until = -3'600}},
                    BadPeer{"not_yet_valid", {.valid_from = 3'600}},
                    BadPeer{"wrong_host", {.names = "DNS:example.com"}},
                    BadPeer{"wrong_address", {.names = "IP:127.0.0.2"}},
                    BadPeer{"name_is_not_an_address", {.names = "DNS:localhost"}},
                    BadPeer{"no_name", {.names = ""}, {}, "localhost"},
                    BadPeer{"self_signed", {.self_signed = true}},
                    BadPeer{"unknown_authority", {.unknown_authority = true}},
                    BadPeer{"signed_by_a_leaf", {.by_a_leaf = true}},
                    BadPeer{"for_clients_only", {.for_clients_only = true}},
                    BadPeer{"broken_signature", {.broken_signature = true}},
                    BadPeer{"weak_key", {.rsa_bits = 1'024}},
                    BadPeer{"sha1_signature", {.sha1 = true}},
                    BadPeer{"old_protocol", {}, {.only_tls_1_1 = true}},
                    BadPeer{"no_certificate", {}, {.without_certificate = true}},
                    BadPeer{"plain_text", {}, {.plain = true}},
                    BadPeer{"silent", {}, {.silent = true}},
                    BadPeer{"hangs_up", {}, {.hangs_up = true}}),
    [](const auto& param) { return std::string(param.param.name); });

// The same peer without a flaw is talked to: the refusals above are for their reasons.
TEST_F(NetClient, AGoodPeerIsTalkedTo) {
  const auto network = trusting_network();
  const TlsPeer peer({.identity = authority_->issue("fine", {})});
  HttpClient client(*network, local(peer.port()), {});
  const ClientAnswer answer = ask(client, {.method = "GET", .target = "/"});
  EXPECT_EQ(answer.body, "ok") << answer.failure;
  EXPECT_NE(peer.heard(), "");
}

// Answers the first request as soon as it has begun, and reads the rest of it later.
class HastyPeer {
 public:
  HastyPeer() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HastyPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  HastyPeer(const HastyPeer&) = delete;
  HastyPeer& operator=(const HastyPeer&) = delete;

  void read_on() { wish_.set_value(); }
  // The second request, and whatever came before it, in the order in which it came.
  std::string heard() { return heard_.get_future().get(); }

  std::uint16_t port = 0;

 private:
  void serve() {
    const int socket = ::accept(listener_, nullptr, nullptr);
    std::string heard(1, ' ');
    if (::recv(socket, heard.data(), 1, 0) == 1) say_yes(socket);
    wish_.get_future().wait();
    char bytes[64 * 1024];
    while (heard.find("GET /second") == std::string::npos) {
      const ssize_t size = ::recv(socket, bytes, sizeof(bytes), 0);
      if (size <= 0) break;
      heard.append(bytes, static_cast<std::size_t>(size));
    }
    say_yes(socket);
    heard_.set_value(std::move(heard));
    ::close(socket);
  }
  static void say_yes(int socket) {
    constexpr std::string_view kYes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    EXPECT_EQ(::send(socket, kYes.data(), kYes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(kYes.size()));
  }

  int listener_ = -1;
  std::promise<void> wish_;
  std::promise<std::string> heard_;
  std::thread thread_;
};

TEST_F(NetClient, AnAnswerThatIsFasterThanTheRequestFreesNothingThatIsStillWritten) {
  constexpr std::size_t kMoreThanSocketsHold = 32 * 1024 * 1024;
  HastyPeer peer;
  const auto network = trusting_network();
  HttpClient client(*network, {.host = "127.0.0.1", .port = peer.port, .tls = false},
                    {.connections = 1});
  const ClientAnswer first =
      ask(client,
          {.method = "POST", .target = "/first", .body = std::string(kMoreThanSocketsHold, 'x')});
  EXPECT_EQ(first.body, "ok") << first.failure;
  std::promise<ClientAnswer> second;
  client.send({.method = "GET", .target = "/second"},
              [&](ClientAnswer answer) { second.set_value(std::move(answer)); });
  peer.read_on();
  const std::string heard = peer.heard();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(heard, 'x')), kMoreThanSocketsHold);
  EXPECT_EQ(heard.find("GET /second"), heard.rfind('x') + 1);
  const ClientAnswer answer = second.get_future().get();
  EXPECT_EQ(answer.body, "ok") << answer.failure;
}

TEST(NetAddress, IsHttpsOrWssAndNothingElse) {
  EXPECT_EQ(parse_address("https://fapi.asterdex.com", "https").value().port, 443);
  EXPECT_EQ(parse_address("wss://[::1]:8443/x/", "wss").value().host, "::1");
  EXPECT_EQ(parse_address("wss://[::1]:8443/x/", "wss").value().path, "/x");
  EXPECT_EQ(parse_address("http://a", "https").error(), "does not start with https://");
  EXPECT_EQ(parse_address("https://a:70000", "https").error(),
            "has the port \"70000\", which is none");
  EXPECT_EQ(parse_address("https://", "https").error(), "names no host");
  EXPECT_EQ(parse_address("https://a b", "https").error(),
            "has the host \"a b\", which is no name");
}

TEST(NetAddress, LeavesThisMachineInTheClearForNobody) {
  EXPECT_TRUE(is_loopback("127.0.0.1") && is_loopback("127.8.8.8") && is_loopback("::1"));
  EXPECT_FALSE(is_loopback("0.0.0.0") || is_loopback("10.0.0.1") || is_loopback("::2"));
  EXPECT_FALSE(is_loopback("127.evil.example")) << "a name leads where others say";
  for (const char* local : {"127.0.0.1", "localhost", "[::1]"}) {
    const NetAddress address = parse_address("http://" + std::string(local), "http").value();
    EXPECT_FALSE(address.tls);
    EXPECT_EQ(address.port, 80);
    EXPECT_EQ(address.host_header(), local);
  }
  for (const char* other : {"hooks.example", "10.0.0.1", "127.evil.example", "[::2]", "0.0.0.0"}) {
    EXPECT_EQ(parse_address("http://" + std::string(other), "http").error(),
              "would leave this machine in the clear: https:// is for other hosts");
  }
}

}  // namespace
}  // namespace tranchet
