#include "tests/adapters/live/stage.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <sstream>

#include "adapters/aster/keys.h"
#include "adapters/aster/rest_messages.h"
#include "adapters/live/clock.h"
#include "events/ensure.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
// Longer than a minute: a program that was started twenty times in one has used up its weight, and
// waits for the next.
constexpr std::chrono::seconds kLimit{100};

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string crowd_symbol(int number) {
  return "C" + std::to_string(100 + number) + "USDT";
}

}  // namespace

Stage::Stage(const fs::path& folder, const Options& options)
    : folder_(folder),
      options_(options),
      authority_(folder / "authority"),
      counts_(std::variant_size_v<EventBody>) {
  identity_ = authority_.issue("venue", {});
  write_tapes();
  write(folder_ / "accounts.toml",
        "[[account]]\nuser = \"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e\"\n"
        "signer = \"0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0\"\nbalance = \"100000\"\n"
        "hmac_key = \"" +
            std::string(kHmacKey) + "\"\nhmac_secret = \"" + std::string(kHmacSecret) +
            "\"\nposition_mode = \"hedge\"\n");
  write_keys(right_keys());
  write(folder_ / "users", "ann operator " + std::string(kToken) + "\n");
  ::chmod((folder_ / "users").c_str(), 0600);
  std::string symbols = instrument_json("BTCUSDT");
  for (int number = 0; number < options.crowd; ++number) {
    symbols += "," + instrument_json(crowd_symbol(number));
  }
  write(folder_ / "instruments.json", "{\"symbols\":[" + symbols + "]}");
  network_ = std::move(*Network::start({.certificates = authority_.certificate().string()}));
}

std::string Stage::instrument_json(const std::string& symbol) const {
  return R"({"symbol":")" + symbol + R"(","pair":")" + symbol +
         R"(","contractType":"PERPETUAL","status":"TRADING","pricePrecision":2,"baseAsset":"BTC",)"
         R"("quoteAsset":"USDT","marginAsset":"USDT","filters":[{"filterType":"PRICE_FILTER",)"
         R"("minPrice":"0.1","maxPrice":"1000000","tickSize":")" +
         options_.tick_size +
         R"("},{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"1000","stepSize":"0.001"},)"
         R"({"filterType":"MARKET_LOT_SIZE","minQty":"0.001","maxQty":"120","stepSize":"0.001"},)"
         R"({"filterType":"MIN_NOTIONAL","notional":"5"},)"
         R"({"filterType":"MAX_NUM_ORDERS","limit":200},)"
         R"({"filterType":"MAX_NUM_ALGO_ORDERS","limit":10}]})";
}

