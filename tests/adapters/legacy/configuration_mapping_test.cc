// The bot's settings as a configuration that loads, and every key that was not taken by its name.
#include "adapters/legacy/configuration_mapping.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/cli/configuration.h"
#include "tests/adapters/legacy/bot_files.h"

namespace tranchet::legacy {
namespace {

using namespace literals;

constexpr std::string_view kSettings = R"({
  "globals": {
    "batch_orders": true,
    "hedge_mode": true,
    "max_total_exposure_usdt": 1400,
    "max_tranches_per_symbol_side": 4,
    "order_ttl_seconds": 30,
    "set_leverage": true,
    "simulate_only": false,
    "stale_limit_order_minutes": 1.5,
    "tranche_pnl_increment_pct": 4.5,
    "use_usdt_volume": true,
    "volume_window_sec": 60
  },
  "symbols": {
    "ASTERUSDT": {
      "leverage": 20,
      "margin_type": "CROSSED",
      "max_position_usdt": 100,
      "stop_loss_enabled": true,
      "stop_loss_pct": 20,
      "take_profit_enabled": false,
      "take_profit_pct": 0.8,
      "trade_side": "OPPOSITE",
      "trade_value_usdt": 0.55,
      "volume_threshold_long": 5000,
      "working_type": "MARK_PRICE"
    },
    "BTCUSDT": {
      "stop_loss_pct": 50
    }
  }
})";

class Mapped {
 public:
  explicit Mapped(std::string_view json, const ExchangeInfo* rules = nullptr) {
    const auto settings = parse_bot_settings(json);
    EXPECT_TRUE(settings.has_value()) << settings.error();
    mapping = map_configuration(*settings, {.log = "/var/lib/x/log", .keys = "/etc/k.toml"}, rules);
    write_file(scratch_ / "tranchet.toml", mapping.toml);
    auto loaded = load_configuration(scratch_ / "tranchet.toml", {}, names);
    EXPECT_TRUE(loaded.has_value()) << to_text(loaded.error()) << "\n" << mapping.toml;
    if (loaded) configuration = *std::move(loaded);
  }
  const Settings& settings() const { return configuration.settings; }
  // Where it is told of, "line: key why"; "": nowhere.
  std::string refusal(std::string_view key) const {
    for (const UnmappedKey& refused : mapping.refused) {
      if (refused.from.find(key) == std::string::npos) continue;
      return std::to_string(refused.line) + ": " + refused.from + " " + refused.why;
    }
    return {};
  }

  Names names;
  ConfigurationMapping mapping;
  Configuration configuration;

 private:
  Scratch scratch_;
};

