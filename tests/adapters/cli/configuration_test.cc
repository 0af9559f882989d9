#include "adapters/cli/configuration.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/cli/configuration_keys.h"
#include "events/settings_text.h"

namespace tranchet {
namespace {

const std::filesystem::path kExample =
    std::filesystem::path(TRANCHET_SOURCE_DIR) / "data" / "example.toml";

std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("tranchet_configuration_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    unsetenv("TRANCHET_SET");
  }
  ~ConfigurationTest() override {
    std::filesystem::remove_all(folder_);
    unsetenv("TRANCHET_SET");
  }

  std::filesystem::path file(std::string_view text) {
    const std::filesystem::path path = folder_ / "c.toml";
    std::ofstream(path) << text;
    return path;
  }
  Configuration load(std::string_view text, std::vector<std::string> sets = {}) {
    auto loaded = load_configuration(file(text), sets, names_);
    if (!loaded) {
      ADD_FAILURE() << to_text(loaded.error());
      return {};
    }
    return *std::move(loaded);
  }
  // The error without the folder: "c.toml:3: ...".
  std::string error(std::string_view text, std::vector<std::string> sets = {}) {
    const auto loaded = load_configuration(file(text), sets, names_);
    if (loaded) return "no error";
    const std::string message = to_text(loaded.error());
    const std::string prefix = folder_.string() + "/";
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }

