// The table of settings, their texts, and what single instruments say instead.
#include "events/settings.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/settings_text.h"

namespace tranchet {
namespace {

TEST(SettingsTable, IsWholeAndItsDefaultsAreInRange) {
  ASSERT_EQ(all_settings().size(), kSettingCount);
  std::set<std::string> names;
  for (const SettingInfo& setting : all_settings()) {
    EXPECT_TRUE(names.insert(std::string(setting.section) + "." + std::string(setting.name)).second)
        << setting.name;
    EXPECT_LE(setting.min, setting.fallback) << setting.name;
    EXPECT_LE(setting.fallback, setting.max) << setting.name;
    EXPECT_FALSE(setting.meaning.empty()) << setting.name;
    EXPECT_EQ(setting.kind == SettingKind::Choice, !setting.choices.empty()) << setting.name;
    if (setting.kind == SettingKind::Choice) {
      EXPECT_EQ(setting.max, static_cast<std::int64_t>(setting.choices.size())) << setting.name;
    }
    EXPECT_EQ(find_setting(setting.section, setting.name), &info(setting.id)) << setting.name;
    EXPECT_EQ(Settings().get(setting.id), setting.fallback) << setting.name;
  }
  EXPECT_EQ(find_setting("defaults", "no_such_key"), nullptr);
  EXPECT_EQ(find_setting("venue", "leverage"), nullptr);
}

TEST(SettingsTable, EveryLimitReadsBackFromItsText) {
  for (const SettingInfo& setting : all_settings()) {
    for (const std::int64_t value : {setting.min, setting.fallback, setting.max}) {
      const std::string text = setting_text(setting, value);
      const ParsedSetting parsed = parse_setting(setting, text);
      EXPECT_EQ(parsed.error, "") << setting.name << " = " << text;
      EXPECT_EQ(parsed.value, value) << setting.name << " = " << text;
    }
  }
}

TEST(SettingsTable, FactorsAndTimesOfDayAreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_setting(info(Setting::AtrStop), "1.5").value, 1'500'000);
  EXPECT_EQ(setting_text(info(Setting::AtrStop), 1'500'000), "1.5");
  EXPECT_EQ(parse_setting(info(Setting::SquareOff), "15:15").value, 915 * 60'000'000'000);
  EXPECT_EQ(setting_text(info(Setting::SessionStart), info(Setting::SessionStart).fallback),
            "09:15");
  EXPECT_EQ(parse_setting(info(Setting::SquareOff), "00:00").value, 0);
}

struct SettingRow {
  Setting setting;
  const char* text;
  const char* error;
};
class SettingIsRefused : public testing::TestWithParam<SettingRow> {};

TEST_P(SettingIsRefused, WithTheEndOfASentence) {
  EXPECT_EQ(parse_setting(info(GetParam().setting), GetParam().text).error, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SettingIsRefused,
    testing::Values(SettingRow{Setting::TakeProfit, "0", "is below 0.0001 %"},
                    SettingRow{Setting::TakeProfit, "100", "is above 99.9999 %"},
                    SettingRow{Setting::AtrStop, "0", "is below 0.000001"},
                    SettingRow{Setting::AtrStop, "100.5", "is above 100"},
                    SettingRow{Setting::AtrStop, "1.0000001", "has more than 6 decimals"},
                    SettingRow{Setting::SquareOff, "24:00", "is not a time of day such as 15:15"},
                    SettingRow{Setting::SquareOff, "15:60", "is not a time of day such as 15:15"},
                    SettingRow{Setting::SquareOff, "9:15", "is not a time of day such as 15:15"},
                    SettingRow{Setting::SquareOff, "09-15", "is not a time of day such as 15:15"},
                    SettingRow{Setting::TakeProfit, "-1", "is below 0.0001 %"},
                    SettingRow{Setting::TakeProfit, "0.00001", "has more than 4 decimals"},
                    SettingRow{Setting::TakeProfit, "1e400", "is out of range"},
                    SettingRow{Setting::TakeProfit, "one", "is not a number"},
                    SettingRow{Setting::MaxTranches, "0", "is below 1"},
                    SettingRow{Setting::MaxTranches, "51", "is above 50"},
                    SettingRow{Setting::MaxTranches, "2.5", "is not a whole number"},
                    SettingRow{Setting::AtCap, "Merge", "is none of merge, join, reject"},
                    SettingRow{Setting::PositionModeChoice, "", "is none of hedge, one_way"},
                    SettingRow{Setting::StopLossEnabled, "yes", "must be true or false"},
                    SettingRow{Setting::StaleAfter, "10",
                               "is not a duration such as 250ms, 10s or 60m"},
                    SettingRow{Setting::EntryTimeout, "0s", "is below 1ms"},
                    SettingRow{Setting::TradeValue, "0.000000001", "has more than 8 decimals"},
                    SettingRow{Setting::TradeValue, "0", "is below 0.00000001"}));

TEST(Settings, AnInstrumentMaySayItsOwn) {
  Settings settings;
  const InstrumentId coin{1}, other{2};
  settings.set(Setting::TakeProfit, coin, 8'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, coin), 8'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, other), 10'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit), 10'000);
  settings.set(Setting::TakeProfit, InstrumentId::None, 20'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, coin), 8'000);
  EXPECT_EQ(settings.percent(Setting::TakeProfit, other), 20'000);
}

TEST(SettingsDeathTest, OutOfRangeStopsTheProgram) {
  Settings settings;
  EXPECT_DEATH(settings.set(Setting::TakeProfit, InstrumentId::None, 0), "");
  EXPECT_DEATH(settings.set(Setting::MaxTotalValue, InstrumentId{1}, 1), "");
}

TEST(SettingsLines, GoBothWaysAndDoNotDependOnNumbering) {
  Names names;
  const InstrumentId coin = names.instrument("COIN"), other = names.instrument("OTHER");
  Settings settings;
  settings.set(Setting::TakeProfit, coin, 8'000);
  settings.set(Setting::StopLoss, other, 123'456);
  settings.set(Setting::AtCap, InstrumentId::None, 2);
  const std::string lines = settings_lines(settings, names);

  Names renumbered;
  const InstrumentId other_first = renumbered.instrument("OTHER");
  const auto read = parse_settings_lines(lines, renumbered);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->percent(Setting::StopLoss, other_first), 123'456);
  EXPECT_EQ(settings_lines(*read, renumbered), lines);
  EXPECT_EQ(settings_digest(*read, renumbered), settings_digest(settings, names));
  EXPECT_NE(settings_digest(Settings(), names), settings_digest(settings, names));
}

// So that a log of before says what it always said, and its digest stays.
TEST(SettingsLines, WhatCameLaterIsNamedOnlyWhereItIsNotAtItsDefault) {
  Names names;
  const InstrumentId coin = names.instrument("COIN");
  Settings settings;
  EXPECT_EQ(settings_lines(settings, names).find("long_threshold"), std::string::npos);
  EXPECT_TRUE(settings.named_values().empty());
  settings.set(Setting::HunterLongThreshold, InstrumentId::None, 5 * kDecimalOne);
  settings.set(Setting::HunterShortThreshold, coin, 6 * kDecimalOne);
  EXPECT_EQ(settings.named_values().size(), 2U);
  const std::string lines = settings_lines(settings, names);
  EXPECT_NE(lines.find("strategy.long_threshold = 5\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("instrument.COIN.short_threshold = 6\n"), std::string::npos) << lines;
  const auto read = parse_settings_lines(lines, names);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, settings);
}

TEST(SettingsLines, ErrorsNameLineKeyAndValue) {
  const auto error_of = [](const std::string& text) {
    Names names;
    const auto read = parse_settings_lines(text, names);
    return read ? std::string("none")
                : std::to_string(read.error().line) + ": " + read.error().message;
  };
  EXPECT_EQ(error_of(""), "none");
  EXPECT_EQ(error_of("\ndefaults.leverage = 20\n"), "none");
  EXPECT_EQ(error_of("defaults.leverage 20"), "1: \"defaults.leverage 20\" is not `key = value`");
  EXPECT_EQ(error_of("\ndefaults.levrage = 20"), "2: unknown setting \"defaults.levrage\"");
  EXPECT_EQ(error_of("defaults.leverage = 20\ndefaults.leverage = 20"),
            "2: setting \"defaults.leverage\" appears twice");
  EXPECT_EQ(error_of("defaults.leverage = 126"), "1: defaults.leverage \"126\" is above 125");
  EXPECT_EQ(error_of("instrument.COIN.max_total_value = 5"),
            "1: unknown setting \"instrument.COIN.max_total_value\"");
}

}  // namespace
}  // namespace tranchet
