// The venue as its users meet it: the program, real TLS, real sockets, a tape, and faults on
// demand.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/adapters/aster/server/trader.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet::aster_venue {
namespace {

namespace fs = std::filesystem;

std::uint64_t microseconds_now() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

// `tranchet venue aster ARGUMENTS`, until the test ends.
class VenueProcess {
 public:
  VenueProcess(const fs::path& folder, std::vector<std::string> arguments) : folder_(folder) {
    arguments.insert(arguments.begin(), {TRANCHET_PROGRAM, "venue", "aster"});
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::setenv("TMPDIR", folder.c_str(), 1);
      ::dup2(ends[1], 1);
      const int log = ::open((folder / "errors").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
      ::dup2(log, 2);
      std::vector<char*> words;
      for (std::string& argument : arguments) words.push_back(argument.data());
      words.push_back(nullptr);
      ::execv(TRANCHET_PROGRAM, words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
      if (line.starts_with("certificate ")) certificate = line.substr(12);
      if (!line.starts_with("listening on https://127.0.0.1:")) continue;
      port = static_cast<std::uint16_t>(std::stoi(line.substr(31)));
      break;
    }
  }
  ~VenueProcess() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    std::fclose(output_);
  }
  VenueProcess(const VenueProcess&) = delete;
  VenueProcess& operator=(const VenueProcess&) = delete;

  void signal(int number) { ::kill(process_, number); }
  // Its exit status, once it has ended by itself.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string errors() const {
    std::ifstream stream(folder_ / "errors");
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  }

  std::string certificate;
  std::uint16_t port = 0;  // 0: it does not listen.

 private:
  std::string read_line() {
    std::string line;
    for (int letter = std::fgetc(output_); letter != EOF && letter != '\n';
         letter = std::fgetc(output_)) {
      line += static_cast<char>(letter);
    }
    return line;
  }

  fs::path folder_;
  pid_t process_ = -1;
  std::FILE* output_ = nullptr;
};

class VenueTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("venue." + std::to_string(::getpid()) + "." +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    write("BTCUSDT.csv",
          "time,open,high,low,close,volume\n"
          "1767571200,45000.1,45000.1,45000,45000,4\n1767571260,45000,45010,45000,45010,4\n");
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string tape() const { return "BTCUSDT=" + (folder_ / "BTCUSDT.csv").string(); }
  void start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--listen", "127.0.0.1:0", "--tape",   tape(),
                                          "--speed",  "100000",      "--control"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    venue_.emplace(folder_, arguments);
    ASSERT_NE(venue_->port, 0) << venue_->errors();
    client_.emplace(venue_->port, venue_->certificate);
    ASSERT_TRUE(client_->is_connected());
    // The tape runs in a moment; then tests say what the price is.
    control("price?symbol=BTCUSDT&price=45000&mark=45000");
  }
  SimpleAnswer ask(const std::string& method, const std::string& endpoint,
                   const std::string& parameters = "") {
    nonce_ = std::max(nonce_ + 1, microseconds_now());
    const std::string form = signed_form(parameters, nonce_);
    const std::string target = "/fapi/v3/" + endpoint;
    return method == "GET" ? client_->ask(method, target + "?" + form)
                           : client_->ask(method, target, form,
                                          "Content-Type: application/x-www-form-urlencoded\r\n");
  }
  void control(const std::string& what) {
    SimpleClient client(venue_->port, venue_->certificate);
    const SimpleAnswer answer = client.ask("POST", "/twin/" + what);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  void fault(const std::string& kind) { control("fault?fault=" + kind); }
  std::unique_ptr<SimpleClient> listen() {
    const std::string body = ask("POST", "listenKey").body;
    auto stream = std::make_unique<SimpleClient>(venue_->port, venue_->certificate);
    EXPECT_EQ(stream->upgrade("/ws/" + body.substr(14, 64)), 101) << body;
    return stream;
  }

  fs::path folder_;
  std::optional<VenueProcess> venue_;
  std::optional<SimpleClient> client_;
  std::uint64_t nonce_ = 0;
};

constexpr const char* kRestingOrder =
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=44000";