  std::filesystem::path folder_;
  Names names_;
};

TEST_F(ConfigurationTest, ExampleIsTheDefaultsWithTheDipStrategy) {
  const auto loaded = load_configuration(kExample, {}, names_);
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  Configuration expected;
  expected.settings.set(Setting::Strategy, InstrumentId::None,
                        static_cast<std::int64_t>(StrategyName::Dip));
  EXPECT_EQ(effective_toml(*loaded), effective_toml(expected));
  EXPECT_TRUE(loaded->instruments.empty());
  EXPECT_EQ(names_.instruments(), 0u);
}

TEST_F(ConfigurationTest, ExampleShowsEveryKey) {
  std::string text = "\n" + read_text(kExample);
  for (const std::string& key : configuration_key_names()) {
    if (key.starts_with("instrument.")) continue;
    const std::string name = key.substr(key.find('.') + 1);
    // Two keys stand there as comments: writing them down has a meaning of its own.
    const bool shown = text.find("\n" + name + " = ") != std::string::npos ||
                       text.find("\n# " + name + " = ") != std::string::npos;
    EXPECT_TRUE(shown) << key;
  }
}

TEST_F(ConfigurationTest, EmptyFileGivesTheDefaults) {
  const Configuration configuration = load("");
  EXPECT_EQ(configuration.settings, Settings());
  EXPECT_EQ(configuration.account, 1);
  EXPECT_EQ(configuration.simulation.taker_fee, 50'000);
  EXPECT_TRUE(configuration.skip);
  EXPECT_FALSE(configuration.was_set(Setting::InstantTakeProfitEnabled));
}

TEST_F(ConfigurationTest, DecimalsAreTakenAsWritten) {
  // No double holds 5000000000.12345678.
  const Configuration configuration = load(
      "[defaults]\n"
      "take_profit_pct = 0.1\n"
      "stop_loss_pct=99.999_9# the most\n"
      "trade_value = 5_000_000_000.12345678\n"
      "max_position_value = 1.5e3\n"
      "max_total_value = \"7000.00000001\"\n"
      "[instrument]\n"
      "BTCUSDT = { tick_size = 0.1, step_size = 1e-3, max_conditional_orders = 10 }\n"
      "[simulation]\n"
      "maker_fee_bps = -0.0001\n"
      "taker_fee_bps = 2.5\n"
      "slippage_bps = 0.01\n"
      "latency_ms = 20\n");
  const Settings& settings = configuration.settings;
  EXPECT_EQ(settings.percent(Setting::TakeProfit), 1'000);
  EXPECT_EQ(settings.percent(Setting::StopLoss), 999'999);
  EXPECT_EQ(to_text(settings.amount(Setting::TradeValue)), "5000000000.12345678");
  EXPECT_EQ(to_text(settings.amount(Setting::MaxPositionValue)), "1500");
  EXPECT_EQ(to_text(settings.amount(Setting::MaxTotalValue)), "7000.00000001");
  ASSERT_EQ(configuration.instruments.size(), 1u);
  const ConfiguredInstrument& instrument = configuration.instruments[0];
  EXPECT_EQ(instrument.symbol, "BTCUSDT");
  EXPECT_EQ(to_text(instrument.tick_size.value()), "0.1");
  EXPECT_EQ(to_text(instrument.step_size.value()), "0.001");
  EXPECT_EQ(instrument.max_conditional_orders, 10);
  EXPECT_FALSE(instrument.min_notional.has_value());
  EXPECT_EQ(configuration.simulation.maker_fee, -1);
  EXPECT_EQ(configuration.simulation.taker_fee, 25'000);
  EXPECT_EQ(configuration.simulation.slippage, 1);
  EXPECT_EQ(configuration.simulation.latency, Duration::milliseconds(20));
}

TEST_F(ConfigurationTest, InstrumentsHaveSettingsOfTheirOwnInTheOrderOfTheFile) {
  const Configuration configuration = load(
      "[instrument.FILUSDT]\ntake_profit_pct = 0.8\n"
      "[instrument.\"NSE:NIFTY.50\"]\nmax_tranches = 2\n"
      "[instrument.BTCUSDT]\n");
  ASSERT_EQ(configuration.instruments.size(), 3u);
  EXPECT_EQ(names_.symbol(InstrumentId{1}), "FILUSDT");
  EXPECT_EQ(names_.symbol(InstrumentId{2}), "NSE:NIFTY.50");
  EXPECT_EQ(names_.symbol(InstrumentId{3}), "BTCUSDT");
  const Settings& settings = configuration.settings;
  EXPECT_EQ(settings.percent(Setting::TakeProfit, InstrumentId{1}), 8'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, InstrumentId{2}), 10'000);
  EXPECT_EQ(settings.get(Setting::MaxTranches, InstrumentId{2}), 2);
  EXPECT_TRUE(configuration.was_set(Setting::TakeProfit, InstrumentId{1}));
  EXPECT_FALSE(configuration.was_set(Setting::TakeProfit, InstrumentId{2}));
  EXPECT_FALSE(configuration.was_set(Setting::TakeProfit));
}

TEST_F(ConfigurationTest, SetsComeOverTheEnvironmentOverTheFile) {
  setenv("TRANCHET_SET",
         "take_profit_pct=2,account.instruments=BTCUSDT,ETHUSDT\nstop_loss_pct = 7,leverage=3", 1);
  const Configuration configuration =
      load("[defaults]\ntake_profit_pct = 1\nstop_loss_pct = 6\nmax_tranches = 4\n",
           {"defaults.stop_loss_pct=8", "instrument.NSE:NIFTY.50.leverage = 2", "skip=off",
            "venue.name=fyers"});
  const Settings& settings = configuration.settings;
  EXPECT_EQ(settings.percent(Setting::TakeProfit), 20'000);
  EXPECT_EQ(settings.percent(Setting::StopLoss), 80'000);
  EXPECT_EQ(settings.get(Setting::MaxTranches), 4);
  EXPECT_EQ(settings.get(Setting::Leverage), 3);
  EXPECT_EQ(settings.get(Setting::Leverage, names_.find_instrument("NSE:NIFTY.50")), 2);
  EXPECT_EQ(configuration.account_instruments, (std::vector<std::string>{"BTCUSDT", "ETHUSDT"}));
  EXPECT_FALSE(configuration.skip);
  EXPECT_EQ(configuration.venue.name, "fyers");
}

TEST_F(ConfigurationTest, AccountInstrumentsAloneMayEnter) {
  const Configuration configuration = load(
      "[account]\ninstruments = [\"BTCUSDT\", \"ETHUSDT\"]\n[instrument.FILUSDT]\n"
      "[instrument.ETHUSDT]\nentries_allowed = false\n");
  const Settings& settings = configuration.settings;
  EXPECT_TRUE(settings.flag(Setting::EntriesAllowed, names_.find_instrument("BTCUSDT")));
  EXPECT_FALSE(settings.flag(Setting::EntriesAllowed, names_.find_instrument("ETHUSDT")));
  EXPECT_FALSE(settings.flag(Setting::EntriesAllowed, names_.find_instrument("FILUSDT")));
  EXPECT_FALSE(settings.flag(Setting::EntriesAllowed));
}

TEST_F(ConfigurationTest, ErrorsNameFileLineKeyAndValue) {
  struct Row {
    std::string text;
    std::string error;
  };
  const std::vector<Row> rows = {
      {"[defaults]\n\ntake_proft_pct = 1\n",
       "c.toml:3: unknown key \"take_proft_pct\" in [defaults]; the nearest known key is "
       "\"take_profit_pct\""},
      {"[defaults]\ninitial_balance = 1\n",
       "c.toml:2: unknown key \"initial_balance\" in [defaults]; the nearest known key is "
       "\"simulation.initial_balance\""},
      {"[defaults]\nxyzzyxyzzyxyzzy = 1\n",
       "c.toml:2: unknown key \"xyzzyxyzzyxyzzy\" in [defaults]"},
      {"[instrument.X]\nticksize = 1\n",
       "c.toml:2: unknown key \"ticksize\" in [instrument.X]; the nearest known key is "
       "\"tick_size\""},
      {"[instrument.X]\nmax_total_value = 1\n",
       "c.toml:2: unknown key \"max_total_value\" in [instrument.X]; the nearest known key is "
       "\"defaults.max_total_value\""},
      {"\n[acount]\n", "c.toml:2: unknown table [acount]; the nearest known one is [account]"},
      {"leverage = 3\n",
       "c.toml:1: key \"leverage\" stands outside of any table; the nearest known key is "
       "\"defaults.leverage\""},
      {"[defaults]\ntake_profit_pct = 0\n",
       "c.toml:2: defaults.take_profit_pct \"0\" is below 0.0001 %"},
      {"[defaults]\nstop_loss_pct = 100\n",
       "c.toml:2: defaults.stop_loss_pct \"100\" is above 99.9999 %"},
      {"[defaults]\nstop_loss_pct = 0.00001\n",
       "c.toml:2: defaults.stop_loss_pct \"0.00001\" has more than 4 decimals"},
      {"[defaults]\nat_cap = \"merg\"\n",
       "c.toml:2: defaults.at_cap \"merg\" is none of merge, join, reject"},
      {"[defaults]\nstale_after = 10\n",
       "c.toml:2: defaults.stale_after \"10\" is not a duration such as 250ms, 10s or 60m"},
      {"[defaults]\ntake_profit_enabled = 1\n",
       "c.toml:2: defaults.take_profit_enabled \"1\" must be true or false"},
      {"[defaults]\nmax_tranches = 2.5\n",
       "c.toml:2: defaults.max_tranches \"2.5\" is not a whole number"},
      {"[defaults]\nmax_tranches = [1]\n",
       "c.toml:2: key \"defaults.max_tranches\" must be a text, a number, true or false, or a "
       "list of texts"},
      {"[instrument.X]\ntick_size = 0\n", "c.toml:2: instrument.X.tick_size \"0\" must be above 0"},
      {"[instrument.X]\nstep_size = -0.1\n",
       "c.toml:2: instrument.X.step_size \"-0.1\" must be above 0"},
      {"[instrument.\"A B\"]\n", "c.toml:1: \"A B\" is not a symbol"},
      {"[venue]\nname = 5\n", "c.toml:2: venue.name \"5\" must be a text in quotes"},
      {"[account]\ninstruments = \"X\"\n",
       "c.toml:2: account.instruments \"X\" must be a list of texts, such as [\"BTCUSDT\"]"},
      {"[account]\nnumber = 256\n", "c.toml:2: account.number \"256\" is above 255"},
      {"[simulation]\ninitial_balance = 0\n",
       "c.toml:2: simulation.initial_balance \"0\" is below 0.00000001"},
      {"[simulation]\nqueue = \"front\"\n",
       "c.toml:2: simulation.queue \"front\" is none of touch, through"},
  };
  for (const Row& row : rows) EXPECT_EQ(error(row.text), row.error);
  EXPECT_TRUE(
      error("[defaults]\nleverage = 1\nleverage = 2\n").starts_with("c.toml:3: is not TOML"));
  EXPECT_TRUE(error("[defaults\n").starts_with("c.toml:1: is not TOML"));
  const std::string infinite = error("[defaults]\ntrade_value = inf\n");
  EXPECT_TRUE(infinite.starts_with("c.toml:2: defaults.trade_value \"inf\" ")) << infinite;
}

TEST_F(ConfigurationTest, TheTimesOfASessionComeInTheirOrder) {
  EXPECT_EQ(error("[session]\nend = \"09:00\"\n"),
            "session.end: \"09:00\" is not after session.start \"09:15\"");
  const std::string late = "[session]\nsquare_off = \"15:45\"\n";
  EXPECT_EQ(error(late), "no error");  // Carried: it is not looked at.
  EXPECT_EQ(error(late + "product = \"intraday\"\n"),
            "session.end: \"15:30\" is not after session.square_off \"15:45\"");
  EXPECT_EQ(error("[session]\nproduct = \"intraday\"\nlast_entry = \"15:20\"\n"),
            "session.square_off: \"15:15\" is not after session.last_entry \"15:20\"");
  EXPECT_EQ(error("[instrument.X]\nproduct = \"intraday\"\nlast_entry = \"09:00\"\n"),
            "session.last_entry: \"09:00\" is not after session.start \"09:15\"");
  EXPECT_EQ(error("[session]\nsquare_off = \"25:00\"\n"),
            "c.toml:2: session.square_off \"25:00\" is not a time of day such as 15:15");
  EXPECT_EQ(error("[session]\nholidays = [\"2024-02-30\"]\n")
                    .find("which is no date such as 2024-01-26") != std::string::npos,
            true);
  EXPECT_EQ(error("[charges]\nstt_sell_pct = 0.0000001\n"),
            "c.toml:2: charges.stt_sell_pct \"0.0000001\" has more than 6 decimals");
}

TEST_F(ConfigurationTest, WhatAnInstrumentIsHeldAsGoesBeforeTheSession) {
  const std::string text =
      "[venue]\nname = \"fyers\"\n[session]\nproduct = \"intraday\"\n"
      "[instrument.A]\nproduct = \"CNC\"\n[instrument.B]\nproduct = \"INTRADAY\"\n"
      "[instrument.C]\nproduct = \"carry\"\n[instrument.D]\n";
  const Configuration first = load(text);
  const auto product = [](const Configuration& of, std::size_t at) {
    return of.settings.choice<ProductChoice>(Setting::Product, of.instruments.at(at).instrument);
  };
  // As it is, and printed and read again.
  for (const Configuration& of : {first, load(effective_toml(first))}) {
    EXPECT_EQ(product(of, 0), ProductChoice::Carry);
    EXPECT_EQ(product(of, 1), ProductChoice::Intraday);
    EXPECT_EQ(product(of, 2), ProductChoice::Carry);
    EXPECT_EQ(product(of, 3), ProductChoice::Intraday);
  }
}

TEST_F(ConfigurationTest, BadSetsAreErrors) {
  EXPECT_EQ(error("", {"leverage"}), "--set: \"leverage\" is not KEY=VALUE");
  EXPECT_EQ(error("", {"name=x"}), "--set: \"name\" could be venue.name, strategy.name");
  EXPECT_EQ(error("", {"tick_size=1"}),
            "--set: \"tick_size\" needs its instrument: instrument.SYMBOL.tick_size");
  EXPECT_EQ(error("", {"leverag=1"}),
            "--set: unknown key \"leverag\"; the nearest known key is \"defaults.leverage\"");
  EXPECT_EQ(error("", {"defaults.leverag=1"}),
            "--set: unknown key \"leverag\" in [defaults]; the nearest known key is \"leverage\"");
  EXPECT_EQ(error("", {"instrument.leverage=1"}),
            "--set: \"instrument.leverage\" is not instrument.SYMBOL.KEY");
  EXPECT_EQ(error("", {"leverage=126"}), "--set: defaults.leverage \"126\" is above 125");
  setenv("TRANCHET_SET", "leverage=0", 1);
  EXPECT_EQ(error(""), "TRANCHET_SET: defaults.leverage \"0\" is below 1");
}

TEST_F(ConfigurationTest, FilesThatCannotBeReadAreErrors) {
  const auto missing = load_configuration(folder_ / "none.toml", {}, names_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "cannot be opened");
  const auto folder = load_configuration(folder_, {}, names_);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "is a directory, not a file");
}

TEST_F(ConfigurationTest, EffectiveTomlLoadsToTheSame) {
  const Configuration configuration = load(
      "[account]\ninstruments = [\"BTCUSDT\"]\nposition_mode = \"one_way\"\n"
      "[instrument.FILUSDT]\ntick_size = 0.001\ntake_profit_pct = 0.8\nmin_notional = 5\n"
      "[simulation]\nqueue = \"through\"\nslippage_bps = 1.25\nliquidation = false\n"
      "[venue]\nrest = \"a\\\"b\\\\c\\u0007\"\n");
  const std::string text = effective_toml(configuration);
  const Configuration again = load(text);
  EXPECT_EQ(effective_toml(again), text);
  EXPECT_EQ(again.settings, configuration.settings);
  EXPECT_EQ(again.venue.rest, "a\"b\\c\a");
  EXPECT_EQ(again.simulation.slippage, 125);
  EXPECT_NE(text.find("# distance of the take-profit from the average entry (percent, 0.0001 .. "
                      "99.9999)\ntake_profit_pct = 0.8\n"),
            std::string::npos)
      << text;
}

TEST(SettingsTextTest, RoundTripsWithInstruments) {
  Names names;
  Settings settings;
  const InstrumentId second = names.instrument("NSE:NIFTY.50");
  const InstrumentId first = names.instrument("BTCUSDT");
  settings.set(Setting::TakeProfit, second, 1);
  settings.set(Setting::MaxTranches, first, 3);
  settings.set(Setting::DipWindow, InstrumentId::None, Duration::minutes(90).count());
  const std::string text = settings_lines(settings, names);
  EXPECT_TRUE(text.starts_with("account.position_mode = hedge\n")) << text;
  EXPECT_TRUE(
      text.ends_with("account.entries_allowed = true\n"
                     "instrument.BTCUSDT.max_tranches = 3\n"
                     "instrument.NSE:NIFTY.50.take_profit_pct = 0.0001\n"))
      << text;
  const auto again = parse_settings_lines(text, names);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, settings);

  // Other numbers for the same symbols: the same text and digest.
  Names other;
  const auto renumbered = parse_settings_lines(text, other);
  ASSERT_TRUE(renumbered);
  EXPECT_EQ(other.find_instrument("BTCUSDT"), InstrumentId{1});
  EXPECT_EQ(settings_lines(*renumbered, other), text);
  EXPECT_EQ(settings_digest(*renumbered, other), settings_digest(settings, names));
  settings.set(Setting::MaxTranches, first, 4);
  EXPECT_NE(settings_digest(*renumbered, other), settings_digest(settings, names));
}

TEST(SettingsTextTest, BadLinesAreErrors) {
  Names names;
  const auto error = [&](std::string_view text) {
    const auto parsed = parse_settings_lines(text, names);
    return parsed ? "none" : std::to_string(parsed.error().line) + ": " + parsed.error().message;
  };
  EXPECT_EQ(error("defaults.leverage = 3\ndefaults.leverag = 3"),
            "2: unknown setting \"defaults.leverag\"");
  EXPECT_EQ(error("defaults.leverage = 3\n\ndefaults.leverage = 3\n"),
            "3: setting \"defaults.leverage\" appears twice");
  EXPECT_EQ(error("defaults.leverage = 0"), "1: defaults.leverage \"0\" is below 1");
  EXPECT_EQ(error("leverage = 1"), "1: unknown setting \"leverage\"");
  EXPECT_EQ(error("instrument.leverage = 1"), "1: unknown setting \"instrument.leverage\"");
  EXPECT_EQ(error("instrument.X.max_total_value = 1"),
            "1: unknown setting \"instrument.X.max_total_value\"");
  EXPECT_EQ(error("nothing"), "1: \"nothing\" is not `key = value`");
  EXPECT_EQ(error(""), "none");
}

}  // namespace
}  // namespace tranchet