// BTCUSDT has one price, and none after it. Each of the crowd trades once a second for 20 s, and
// again from the start; 10 of them have 100 trades in one of the seconds: 1,000 together.
void Stage::write_tapes() const {
  const std::string head =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  const auto row = [](int id, const std::string& price, std::int64_t time) {
    return std::to_string(id) + "," + price + ",0.100,1,1," + std::to_string(time) + ",false\n";
  };
  constexpr std::int64_t kStart = 1'704'067'200'000;
  std::string prices = head + row(1, options_.venue_price, kStart);
  if (options_.crowd > 0) prices += row(2, options_.venue_price, kStart + 20'000);
  write(folder_ / "prices.csv", prices);
  for (int number = 0; number < options_.crowd; ++number) {
    std::string text = head;
    int id = 0;
    for (int second = 0; second < 20; ++second) {
      const int trades = number < 10 && second == 10 ? 100 : 1;
      for (int trade = 0; trade < trades; ++trade, ++id) {
        const std::string price = std::to_string(100 + number) + "." + std::to_string(id % 10);
        text += row(id + 1, price, kStart + second * 1'000 + trade * 10);
      }
    }
    write(folder_ / (crowd_symbol(number) + ".csv"), text);
  }
}

Stage::~Stage() {
  control_.reset();
}

// ---- The venue.

void Stage::start_venue() {
  std::vector<std::string> words{TRANCHET_PROGRAM,
                                 "venue",
                                 "aster",
                                 "--listen",
                                 "127.0.0.1:" + std::to_string(port_),
                                 "--tape",
                                 "BTCUSDT=" + (folder_ / "prices.csv").string(),
                                 "--accounts",
                                 (folder_ / "accounts.toml").string(),
                                 "--instruments",
                                 (folder_ / "instruments.json").string(),
                                 "--certificate",
                                 identity_.certificate.string(),
                                 "--key",
                                 identity_.key.string(),
                                 "--control"};
  for (int number = 0; number < options_.crowd; ++number) {
    const std::string symbol = crowd_symbol(number);
    words.insert(words.end(), {"--tape", symbol + "=" + (folder_ / (symbol + ".csv")).string()});
  }
  if (options_.crowd > 0) words.emplace_back("--loop");
  venue_ = std::make_unique<Child>(words, folder_ / "venue-errors");
  const std::string start = "listening on https://127.0.0.1:";
  while (auto line = venue_->line()) {
    if (!line->starts_with(start)) continue;
    port_ = static_cast<std::uint16_t>(std::stoi(line->substr(start.size())));
    break;
  }
  ENSURE(port_ != 0);
  control_ = std::make_unique<HttpClient>(*network_, NetAddress{.host = "127.0.0.1", .port = port_},
                                          HttpLimits{});
  write_configuration(options_.settings, options_.account);
}

void Stage::stop_venue() {
  control_.reset();
  venue_.reset();
}

ClientAnswer Stage::ask(ClientRequest request) {
  auto promise = std::make_shared<std::promise<ClientAnswer>>();
  auto answered = promise->get_future();
  control_->send(std::move(request),
                 [promise](ClientAnswer answer) { promise->set_value(std::move(answer)); });
  return answered.get();
}

Quantity Stage::venue_quantity(PositionSide side) {
  // Not with the program's keys: those may be wrong on purpose.
  write(folder_ / "own-keys.toml", right_keys());
  ::chmod((folder_ / "own-keys.toml").c_str(), 0600);
  const auto signer = aster::read_keys(folder_ / "own-keys.toml");
  EXPECT_TRUE(signer);
  // Two questions within a microsecond would have one nonce.
  nonce_ = std::max(
      nonce_ + 1, static_cast<std::uint64_t>((read_clocks().wall + ahead_).nanoseconds() / 1'000));
  const std::string query =
      (*signer)->sign({.parameters = "symbol=BTCUSDT", .microseconds = nonce_});
  ClientRequest question{.method = "GET", .target = "/fapi/v3/positionRisk?" + query};
  for (const aster::HttpHeader& header : (*signer)->headers()) {
    question.headers.emplace_back(header.name, header.value);
  }
  const ClientAnswer answer = ask(std::move(question));
  const auto rows = aster::read_positions(answer.body);
  EXPECT_TRUE(rows) << answer.body;
  Quantity held;
  for (const aster::PositionRow& row : *rows) {
    const bool is_long = row.amount.is_positive();
    if (is_long == (side == PositionSide::Long)) held += is_long ? row.amount : -row.amount;
  }
  return held;
}

void Stage::post(const std::string& target) {
  const ClientAnswer answer = ask({.method = "POST", .target = target});
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.failure << answer.body;
}

void Stage::price(const std::string& price) {
  post("/twin/price?symbol=BTCUSDT&price=" + price + "&mark=" + price);
}

void Stage::trade(const std::string& price) {
  post("/twin/price?symbol=BTCUSDT&price=" + price);
}

void Stage::liquidate(const std::string& side, const std::string& quantity,
                      const std::string& price) {
  post("/twin/liquidation?symbol=BTCUSDT&side=" + side + "&quantity=" + quantity +
       "&price=" + price);
}

void Stage::post_mark(const std::string& price) {
  post("/twin/price?symbol=BTCUSDT&mark=" + price);
}

void Stage::fault(const std::string& fault) {
  post("/twin/fault?fault=" + fault);
}

void Stage::set_clock_ahead(Duration ahead) {
  fault("clock:ms=" + std::to_string(ahead.count() / 1'000'000));
  ahead_ = ahead;
}

void Stage::rules(const std::string& change) {
  post("/twin/rules?symbol=BTCUSDT&" + change);
}

// ---- The program.

std::string Stage::right_keys() const {
  if (options_.hmac) {
    return "api_key = \"" + std::string(kHmacKey) + "\"\napi_secret = \"" +
           std::string(kHmacSecret) + "\"\n";
  }
  return "user = \"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e\"\nkey = \"0x" +
         std::string(kCanaryKey) + "\"\n";
}

void Stage::write_keys(const std::string& text) const {
  write(folder_ / "keys.toml", text);
  ::chmod((folder_ / "keys.toml").c_str(), 0600);
}

std::uint16_t Stage::gateway_port() const {
  const std::string text = notes();
  const std::string start = "event=gateway port=";
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + start.size())));
}

void Stage::write_configuration(const std::string& more, const std::string& account) {
  const std::string port = std::to_string(port_);
  std::string instruments = "[instrument.BTCUSDT]\ntick_size = 0.1\nstep_size = 0.001\n";
  for (int number = 0; number < options_.crowd; ++number) {
    instruments += "[instrument." + crowd_symbol(number) + "]\n";
  }
  write(folder_ / "live.toml",
        "[account]\nposition_mode = \"hedge\"\n" + account +
            "[venue]\nrest = \"https://127.0.0.1:" + port + "\"\nstream = \"wss://127.0.0.1:" +
            port + "\"\nkeys = \"" + (folder_ / "keys.toml").string() + "\"\ncertificates = \"" +
            authority_.certificate().string() + "\"\n[live]\nlog = \"" + log().string() +
            "\"\nnotes = \"" + (folder_ / "notes.log").string() +
            (options_.tape ? "\"\ntape = \"" + (folder_ / "session.tape").string() : "") +
            "\"\nsnapshot_events = 200\n[gateway]\nlisten = \"" +
            (options_.gateway ? "127.0.0.1:0" : "") + "\"\nusers = \"" +
            (folder_ / "users").string() +
            "\"\n[simulation]\nlatency_ms = 5\n"
            "initial_balance = 100000\n[defaults]\ntake_profit_pct = 1\nstop_loss_pct = 50\n"
            "leverage = 1\nmax_position_value = 50000\nmax_total_value = 100000\n"
            "stale_after = \"60s\"\n" +
            more + instruments);
}

std::vector<std::string> Stage::arguments() const {
  std::vector<std::string> words{TRANCHET_PROGRAM, "live", "--config",
                                 (folder_ / "live.toml").string()};
  if (options_.live) words.emplace_back("--live");
  return words;
}

void Stage::start(std::uint64_t file_bytes) {
  read_on();
  snapshots_before_ = count<SnapshotEnded>();
  program_ = std::make_unique<Child>(arguments(), folder_ / "errors", file_bytes);
}

bool Stage::has_compared() {
  return count<SnapshotEnded>() > snapshots_before_;
}

void Stage::kill() {
  program_->signal(SIGKILL);
  program_->wait();
}

int Stage::stop() {
  program_->signal(SIGTERM);
  return program_->wait();
}

std::string Stage::wish(const std::string& event) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (log() / "control").string();
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  std::string answer = "nobody listens";
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string line = "{\"time\":\"2026-01-01T00:00:00Z\"," + event + "}\n";
    [[maybe_unused]] const auto sent = ::write(socket, line.data(), line.size());
    char bytes[4096];
    const ssize_t size = ::read(socket, bytes, sizeof(bytes));
    answer.assign(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  ::close(socket);
  return answer;
}

void Stage::enter(const std::string& side, const std::string& quantity) {
  const std::string answer =
      wish(R"("type":"EntrySignal","instrument":"BTCUSDT","order_type":"Market","side":")" + side +
           R"(","quantity":")" + quantity + "\"");
  EXPECT_TRUE(answer.starts_with("{\"ok\":true")) << answer;
}