TEST_F(VenueTest, TradesOverTls) {
  start();
  EXPECT_HAS(client_->ask("GET", "/fapi/v1/exchangeInfo").body, "\"symbol\":\"BTCUSDT\"");
  EXPECT_HAS(client_->ask("GET", "/fapi/v3/ticker/24hr?symbol=BTCUSDT").body,
             "\"lastPrice\":\"45000\"");
  EXPECT_EQ(ask("GET", "builder").body, "[]");
  const auto user = listen();
  const SimpleAnswer placed = ask("POST", "order", kRestingOrder);
  EXPECT_EQ(placed.status, 200) << placed.body;
  EXPECT_EQ(placed.headers.at("x-mbx-order-count-10s"), "1");
  EXPECT_HAS(user->read_text_with("ORDER_TRADE_UPDATE"), "\"X\":\"NEW\"");
  control("price?symbol=BTCUSDT&price=43999.9");
  EXPECT_HAS(user->read_text_with("ACCOUNT_UPDATE"), "\"pa\":\"0.1\"");
  EXPECT_HAS(user->read_text_with("ORDER_TRADE_UPDATE"), "\"X\":\"FILLED\"");
  EXPECT_HAS(ask("GET", "positionRisk", "symbol=BTCUSDT").body, "\"entryPrice\":\"44000\"");
  // Bad ones are refused on the same connection, which goes on.
  EXPECT_EQ(client_->ask("GET", "/fapi/v3/balance?" + signed_form("", nonce_)).body,
            R"({"code":-4225,"msg":"Nonce Expired"})");
  EXPECT_EQ(client_->ask("GET", "/fapi/v3/nothing").status, 404);
  EXPECT_EQ(client_->ask("POST", "/fapi/v3/order", std::string(70'000, 'x')).status, 413);
}

TEST_F(VenueTest, StreamsOverTls) {
  start();
  SimpleClient market(venue_->port, venue_->certificate);
  ASSERT_EQ(market.upgrade("/stream?streams=!markPrice@arr@1s/btcusdt@aggTrade"), 101);
  EXPECT_HAS(market.read_text_with("markPriceUpdate"),
             "{\"stream\":\"!markPrice@arr@1s\",\"data\":[{\"e\":\"markPriceUpdate\"");
  control("price?symbol=BTCUSDT&price=45001");
  EXPECT_HAS(market.read_text_with("aggTrade\""), "\"p\":\"45001\"");
  // More than ten messages a second.
  for (int count = 0; count < 500; ++count) market.send_text("{}");
  SimpleFrame frame;
  do frame = market.read_frame();
  while (frame.opcode == 1);
  EXPECT_EQ(frame.close_code(), 1008);
  EXPECT_EQ(SimpleClient(venue_->port, venue_->certificate).upgrade("/elsewhere"), 404);
}

TEST_F(VenueTest, EveryFaultOverTls) {
  start();
  const auto user = listen();
  fault("503-executed");
  EXPECT_EQ(ask("POST", "order", kRestingOrder).status, 503);
  EXPECT_HAS(user->read_text_with("ORDER_TRADE_UPDATE"), "\"X\":\"NEW\"");
  fault("1007-refused");
  EXPECT_HAS(ask("POST", "order", kRestingOrder).body, "-1007");
  fault("hangup-executed");
  EXPECT_EQ(ask("POST", "order", kRestingOrder).status, 0);
  client_.emplace(venue_->port, venue_->certificate);
  EXPECT_HAS(user->read_text_with("ORDER_TRADE_UPDATE"), "\"X\":\"NEW\"");
  fault("reject:code=-2019");
  EXPECT_HAS(ask("POST", "order", kRestingOrder).body, "-2019");
  fault("late-answer:ms=5");
  EXPECT_EQ(ask("GET", "balance").status, 200);
  fault("duplicate-event");
  EXPECT_EQ(ask("POST", "order", kRestingOrder).status, 200);
  const std::string once = user->read_text_with("ORDER_TRADE_UPDATE");
  EXPECT_EQ(user->read_text_with("ORDER_TRADE_UPDATE"), once);
  fault("late-event:ms=20");
  EXPECT_EQ(ask("POST", "order", kRestingOrder).status, 200);
  EXPECT_HAS(user->read_text_with("ORDER_TRADE_UPDATE"), "\"X\":\"NEW\"");
  fault("expire-keys");
  EXPECT_NE(user->read_text_with("listenKeyExpired"), "");
  fault("disconnect");
  EXPECT_EQ(user->read_frame().opcode, -1);
  fault("ban:ms=60000");
  const SimpleAnswer banned = ask("GET", "balance");
  EXPECT_EQ(banned.status, 418);
  EXPECT_EQ(banned.headers.at("retry-after"), "60");
  fault("calm");
  EXPECT_EQ(ask("GET", "balance").status, 200);
}

TEST_F(VenueTest, AccountsComeFromAFile) {
  const std::string accounts =
      write("accounts.toml", "[[account]]\nsigner = \"" + std::string(kExampleSigner) +
                                 "\"\nbalance = \"123.45\"\nposition_mode = \"hedge\"\n"
                                 "[[account]]\nhmac_key = \"k\"\nhmac_secret = \"s\"\n");
  start({"--accounts", accounts});
  EXPECT_HAS(ask("GET", "balance").body, "\"balance\":\"123.45\"");
  EXPECT_EQ(ask("GET", "positionSide/dual").body, "{\"dualSidePosition\":true}");
  const std::string query = "timestamp=" + std::to_string(microseconds_now() / 1'000);
  EXPECT_HAS(client_
                 ->ask("GET", "/fapi/v2/balance?" + query + "&signature=" + hmac_hex("s", query),
                       "", "X-MBX-APIKEY: k\r\n")
                 .body,
             "\"balance\":\"10000\"");
}

TEST_F(VenueTest, EndsWithItsTapesIfAsked) {
  VenueProcess venue(folder_,
                     {"--listen", "127.0.0.1:0", "--tape", tape(), "--speed", "100000", "--end"});
  EXPECT_NE(venue.port, 0);
  EXPECT_EQ(venue.wait(), 0) << venue.errors();
}

TEST_F(VenueTest, EndsOnSigterm) {
  start();
  venue_->signal(SIGTERM);
  EXPECT_EQ(venue_->wait(), 0);
}

TEST_F(VenueTest, SaysWhatIsWrongWithItsInput) {
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
    int status;
  };
  const std::string wrong = write("wrong.toml", "[[account]]\nsigner = \"0x12\"\n");
  const std::string odd = write("odd.toml", "[[account]]\nhmac_key = \"k\"\nuser_name = \"x\"\n");
  const std::string bad = write("BADUSDT.csv", "nothing,to,see\n1,2,3\n");
  const Case cases[] = {
      {{"--tape", tape(), "--speed", "fast"}, "--speed \"fast\" is no number", 2},
      {{"--tape", tape(), "--loop", "--end"}, "--loop and --end cannot both be", 2},
      {{"--tape", tape(), "--tape", tape()}, "BTCUSDT has two tapes", 2},
      {{"--tape", tape(), "--listen", "here"}, "--listen \"here\" is no ADDRESS:PORT", 2},
      {{"--tape", tape(), "--fault", "quake"}, "--fault quake: \"quake\" is no fault", 2},
      {{"--tape", tape(), "--key", "k.pem"}, "--certificate and --key go together", 2},
      {{"--tape", tape(), "--accounts", wrong}, "wrong.toml:2: signer \"0x12\" is no address", 2},
      {{"--tape", tape(), "--accounts", odd}, "odd.toml:3: \"user_name\" is none of", 2},
      {{"--tape", "BADUSDT=" + bad}, "BADUSDT.csv", 2},
      {{"--tape", tape(), "--certificate", "no.pem", "--key", "no.pem"}, "no.pem: ", 5},
  };
  for (const Case& each : cases) {
    VenueProcess venue(folder_, each.arguments);
    EXPECT_EQ(venue.port, 0);
    EXPECT_EQ(venue.wait(), each.status) << each.message;
    EXPECT_HAS(venue.errors(), each.message);
  }
}

}  // namespace
}  // namespace tranchet::aster_venue
