#include "tests/adapters/live/stage.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <future>
#include <sstream>

#include "events/ensure.h"
#include "replay/verify.h"
#include "tests/adapters/live/control_wish.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;
// Longer than a minute: a program that was started twenty times in one has used up its weight, and
// waits for the next.
constexpr std::chrono::seconds kLimit{100};

}  // namespace

Stage::Stage(const fs::path& folder, const Options& options)
    : folder_(folder),
      options_(options),
      authority_(folder / "authority"),
      counts_(std::variant_size_v<EventBody>) {
  identity_ = authority_.issue("venue", {});
  if (!options_.venue) options_.venue = std::make_shared<StagedAster>(options_.aster);
  options_.venue->prepare(folder_);
  write_keys(right_keys());
  write_text(folder_ / "users", "ann operator " + std::string(kToken) + "\n");
  ::chmod((folder_ / "users").c_str(), 0600);
  network_ = std::move(*Network::start({.certificates = authority_.certificate().string()}));
}

Stage::~Stage() {
  control_.reset();
}

// ---- The venue.

void Stage::start_venue() {
  std::vector<std::string> words{TRANCHET_PROGRAM,
                                 "venue",
                                 options_.venue->name(),
                                 "--listen",
                                 "127.0.0.1:" + std::to_string(port_),
                                 "--certificate",
                                 identity_.certificate.string(),
                                 "--key",
                                 identity_.key.string(),
                                 "--control"};
  for (const std::string& word : options_.venue->words()) words.push_back(word);
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
  options_.venue->stands([this](ClientRequest request) { return ask(std::move(request)); });
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
  return options_.venue->held([this](ClientRequest request) { return ask(std::move(request)); },
                              side);
}

void Stage::log_in_again() {
  options_.venue->stands([this](ClientRequest request) { return ask(std::move(request)); });
}

void Stage::post(const std::string& target) {
  const ClientAnswer answer = ask({.method = "POST", .target = target});
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.failure << answer.body;
}

void Stage::price(const std::string& price) {
  post("/twin/price?symbol=" + symbol() + "&price=" + price + "&mark=" + price);
}

void Stage::trade(const std::string& price) {
  post("/twin/price?symbol=" + symbol() + "&price=" + price);
}

void Stage::liquidate(const std::string& side, const std::string& quantity,
                      const std::string& price) {
  post("/twin/liquidation?symbol=" + symbol() + "&side=" + side + "&quantity=" + quantity +
       "&price=" + price);
}

void Stage::post_mark(const std::string& price) {
  post("/twin/price?symbol=" + symbol() + "&mark=" + price);
}

void Stage::fault(const std::string& fault) {
  post("/twin/fault?fault=" + fault);
}

void Stage::set_clock_ahead(Duration ahead) {
  fault("clock:ms=" + std::to_string(ahead.count() / 1'000'000));
  if (auto* aster = dynamic_cast<StagedAster*>(options_.venue.get())) {
    aster->set_clock_ahead(ahead);
  }
}

void Stage::rules(const std::string& change) {
  post("/twin/rules?symbol=" + symbol() + "&" + change);
}

// ---- The program.

std::string Stage::right_keys() const {
  return options_.venue->right_keys();
}

void Stage::write_keys(const std::string& text) const {
  write_text(folder_ / "keys.toml", text);
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
  written_settings_ = more;
  written_account_ = account;
  const std::string port = std::to_string(port_);
  write_text(folder_ / "live.toml",
             "[account]\n" + options_.venue->account_lines() + account + "[venue]\nname = \"" +
                 options_.venue->name() + "\"\n" + options_.venue->venue_lines() +
                 "rest = \"https://127.0.0.1:" + port + "\"\nstream = \"wss://127.0.0.1:" + port +
                 "\"\nkeys = \"" + (folder_ / "keys.toml").string() + "\"\ncertificates = \"" +
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
                 more + options_.venue->instrument_lines());
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

void Stage::go_live() {
  options_.live = true;
  log_name_ = "live-log";
  write_configuration(written_settings_, written_account_);
  reader_.reset();
  engine_.reset();
  names_ = Names();
  counts_.assign(counts_.size(), 0);
  closed_.clear();
}

std::string Stage::wish(const std::string& event) {
  return wish_of(log(), event);
}

void Stage::enter(const std::string& side, const std::string& quantity) {
  const std::string answer =
      wish(R"("type":"EntrySignal","instrument":")" + symbol() +
           R"(","order_type":"Market","side":")" + side + R"(","quantity":")" + quantity + "\"");
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