TEST(ConfigurationMapping, WhatTheBotDidIsWhatTheConfigurationSays) {
  const Mapped mapped(kSettings);
  const Settings& settings = mapped.settings();
  const InstrumentId aster = mapped.names.find_instrument("ASTERUSDT");
  const InstrumentId btc = mapped.names.find_instrument("BTCUSDT");
  EXPECT_EQ(settings.choice<PositionMode>(Setting::PositionModeChoice), PositionMode::Hedge);
  EXPECT_EQ(settings.choice<AtCapPolicy>(Setting::AtCap), AtCapPolicy::Join);
  EXPECT_EQ(settings.choice<StrategyName>(Setting::Strategy), StrategyName::LiquidationHunter);
  EXPECT_EQ(settings.amount(Setting::HunterLongThreshold, aster),
            Money::from_raw(5'000 * kDecimalOne));
  EXPECT_EQ(settings.get(Setting::MaxTranches), 4);
  EXPECT_EQ(settings.percent(Setting::TrancheIncrement), 45'000);
  EXPECT_EQ(settings.duration(Setting::EntryTimeout), Duration::seconds(90));
  // Collateral times leverage; of the whole times the lowest, 10.
  EXPECT_EQ(settings.amount(Setting::MaxTotalValue), Money::from_raw(14'000 * kDecimalOne));
  EXPECT_EQ(settings.amount(Setting::TradeValue, aster), Money::from_raw(11 * kDecimalOne));
  EXPECT_EQ(settings.amount(Setting::MaxPositionValue, aster),
            Money::from_raw(2'000 * kDecimalOne));
  EXPECT_EQ(settings.get(Setting::Leverage, aster), 20);
  EXPECT_EQ(settings.percent(Setting::StopLoss, aster), 200'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, aster), 8'000);
  EXPECT_FALSE(settings.flag(Setting::TakeProfitEnabled, aster));
  EXPECT_EQ(settings.choice<WorkingType>(Setting::StopWorkingType, aster), WorkingType::MarkPrice);
  // Where the file says nothing: as the bot's code.
  EXPECT_EQ(settings.get(Setting::Leverage, btc), 10);
  EXPECT_EQ(settings.percent(Setting::StopLoss, btc), 500'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, btc), 10'000);
  EXPECT_EQ(settings.amount(Setting::TradeValue, btc), Money::from_raw(100 * kDecimalOne));
  EXPECT_EQ(settings.amount(Setting::MaxPositionValue, btc),
            Money::from_raw(100'000 * kDecimalOne));
  EXPECT_EQ(mapped.configuration.live.log, "/var/lib/x/log");
  EXPECT_EQ(mapped.configuration.venue.keys, "/etc/k.toml");
  EXPECT_TRUE(mapped.configuration.venue.set_leverage);
  EXPECT_EQ(mapped.configuration.account_instruments,
            (std::vector<std::string>{"ASTERUSDT", "BTCUSDT"}));
  EXPECT_TRUE(mapped.mapping.refused.empty()) << mapped.mapping.refused.front().from;
}

TEST(ConfigurationMapping, EveryKeyOfTheFileIsToldOfOnce) {
  const Mapped mapped(kSettings);
  std::size_t told = mapped.mapping.mapped.size() + mapped.mapping.unneeded.size();
  EXPECT_EQ(told, 23u);
}

TEST(ConfigurationMapping, WhatCannotBeReadIsNamedAndItsSymbolGetsNoEntries) {
  const Mapped mapped(R"({
  "globals": {"hedge_mode": false},
  "symbols": {
    "AUSDT": {"stop_loss_pct": "50%"},
    "BUSDT": {"take_profit_pct": 0.123456},
    "CUSDT": {"leverage": 500},
    "DUSDT": {"working_type": "LAST", "stop_loss_enabled": "yes"},
    "EUSDT": {"stop_los_pct": 50},
    "FUSDT": {}
  }
})");
  EXPECT_EQ(mapped.refusal("AUSDT"),
            "4: symbols.AUSDT.stop_loss_pct = \"50%\" is a text: write it as a number, without "
            "quotes or %");
  EXPECT_TRUE(mapped.refusal("BUSDT").starts_with("5: symbols.BUSDT.take_profit_pct = 0.123456 "))
      << mapped.refusal("BUSDT");
  EXPECT_NE(mapped.refusal("CUSDT").find("6: symbols.CUSDT.leverage = 500 "), std::string::npos);
  EXPECT_NE(mapped.refusal("DUSDT.working").find("neither CONTRACT_PRICE nor"), std::string::npos);
  EXPECT_NE(mapped.refusal("DUSDT.stop").find("neither true nor false"), std::string::npos);
  EXPECT_EQ(mapped.refusal("EUSDT"),
            "8: symbols.EUSDT.stop_los_pct = 50 is no setting of the bot, which ignored it; the "
            "nearest that it knows is stop_loss_pct");
  EXPECT_EQ(mapped.configuration.account_instruments, (std::vector<std::string>{"EUSDT", "FUSDT"}));
  EXPECT_EQ(mapped.settings().choice<PositionMode>(Setting::PositionModeChoice),
            PositionMode::OneWay);
}

TEST(ConfigurationMapping, ALimitThatNobodyCanReadIsNoLimit) {
  const Mapped mapped(
      R"({"globals": {"max_total_exposure_usdt": "600"}, "symbols": {"AUSDT": {}}})");
  EXPECT_FALSE(mapped.mapping.entries_allowed);
  EXPECT_FALSE(mapped.settings().flag(Setting::EntriesAllowed));
}

TEST(ConfigurationMapping, SymbolsThatTradeNoMoreAreNamed) {
  ExchangeInfo rules;
  rules.symbols.push_back({.symbol = "AUSDT", .status = "TRADING", .rules = {}});
  rules.symbols.push_back({.symbol = "BUSDT", .status = "SETTLING", .rules = {}});
  const Mapped mapped(
      "{\"globals\": {}, \"symbols\": {\n\"AUSDT\": {},\n\"BUSDT\": {},\n\"CUSDT\": {},\n\"x y\": "
      "{}}}",
      &rules);
  EXPECT_EQ(mapped.refusal("CUSDT"),
            "4: symbols.CUSDT is not listed by the venue any more: it is left out");
  EXPECT_NE(mapped.refusal("BUSDT").find("does not trade (SETTLING)"), std::string::npos);
  EXPECT_NE(mapped.refusal("x y").find("is no symbol"), std::string::npos);
  EXPECT_EQ(mapped.configuration.account_instruments, (std::vector<std::string>{"AUSDT"}));
  EXPECT_EQ(mapped.configuration.instruments.size(), 2u);
}

// An empty list of instruments would allow entries everywhere.
TEST(ConfigurationMapping, NoSymbolLeftIsNoEntryAtAll) {
  const Mapped mapped(R"({"globals": {}, "symbols": {"AUSDT": {"stop_loss_pct": "x"}}})");
  EXPECT_FALSE(mapped.settings().flag(Setting::EntriesAllowed));
}

TEST(BotSettings, WhatIsNoSettingsFileIsRefusedWithItsLine) {
  EXPECT_NE(parse_bot_settings("{\n\"globals\": {\"a\": 1,}\n}").error().find("line 2: "),
            std::string::npos);
  EXPECT_FALSE(parse_bot_settings("").has_value());
  EXPECT_FALSE(parse_bot_settings("[]").has_value());
  EXPECT_FALSE(parse_bot_settings("{\"globals\": 1, \"symbols\": {}}").has_value());
  EXPECT_FALSE(parse_bot_settings("{\"globals\": {}} x").has_value());
  EXPECT_FALSE(parse_bot_settings("{\"globals\": {\"a\": 1 2}}").has_value());
  const auto odd =
      parse_bot_settings("{\"globals\": {\"a\": [1, {\"b\": 2}], \"a\": null}, \"z\": 1}");
  ASSERT_TRUE(odd.has_value()) << odd.error();
  ASSERT_EQ(odd->globals.size(), 1u) << "of a key that stands twice the last counts";
  EXPECT_EQ(odd->globals[0].value, "null");
  EXPECT_EQ(odd->others.size(), 1u);
}

}  // namespace
}  // namespace tranchet::legacy
