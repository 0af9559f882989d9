// The venue as its users meet it: the program, real sockets, a tape of the exchange. What is asked
// of it beyond that the desk's tests say, and the published client in .ci/run.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "adapters/fyers/server/tokens.h"
#include "tests/adapters/net/simple_client.h"

namespace tranchet::fyers_venue {
namespace {

namespace fs = std::filesystem;

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << text

// `tranchet venue fyers ARGUMENTS`, until the test ends.
class VenueProgram {
 public:
  VenueProgram(const fs::path& folder, std::vector<std::string> arguments) : folder_(folder) {
    arguments.insert(arguments.begin(), {TRANCHET_PROGRAM, "venue", "fyers"});
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
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
      if (!line.starts_with("listening on http")) continue;
      port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
      break;
    }
  }
  ~VenueProgram() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    std::fclose(output_);
  }
  VenueProgram(const VenueProgram&) = delete;
  VenueProgram& operator=(const VenueProgram&) = delete;

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

  std::uint16_t port = 0;   // 0: it does not listen.
  std::string certificate;  // Empty: plain HTTP.

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

// The header of a token that is new.
std::string log_in(SimpleClient& client) {
  const SimpleAnswer sent = client.ask(
      "GET", "/api/v3/generate-authcode?client_id=TWIN-100&redirect_uri=http://x&state=s");
  EXPECT_EQ(sent.status, 302) << sent.body;
  const std::string to = sent.headers.contains("location") ? sent.headers.at("location") : "";
  const std::string code = to.substr(to.find("auth_code=") + 10);
  const SimpleAnswer tokens = client.ask("POST", "/api/v3/validate-authcode",
                                         R"({"grant_type":"authorization_code","appIdHash":")" +
                                             app_id_hash(AccountSpec()) + R"(","code":")" +
                                             code.substr(0, code.find('&')) + "\"}");
  const std::size_t from = tokens.body.find("access_token\":\"") + 15;
  return "Authorization: TWIN-100:" + tokens.body.substr(from, tokens.body.find('"', from) - from) +
         "\r\n";
}

class FyersVenueTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("fyers." + std::to_string(::getpid()) + "." +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    write("SBIN.csv",
          "date,open,high,low,close,volume\n"
          "2023-07-03 09:15:00+05:30,600,600,600,600,4000\n");
    write(
        "NIFTY.csv",
        "Instrument,Date,Time,Open,High,Low,Close\nNIFTY,20230703,09:15,19000,19000,19000,19000\n");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    std::vector<std::string> all = {"--listen", "127.0.0.1:0", "--tape",
                                    "NSE:SBIN-EQ=" + (folder_ / "SBIN.csv").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  fs::path folder_;
};

TEST_F(FyersVenueTest, TradesOverSockets) {
  VenueProgram venue(
      folder_,
      arguments({"--tape", "NSE:NIFTY50-INDEX=" + (folder_ / "NIFTY.csv").string(), "--control"}));
  ASSERT_NE(venue.port, 0) << venue.errors();
  SimpleClient asks(venue.port, "");
  const std::string token = log_in(asks);
  SimpleClient stranger(venue.port, "");
  EXPECT_EQ(stranger.upgrade("/trade/v3"), 403);
  SimpleClient orders(venue.port, "");
  ASSERT_EQ(orders.upgrade("/trade/v3", token), 101);
  orders.send_text(R"({"T":"SUB_ORD","SLIST":["orders","trades","positions"],"SUB_T":1})");
  EXPECT_HAS(orders.read_text_with("1605"), "Successfully subscribed");
  SimpleClient data(venue.port, "");
  ASSERT_EQ(data.upgrade("/hsm/v1-5/prod"), 101);
  const std::string key = data_key(AccountSpec());
  data.send_frame(2, std::string("\0\0\1\1\1\0", 6) + static_cast<char>(key.size()) + key);
  EXPECT_EQ(data.read_frame().opcode, 2);
  const SimpleAnswer placed =
      asks.ask("POST", "/api/v3/orders/sync",
               R"({"symbol":"NSE:SBIN-EQ","qty":2,"type":2,"side":1,"productType":"INTRADAY",)"
               R"("limitPrice":0,"stopPrice":0,"validity":"DAY","disclosedQty":0,)"
               R"("offlineOrder":false,"stopLoss":0,"takeProfit":0,"orderTag":"here"})",
               token);
  EXPECT_HAS(placed.body, R"("code":1101)");
  EXPECT_HAS(orders.read_text_with("\"net_qty\":2"), "NSE:SBIN-EQ-INTRADAY");
  EXPECT_EQ(asks.ask("POST", "/twin/price?symbol=NSE:SBIN-EQ&price=605").status, 200);
  EXPECT_EQ(asks.ask("POST", "/twin/fault?fault=nonsense").status, 400);
  EXPECT_HAS(
      asks.ask("DELETE", "/api/v3/positions", R"({"id":"NSE:SBIN-EQ-INTRADAY"})", token).body,
      "The position is closed.");
  EXPECT_HAS(asks.ask("GET", "/api/v3/funds", "", token).body, "1000010");
  EXPECT_EQ(asks.ask("POST", "/twin/fault?fault=disconnect-orders").status, 200);
  SimpleFrame frame = orders.read_frame();
  while (frame.opcode == 1) frame = orders.read_frame();
  EXPECT_EQ(frame.opcode, -1);
}

// A day of five-minute bars in a moment: the tape ends, and the venue with it.
TEST_F(FyersVenueTest, PlaysFilesOfTheExchangeToTheirEnd) {
  std::string rows = "date,open,high,low,close,volume\n";
  for (int hour = 9; hour < 15; ++hour) {
    const std::string clock = (hour < 10 ? "0" : "") + std::to_string(hour);
    rows += "2023-07-03 " + clock + ":15:00+05:30,600,601,599,600,4000\n";
    rows += "2023-07-03 " + clock + ":20:00+05:30,600,602,598,600.5,4000\n";
  }
  write("SBIN.csv", rows);
  VenueProgram venue(folder_, arguments({"--speed", "100000", "--end"}));
  EXPECT_NE(venue.port, 0) << venue.errors();
  EXPECT_EQ(venue.wait(), 0) << venue.errors();
}

// What lies before --from is history: candles, and the previous close.
TEST_F(FyersVenueTest, KnowsWhatWasBefore) {
  write("SBIN.csv",
        "date,open,high,low,close,volume\n"
        "2023-07-03 15:20:00+05:30,600,601,599,600,4000\n"
        "2023-07-03 15:25:00+05:30,600,602,598,601.5,4000\n"
        "2023-07-04 09:15:00+05:30,603,603,603,603,4000\n"
        "2023-07-04 09:20:00+05:30,604,604,604,604,4000\n");
  VenueProgram venue(folder_, arguments({"--from", "2023-07-04T09:15:00+05:30"}));
  ASSERT_NE(venue.port, 0) << venue.errors();
  SimpleClient asks(venue.port, "");
  const std::string token = log_in(asks);
  const std::string quote = asks.ask("GET", "/data/quotes?symbols=NSE:SBIN-EQ", "", token).body;
  EXPECT_HAS(quote, R"("lp":603)");
  EXPECT_HAS(quote, R"("prev_close_price":601.5)");
  const std::string history =
      asks.ask("GET",
               "/data/history?symbol=NSE:SBIN-EQ&resolution=5&date_format=1&range_from=2023-07-03"
               "&range_to=2023-07-03&cont_flag=1",
               "", token)
          .body;
  EXPECT_HAS(history, "[1688377800,600,601,599,600,4000],[1688378100,600,602,598,601.5,4000]");
  EXPECT_HAS(asks.ask("GET", "/data/marketStatus", "", token).body, "OPEN");
}

TEST_F(FyersVenueTest, SpeaksTlsIfAsked) {
  ::setenv("TMPDIR", folder_.c_str(), 1);
  VenueProgram venue(folder_, arguments({"--tls"}));
  ::unsetenv("TMPDIR");
  ASSERT_NE(venue.port, 0) << venue.errors();
  SimpleClient asks(venue.port, venue.certificate);
  ASSERT_TRUE(asks.is_connected());
  EXPECT_HAS(asks.ask("GET", "/api/v3/funds", "", log_in(asks)).body, "Available Balance");
}

TEST_F(FyersVenueTest, SaysWhatIsWrong) {
  const auto complaint = [&](std::vector<std::string> more) {
    VenueProgram venue(folder_, arguments(std::move(more)));
    EXPECT_EQ(venue.port, 0);
    EXPECT_EQ(venue.wait(), 2);
    return venue.errors();
  };
  EXPECT_HAS(complaint({"--hours", "15:30-09:15"}), "--hours \"15:30-09:15\"");
  EXPECT_HAS(complaint({"--square-off", "16:00"}), "--square-off \"16:00\"");
  EXPECT_HAS(complaint({"--loop"}), "--hours always");
  EXPECT_HAS(complaint({"--tape", "SBIN=" + (folder_ / "SBIN.csv").string()}),
             "\"SBIN\" is no symbol");
  EXPECT_HAS(complaint({"--tape", "NSE:TCS-EQ=" + (folder_ / "NIFTY.csv").string()}), "NIFTY");
  EXPECT_HAS(complaint({"--fault", "nonsense"}), "is no fault");
  EXPECT_HAS(complaint({"--app-id", "TWIN"}), "ABCD1234-100");
  EXPECT_HAS(complaint({"--balance", "0"}), "--balance \"0\"");
  EXPECT_HAS(complaint({"--from", "yesterday"}), "--from \"yesterday\"");
  write("master.json", R"({"NSE:SBIN-EQ":{"fyToken":"10100000003045","exToken":3045}})");
  EXPECT_HAS(complaint({"--instruments", (folder_ / "master.json").string()}),
             "NSE:SBIN-EQ: tickSize");
}

}  // namespace
}  // namespace tranchet::fyers_venue