// ---- The log.

void Stage::read_on() {
  if (!reader_) {
    auto opened = LogReader::open(log());
    if (!opened) return;  // It is not there yet.
    reader_ = std::move(*opened);
  }
  const Sequence from = engine_ ? next(engine_->last_sequence()) : Sequence{1};
  Output output;
  const auto scanned = reader_->scan(from, [&](const Event& event) {
    if (!engine_) {
      names_ = reader_->names();
      engine_ = std::make_unique<Engine>(*engine_of(event, names_));
    }
    output.clear();
    engine_->apply(event, output);
    ++counts_[event.body.index()];
    for (const Command& command : output.commands) {
      if (const auto* closed = std::get_if<TradeClosed>(&command)) closed_.push_back(*closed);
    }
    return true;
  });
  EXPECT_TRUE(scanned) << scanned.error().message;
}

const Engine* Stage::engine() {
  read_on();
  return engine_.get();
}

bool Stage::until(const std::string& what, const std::function<bool(const Engine&)>& holds) {
  const auto limit = std::chrono::steady_clock::now() + kLimit;
  while (true) {
    read_on();
    if (engine_ && holds(*engine_)) return true;
    if (!program_->is_alive() || std::chrono::steady_clock::now() > limit) break;
    program_->rest(std::chrono::milliseconds(2));
  }
  std::ostringstream errors;
  errors << std::ifstream(folder_ / "errors").rdbuf();
  ADD_FAILURE() << "never came: " << what << (program_->is_alive() ? "" : " (the program ended)")
                << "\n"
                << errors.str() << notes();
  return false;
}

std::string Stage::notes() const {
  std::ostringstream text;
  text << std::ifstream(folder_ / "notes.log").rdbuf();
  return text.str();
}

}  // namespace tranchet
