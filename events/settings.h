// Every setting that a decision can depend on: its name, unit, default and range, in one table.
//
// A value is an int64 in the setting's own unit, so that a setting fits an event, a digest and a
// comparison. Settings of the outside world only (addresses, key files, output) are not here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "events/decimal.h"
#include "events/ids.h"
#include "events/time.h"

namespace tranchet {

// Permanent numbers: a log refers to them.
enum class Setting : std::uint8_t {
  PositionModeChoice = 1,
  ForeignPosition = 2,
  CanAmend = 3,
  ReduceOnly = 4,
  Leverage = 5,
  TrancheIncrement = 6,
  MaxTranches = 7,
  AtCap = 8,
  TakeProfit = 9,
  StopLoss = 10,
  StopWorkingType = 11,
  TradeValue = 12,
  MaxPositionValue = 13,
  MaxTotalValue = 14,
  TakeProfitEnabled = 15,
  StopLossEnabled = 16,
  InstantTakeProfitEnabled = 17,
  BackstopEnabled = 18,
  Backstop = 19,
  StaleAfter = 20,
  EntryTimeout = 21,
  ExitAttempts = 22,
  ExitBackoff = 23,
  Strategy = 24,
  DipDrop = 25,
  DipWindow = 26,
  StrategyCooldown = 27,
  StrategySides = 28,
  MarkSource = 29,
  EntriesAllowed = 30,
  HunterTrigger = 31,
  HunterLongThreshold = 32,
  HunterShortThreshold = 33,
  HunterWindow = 34,
  HunterVwapFilter = 35,
  HunterVwapWindow = 36,
  HunterMarkRatio = 37,
  Targets = 38,
  AtrPeriod = 39,
  AtrStop = 40,
  AtrTarget = 41,
  CandleInterval = 42,
  Product = 43,
  SessionStart = 44,
  SessionEnd = 45,
  LastEntry = 46,
  SquareOff = 47,
  UtcOffset = 48,
};
inline constexpr std::size_t kSettingCount = 48;
// What came after these is named in texts, digests and images only where it differs from the
// table's default, so that logs and digests from before it stay what they are. Those defaults are
// for ever.
inline constexpr std::size_t kFirstSettingCount = 30;

// The named choices, as settings number them (from 1, in the order of the table's `choices`).
enum class PositionMode : std::uint8_t { Hedge = 1, OneWay = 2 };
enum class ForeignPolicy : std::uint8_t { Adopt = 1, Ignore = 2, Halt = 3 };
enum class AtCapPolicy : std::uint8_t { Merge = 1, Join = 2, Reject = 3 };
enum class StrategyName : std::uint8_t { Signals = 1, Dip = 2, Refill = 3, LiquidationHunter = 4 };
// What makes liquidation_hunter enter: the liquidated value of a window, or that of one order.
enum class HunterTriggerChoice : std::uint8_t { Volume = 1, Single = 2 };
enum class StrategySidesChoice : std::uint8_t { Both = 1, Long = 2, Short = 3 };
// Which prices the engine takes for the mark: the venue's, or every trade where data has no mark.
enum class MarkSourceChoice : std::uint8_t { Mark = 1, Trade = 2 };
// What a new tranche measures its targets by: a percentage of its average, or the average true
// range of the instrument's candles. AtrOrPercent: by percentage while there are too few candles.
enum class TargetsChoice : std::uint8_t { Percent = 1, Atr = 2, AtrOrPercent = 3 };
// Carry: over night (CNC, MARGIN). Intraday: closed before the session ends (INTRADAY).
enum class ProductChoice : std::uint8_t { Carry = 1, Intraday = 2 };

enum class SettingKind : std::uint8_t {
  Flag,       // true, false: 1, 0.
  Count,      // A whole number.
  Percent,    // Parts per million; written in percent, at most four decimals.
  Factor,     // Parts per million; written as the factor itself, "1.5", at most six decimals.
  Amount,     // Money: counts of 1e-8 of the quote currency.
  Time,       // Nanoseconds; written "10s", "60m".
  TimeOfDay,  // Nanoseconds since midnight, whole minutes; written "15:15".
  Choice,     // The number of a name.
};

struct SettingInfo {
  Setting id{};
  std::string_view section;  // TOML table.
  std::string_view name;     // TOML key.
  SettingKind kind{};
  std::int64_t fallback = 0;  // The default.
  std::int64_t min = 0;
  std::int64_t max = 0;
  bool per_instrument = false;  // May stand in [instrument.SYM].
  std::string_view meaning;
  std::span<const std::string_view> choices = {};
};

std::span<const SettingInfo> all_settings();  // In the order of their numbers.
const SettingInfo& info(Setting setting);
const SettingInfo* find_setting(std::string_view section, std::string_view name);

// A value from its text ("0.8", "merge", "10s", "true"), checked against kind and range. The error
// is the end of a sentence that starts with the value: "is above 99.9999 %".
struct ParsedSetting {
  std::int64_t value = 0;
  std::string error;  // Empty: fine.
};
ParsedSetting parse_setting(const SettingInfo& setting, std::string_view text);
std::string setting_text(const SettingInfo& setting, std::int64_t value);

// Values for all settings: a default for each, and what single instruments say instead.
class Settings {
 public:
  Settings();  // The table's defaults.

  std::int64_t get(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    if (overrides_.empty() || instrument == InstrumentId::None) {
      return defaults_[static_cast<std::size_t>(setting) - 1];
    }
    return get_of(setting, instrument);
  }
  void set(Setting setting, InstrumentId instrument, std::int64_t value);

  bool flag(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    return get(setting, instrument) != 0;
  }
  Ppm percent(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    return get(setting, instrument);
  }
  Money amount(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    return Money::from_raw(get(setting, instrument));
  }
  Duration duration(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    return Duration::nanoseconds(get(setting, instrument));
  }
  template <class Choice>
  Choice choice(Setting setting, InstrumentId instrument = InstrumentId::None) const {
    return static_cast<Choice>(get(setting, instrument));
  }

  using Key = std::pair<InstrumentId, Setting>;
  const std::array<std::int64_t, kSettingCount>& defaults() const { return defaults_; }
  const std::map<Key, std::int64_t>& overrides() const { return overrides_; }
  // The overrides, and under InstrumentId::None the later settings that are not at their default:
  // with the first kFirstSettingCount defaults everything that these settings say.
  std::map<Key, std::int64_t> named_values() const;

  friend bool operator==(const Settings&, const Settings&) = default;

 private:
  std::int64_t get_of(Setting setting, InstrumentId instrument) const;

  std::array<std::int64_t, kSettingCount> defaults_{};
  std::map<Key, std::int64_t> overrides_;
};

}  // namespace tranchet
