// The evening of somebody who moves: the bot's files, the venue's twin behind TLS, and the program
// itself, from the first look to the way back.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "adapters/aster/keys.h"
#include "adapters/aster/written_request.h"
#include "adapters/cli/configuration.h"
#include "adapters/live/clock.h"
#include "adapters/port/json.h"
#include "tests/adapters/legacy/bot_files.h"
#include "tests/adapters/live/stage.h"

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = 0;
  std::string text;    // Of standard output.
  std::string errors;  // Of standard error.
};

class Evening : public testing::Test {
 protected:
  void SetUp() override {
    stage_ = std::make_unique<Stage>(scratch_.folder(), Stage::Options{});
    stage_->start_venue();
    Names names;
    const auto loaded = load_configuration(scratch_ / "live.toml", {}, names);
    ASSERT_TRUE(loaded.has_value());
    venue_ = loaded->venue;
    signer_ = std::move(*aster::read_keys(venue_.keys));
    network_ = std::move(*Network::start({.certificates = venue_.certificates}));
    client_ =
        std::make_unique<HttpClient>(*network_, *parse_address(venue_.rest, "https"), HttpLimits{});
    write_file(settings_, R"({"globals": {"hedge_mode": true, "set_leverage": false},
 "symbols": {"BTCUSDT": {"leverage": 1, "take_profit_pct": 1, "stop_loss_pct": 50}}})");
  }
  void TearDown() override {
    live_.reset();
    client_.reset();
    stage_.reset();
  }

  // An order as the bot sends it; its number.
  std::int64_t bot_orders(const std::string& parameters) {
    const aster::Call call{.method = HttpMethod::Post,
                           .path = "/order",
                           .parameters = "symbol=BTCUSDT&positionSide=LONG&" + parameters,
                           .label = "POST order"};
    const HttpRequest request = aster::written_request(call, *signer_, [this] {
      const auto clock = static_cast<std::uint64_t>(read_clocks().wall.nanoseconds() / 1'000);
      return nonce_ = std::max(nonce_ + 1, clock);
    });
    ClientRequest sent{.method = "POST", .target = request.target, .body = request.body};
    for (const auto& header : request.headers) sent.headers.emplace_back(header.name, header.value);
    auto promise = std::make_shared<std::promise<ClientAnswer>>();
    client_->send(std::move(sent), [promise](ClientAnswer answer) { promise->set_value(answer); });
    const ClientAnswer answer = promise->get_future().get();
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto parsed = parse_json(answer.body);
    return parsed ? Fields(*parsed, "").integer("orderId") : 0;
  }

  // The rules' example: 0.15 at 44850 and 0.08 at 42300, each with its orders.
  void trade_as_the_bot() {
    bot_orders("side=BUY&type=MARKET&quantity=0.1");
    stage_->price("44550");
    bot_orders("side=BUY&type=MARKET&quantity=0.05");
    ladder_.tranches.push_back(exits("0.15", "44850.0", 0, "45298.5", "22425"));
    stage_->price("42300");
    bot_orders("side=BUY&type=MARKET&quantity=0.08");
    ladder_.tranches.push_back(exits("0.08", "42300.0", 1, "42723", "21150"));
    stage_->price("42400");
    write_bot_database(database_, Generation::Migrated, ladder_);
  }
  StoredTranche exits(const std::string& quantity, const std::string& average, std::int64_t ordinal,
                      const std::string& target, const std::string& stop) {
    const std::string exit = "side=SELL&quantity=" + quantity;
    return {.symbol = "BTCUSDT",
            .side = "LONG",
            .ordinal = ordinal,
            .quantity = quantity,
            .average = average,
            .target = bot_orders(exit + "&type=LIMIT&timeInForce=GTC&price=" + target),
            .stop = bot_orders(exit + "&type=STOP_MARKET&stopPrice=" + stop)};
  }

  Ran run(const std::vector<std::string>& words) {
    const fs::path errors = scratch_ / "run-errors";
    write_file(errors, "");
    std::vector<std::string> arguments{TRANCHET_PROGRAM};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Child child(arguments, errors);
    Ran ran;
    while (auto line = child.line()) ran.text += *line + "\n";
    ran.status = child.wait();
    ran.errors = read_file(errors);
    return ran;
  }
  Ran migrate(const std::vector<std::string>& how) {
    std::vector<std::string> words{
        "migrate",   "--settings",   settings_.string(), "--database",     database_.string(),
        "--into",    made_.string(), "--keys",           venue_.keys,      "--rest",
        venue_.rest, "--stream",     venue_.stream,      "--certificates", venue_.certificates};
    words.insert(words.end(), how.begin(), how.end());
    return run(words);
  }
  Ran with_configuration(const std::string& command, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{command, "--config", (made_ / "tranchet.toml").string()};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  // Events of that type.
  std::uint64_t in_the_log(const std::string& type) {
    const std::string text = run({"log", "export", (made_ / "log").string()}).text;
    const std::string sought = "\"type\":\"" + type + "\"";
    std::uint64_t count = 0;
    for (auto at = text.find(sought); at != std::string::npos; at = text.find(sought, at + 1)) {
      ++count;
    }
    return count;
  }
  void start_live() {
    live_ = std::make_unique<Child>(std::vector<std::string>{TRANCHET_PROGRAM, "live", "--config",
                                                             (made_ / "tranchet.toml").string(),
                                                             "--live", "--set", "gateway.listen="},
                                    scratch_ / "live-errors");
  }
  // Asks until the doctor finds every tranche under orders of our own, at their prices.
  bool is_covered() {
    Ran last;
    for (int look = 0; look < 100; ++look) {
      last = with_configuration("doctor", {"--json"});
      const bool is_own = last.text.find("foreign_cover") == std::string::npos &&
                          last.text.find("no_target") == std::string::npos &&
                          last.text.find("_price\",\"instrument") == std::string::npos &&
                          last.text.find("unknown_quantity") == std::string::npos &&
                          last.text.find(R"("tranche":1)") != std::string::npos;
      if (last.status == 0 && is_own) return true;
      live_->rest(std::chrono::milliseconds(100));
    }
    ADD_FAILURE() << last.text << last.errors << read_file(scratch_ / "live-errors");
    return false;
  }

  Scratch scratch_;
  fs::path settings_ = scratch_ / "settings.json";
  fs::path database_ = scratch_ / "bot.db";
  fs::path made_ = scratch_ / "made";
  std::unique_ptr<Stage> stage_;
  VenueSettings venue_;
  std::unique_ptr<aster::Signer> signer_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<HttpClient> client_;
  std::uint64_t nonce_ = 0;
  BotContents ladder_;
  std::unique_ptr<Child> live_;
};

TEST_F(Evening, FromTheBotToTranchetAndTheWayBack) {
  trade_as_the_bot();
  const std::int64_t foreign =
      bot_orders("side=SELL&quantity=0.01&type=STOP_MARKET&stopPrice=9000");
  const std::string settings = read_file(settings_), database = read_file(database_);

  // A look, which writes nothing.
  const Ran look = migrate({});
  EXPECT_EQ(look.status, 0) << look.text << look.errors;
  EXPECT_NE(look.text.find("BTCUSDT Long tranche 0: 0.15 at 44850"), std::string::npos);
  EXPECT_NE(look.text.find("BTCUSDT Long tranche 1: 0.08 at 42300"), std::string::npos);
  EXPECT_NE(look.text.find("order " + std::to_string(foreign)), std::string::npos);
  EXPECT_FALSE(fs::exists(made_));

  const Ran applied = migrate({"--apply"});
  ASSERT_EQ(applied.status, 0) << applied.text << applied.errors;
  EXPECT_EQ(migrate({"--apply"}).status, 1) << "it was done already";
  EXPECT_EQ(run({"replay", (made_ / "log").string(), "--verify"}).status, 0);

  // The bot's stops stand, and ours are missing: a rehearsal says which.
  const Ran rehearsal = with_configuration("protect");
  EXPECT_EQ(rehearsal.status, 0) << rehearsal.text << rehearsal.errors;
  EXPECT_NE(rehearsal.text.find("BTCUSDT Long tranche 0: StopLoss 0.15 at 22425"),
            std::string::npos)
      << rehearsal.text;
  EXPECT_NE(rehearsal.text.find("BTCUSDT Long tranche 1: TakeProfit 0.08 at 42723"),
            std::string::npos)
      << rehearsal.text;

  start_live();
  ASSERT_TRUE(is_covered());
  live_->signal(SIGKILL);
  EXPECT_EQ(live_->wait(), -SIGKILL);
  ASSERT_TRUE(is_covered()) << "what rests at the venue stays there";
  start_live();
  ASSERT_TRUE(is_covered());

  const Ran held = with_configuration("protect", {"--apply"});
  EXPECT_EQ(held.status, 3) << held.text << held.errors;
  EXPECT_EQ(migrate({"--rollback"}).status, 3) << "a program trades on the log";
  live_->signal(SIGTERM);
  EXPECT_EQ(live_->wait(), 0) << read_file(scratch_ / "live-errors");

  // The bot's orders go, the person's stays, and ours are as they were.
  const Ran retired = with_configuration("protect", {"--apply"});
  EXPECT_EQ(retired.status, 0) << retired.text << retired.errors;
  const std::string examined = with_configuration("doctor", {"--json"}).text;
  EXPECT_EQ(examined.find("legacy_order"), std::string::npos) << retired.text << examined;
  EXPECT_NE(examined.find("\"orders\":5,"), std::string::npos) << examined;
  EXPECT_NE(examined.find("\"order\":" + std::to_string(foreign)), std::string::npos) << examined;
  EXPECT_EQ(run({"replay", (made_ / "log").string(), "--verify"}).status, 0);

  write_file(settings_, "{}");
  run_sql(database_, "DELETE FROM position_tranches;");
  const Ran back = migrate({"--rollback"});
  EXPECT_EQ(back.status, 0) << back.text << back.errors;
  EXPECT_EQ(read_file(settings_), settings);
  EXPECT_EQ(read_file(database_), database);
  EXPECT_FALSE(fs::exists(made_));
  EXPECT_TRUE(fs::exists(scratch_ / "made.rolled-back"));
}

// Nothing stands yet: protect places it, tranche by tranche, and the next start goes on with it.
TEST_F(Evening, ProtectAloneIsEnoughForTheNight) {
  trade_as_the_bot();
  ASSERT_EQ(migrate({"--apply"}).status, 0);
  const Ran protect = with_configuration("protect", {"--apply"});
  ASSERT_EQ(protect.status, 0) << protect.text << protect.errors;
  for (const std::string_view line :
       {"took away BTCUSDT Long: order ",
        "placed    BTCUSDT Long tranche 0: StopLoss 0.15 at 22425",
        "placed    BTCUSDT Long tranche 1: StopLoss 0.08 at 21150",
        "placed    BTCUSDT Long tranche 1: TakeProfit 0.08 at 42723"}) {
    EXPECT_NE(protect.text.find(line), std::string::npos) << line << "\n" << protect.text;
  }
  EXPECT_EQ(with_configuration("doctor").status, 0);
  const Ran again = with_configuration("protect");
  EXPECT_EQ(again.status, 0);
  EXPECT_NE(again.text.find("Nothing is missing."), std::string::npos) << again.text;
  const auto orders = [this] {
    const std::string text = with_configuration("doctor", {"--json"}).text;
    return text.substr(0, text.find("\"holdings\""));
  };
  const std::string before = orders();
  EXPECT_NE(before.find("\"orders\":4,"), std::string::npos) << before;
  const std::uint64_t compared = in_the_log("SnapshotEnded");
  start_live();
  while (in_the_log("SnapshotEnded") == compared && live_->is_alive()) {
    live_->rest(std::chrono::milliseconds(100));
  }
  ASSERT_TRUE(is_covered());
  EXPECT_EQ(orders(), before) << "the next start has nothing to add";
  EXPECT_EQ(in_the_log("OrderFilled"), 0U) << "the bot's last trades are in the books already";
  live_->signal(SIGTERM);
  EXPECT_EQ(live_->wait(), 0);
}

// Whoever goes back may have our orders taken away, and nobody else's; what that leaves open is
// said before.
TEST_F(Evening, TheWayBackTakesOurOrdersAwayIfAskedTo) {
  trade_as_the_bot();
  ASSERT_EQ(migrate({"--apply"}).status, 0);
  ASSERT_EQ(with_configuration("protect", {"--apply"}).status, 0);
  bot_orders("side=SELL&quantity=0.01&type=STOP_MARKET&stopPrice=9000");
  const std::string config = (made_ / "tranchet.toml").string();
  const std::string venue_only = scratch_ / "venue.toml";
  fs::copy_file(config, venue_only);
  const auto rest_there = [&] {
    return run({"doctor", "--config", venue_only, "--no-log", "--json"}).text;
  };
  EXPECT_NE(rest_there().find("\"naked\":false,\"orders\":5,"), std::string::npos) << rest_there();

  EXPECT_EQ(migrate({"--cancel-orders"}).status, 2) << "it belongs to --rollback";
  EXPECT_EQ(migrate({"--rollback", "--apply"}).status, 2);
  const Ran look = migrate({"--rollback", "--cancel-orders"});
  EXPECT_EQ(look.status, 1) << look.text << look.errors;
  for (const std::string_view line :
       {"BTCUSDT Long: order ", "(Sell 0.15 StopMarket at 22425)", "(Sell 0.08 Limit at 42723)",
        "[naked]", "Nothing was done."}) {
    EXPECT_NE(look.text.find(line), std::string::npos) << line << "\n" << look.text;
  }
  EXPECT_EQ(look.text.find("(Sell 0.01", look.text.find("Our orders")), std::string::npos)
      << look.text;
  EXPECT_TRUE(fs::exists(made_));
  EXPECT_NE(rest_there().find("\"orders\":5,"), std::string::npos);

  const Ran back = migrate({"--rollback", "--cancel-orders", "--apply"});
  EXPECT_EQ(back.status, 0) << back.text << back.errors;
  EXPECT_FALSE(fs::exists(made_));
  const std::size_t stop = back.text.find("took away BTCUSDT Long: order ");
  EXPECT_LT(back.text.find("(Sell 0.08 Limit at 42723)", stop),
            back.text.find("(Sell 0.08 StopMarket at 21150)", stop))
      << back.text;
  EXPECT_NE(rest_there().find("\"naked\":true,\"orders\":1,"), std::string::npos) << rest_there();
}

// With the bot's two stops and eight of a person the venue takes no other one of the symbol (10):
// the bot's go one by one, each followed by ours.
TEST_F(Evening, WhereTheVenueIsFullTheOldStopsMakeRoom) {
  trade_as_the_bot();
  for (int number = 0; number < 8; ++number) {
    bot_orders("side=SELL&quantity=0.01&type=STOP_MARKET&stopPrice=" +
               std::to_string(9000 + number));
  }
  ASSERT_EQ(migrate({"--apply"}).status, 0);
  const Ran protect = with_configuration("protect", {"--apply"});
  EXPECT_EQ(protect.status, 0) << protect.text << protect.errors;
  for (const std::string_view line : {"placed    BTCUSDT Long tranche 0: StopLoss 0.15 at 22425",
                                      "placed    BTCUSDT Long tranche 1: StopLoss 0.08 at 21150"}) {
    EXPECT_NE(protect.text.find(line), std::string::npos) << line << "\n" << protect.text;
  }
  const std::string text = with_configuration("doctor", {"--json"}).text;
  EXPECT_NE(text.find("\"naked\":false,\"orders\":12,"), std::string::npos) << text;
  EXPECT_EQ(text.find("legacy_order"), std::string::npos) << text;
  EXPECT_EQ(text.find("foreign_cover"), std::string::npos) << text;
}

// What is missing is said, and the exit status says it too; nothing needs a log.
TEST_F(Evening, TheDoctorNeedsNoLog) {
  bot_orders("side=BUY&type=MARKET&quantity=0.1");
  const std::string config = (scratch_ / "live.toml").string();
  Ran doctor = run({"doctor", "--config", config, "--json"});
  EXPECT_EQ(doctor.status, 1) << doctor.text << doctor.errors;
  EXPECT_TRUE(doctor.text.starts_with("{\"naked\":true,")) << doctor.text;
  bot_orders("side=SELL&quantity=0.1&type=STOP_MARKET&stopPrice=22500");
  doctor = run({"doctor", "--config", config});
  EXPECT_EQ(doctor.status, 0) << doctor.text << doctor.errors;
  EXPECT_NE(doctor.text.find("[no_target]"), std::string::npos) << doctor.text;
  stage_->stop_venue();
  doctor = run({"doctor", "--config", config});
  EXPECT_EQ(doctor.status, 5) << doctor.text << doctor.errors;
}

}  // namespace
}  // namespace tranchet::legacy
