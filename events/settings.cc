#include "events/settings.h"

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr auto kPositionModes = std::to_array<std::string_view>({"hedge", "one_way"});
constexpr auto kForeignPolicies = std::to_array<std::string_view>({"adopt", "ignore", "halt"});
constexpr auto kAtCap = std::to_array<std::string_view>({"merge", "join", "reject"});
constexpr auto kWorkingTypes = std::to_array<std::string_view>({"contract_price", "mark_price"});
constexpr auto kStrategies =
    std::to_array<std::string_view>({"signals", "dip", "refill", "liquidation_hunter"});
constexpr auto kSides = std::to_array<std::string_view>({"both", "long", "short"});
constexpr auto kTriggers = std::to_array<std::string_view>({"volume", "single"});
constexpr auto kTargets = std::to_array<std::string_view>({"percent", "atr", "atr_or_percent"});
constexpr auto kProducts = std::to_array<std::string_view>({"carry", "intraday"});
constexpr auto kMarkSources = std::to_array<std::string_view>({"mark", "trade"});

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr Ppm kOnePercent = 10'000;
constexpr Ppm kBelowAll = kPpmOne - 1;  // 99.9999 %.
constexpr std::int64_t kLargest = 90'000'000'000 * kDecimalOne;

using enum SettingKind;
constexpr std::array<SettingInfo, kSettingCount> kTable{{
    {Setting::PositionModeChoice, "account", "position_mode", Choice, 1, 1, 2, false,
     "hedge holds Long and Short at once, one_way holds one of them", kPositionModes},
    {Setting::ForeignPosition, "account", "foreign_position", Choice, 1, 1, 3, false,
     "what to do with quantity at the venue that no order of ours made", kForeignPolicies},
    {Setting::CanAmend, "venue", "can_amend", Flag, 1, 0, 1, false,
     "limit orders can be amended in place"},
    {Setting::ReduceOnly, "venue", "reduce_only", Flag, 1, 0, 1, false,
     "the venue refuses an exit that would flip a one-way position"},
    {Setting::Leverage, "defaults", "leverage", Count, 10, 1, 125, true,
     "leverage of the position at the venue; never part of a percentage here"},
    {Setting::TrancheIncrement, "defaults", "tranche_increment_pct", Percent, 5 * kOnePercent,
     -kPpmOne, kBelowAll, true,
     "loss of the whole position, price only, at which an entry opens a tranche; below 0: a "
     "profit"},
    {Setting::MaxTranches, "defaults", "max_tranches", Count, 5, 1, 50, true,
     "live tranches of a position, by count"},
    {Setting::AtCap, "defaults", "at_cap", Choice, 1, 1, 3, true,
     "at max_tranches: merge the two least lossy, join the newest, or reject the entry", kAtCap},
    {Setting::TakeProfit, "defaults", "take_profit_pct", Percent, kOnePercent, 1, kBelowAll, true,
     "distance of the take-profit from the average entry"},
    {Setting::StopLoss, "defaults", "stop_loss_pct", Percent, 5 * kOnePercent, 1, kBelowAll, true,
     "distance of the stop from the average entry"},
    {Setting::StopWorkingType, "defaults", "working_type", Choice, 1, 1, 2, true,
     "the price that triggers stops", kWorkingTypes},
    {Setting::TradeValue, "defaults", "trade_value", Amount, 100 * kDecimalOne, 1, kLargest, true,
     "notional of an entry that does not say its own, quote currency"},
    {Setting::MaxPositionValue, "defaults", "max_position_value", Amount, 1'000 * kDecimalOne, 1,
     kLargest, true, "limit of one position: open quantity x average, in flight, and the entry"},
    {Setting::MaxTotalValue, "defaults", "max_total_value", Amount, 5'000 * kDecimalOne, 1,
     kLargest, false, "the same limit over all positions"},
    {Setting::TakeProfitEnabled, "defaults", "take_profit_enabled", Flag, 1, 0, 1, true,
     "tranches have a take-profit"},
    {Setting::StopLossEnabled, "defaults", "stop_loss_enabled", Flag, 1, 0, 1, true,
     "tranches have a stop"},
    {Setting::InstantTakeProfitEnabled, "defaults", "instant_tp_enabled", Flag, 1, 0, 1, true,
     "market-close a tranche whose take-profit the mark has passed unfilled"},
    {Setting::BackstopEnabled, "defaults", "sl_backstop_enabled", Flag, 1, 0, 1, true,
     "market-close a tranche whose stop was passed and did not trigger"},
    {Setting::Backstop, "defaults", "sl_backstop_pct", Percent, kOnePercent / 2, 1, kBelowAll, true,
     "how far beyond the stop its own price may run before the backstop closes"},
    {Setting::StaleAfter, "defaults", "stale_after", Time, 10 * kSecond, 1, kDay, true,
     "age at which a price no longer counts"},
    {Setting::EntryTimeout, "defaults", "entry_timeout", Time, 60 * kSecond, kSecond / 1'000,
     30 * kDay, true, "a limit entry that has not filled by then is cancelled"},
    {Setting::ExitAttempts, "defaults", "exit_attempts", Count, 3, 1, 15, true,
     "market orders tried for one exit before the alert"},
    {Setting::ExitBackoff, "defaults", "exit_backoff", Time, kSecond, kSecond / 1'000, kDay, true,
     "wait before the second attempt of an exit; doubles with each"},
    {Setting::Strategy, "strategy", "name", Choice, 1, 1, 4, false,
     "where entries come from: signals from outside, or a strategy of the engine's own",
     kStrategies},
    {Setting::DipDrop, "strategy", "drop_pct", Percent, kOnePercent, 1, kBelowAll, false,
     "dip: fall from the highest price of the window (short: rise from the lowest)"},
    {Setting::DipWindow, "strategy", "window", Time, 3'600 * kSecond, kSecond, 30 * kDay, false,
     "dip: how far back the highest and lowest price are taken"},
    {Setting::StrategyCooldown, "strategy", "cooldown", Time, 30 * kSecond, 0, 30 * kDay, false,
     "least time between two entries of the strategy on one side of one instrument"},
    {Setting::StrategySides, "strategy", "side", Choice, 1, 1, 3, true, "sides the strategy enters",
     kSides},
    {Setting::MarkSource, "backtest", "mark_source", Choice, 1, 1, 2, false,
     "trade: the data has no mark price, so every trade price is also the mark", kMarkSources},
    {Setting::EntriesAllowed, "account", "entries_allowed", Flag, 1, 0, 1, true,
     "entries in this instrument; follows account.instruments"},
    {Setting::HunterTrigger, "strategy", "trigger", Choice, 1, 1, 2, false,
     "liquidation_hunter: enters on the liquidated value of the volume_window, or on a single "
     "liquidation",
     kTriggers},
    {Setting::HunterLongThreshold, "strategy", "long_threshold", Amount, 10'000 * kDecimalOne, 1,
     kLargest, true, "liquidation_hunter: value of liquidated longs at which it enters Long"},
    {Setting::HunterShortThreshold, "strategy", "short_threshold", Amount, 10'000 * kDecimalOne, 1,
     kLargest, true, "liquidation_hunter: value of liquidated shorts at which it enters Short"},
    {Setting::HunterWindow, "strategy", "volume_window", Time, 60 * kSecond, kSecond,
     3'600 * kSecond, false, "liquidation_hunter: how far back liquidations count"},
    {Setting::HunterVwapFilter, "strategy", "vwap_filter", Flag, 0, 0, 1, false,
     "liquidation_hunter: buys only under, sells only over the volume-weighted average price"},
    {Setting::HunterVwapWindow, "strategy", "vwap_window", Time, 6'000 * kSecond, 60 * kSecond,
     kDay, false, "liquidation_hunter: how far back trades count for that average, whole minutes"},
    {Setting::HunterMarkRatio, "strategy", "mark_ratio_pct", Percent, kOnePercent, 0, kBelowAll,
     false,
     "liquidation_hunter: enters only on liquidations less than this on the wrong side of the "
     "mark; 0: on any"},
    {Setting::Targets, "defaults", "targets", Choice, 1, 1, 3, true,
     "what a new tranche measures its targets by: percent of its average, or atr, the average true "
     "range of candles; atr_or_percent: percent until there are enough candles, where atr refuses "
     "the entry",
     kTargets},
    {Setting::AtrPeriod, "defaults", "atr_period", Count, 14, 1, 1'000, true,
     "candles that the average true range is taken over"},
    {Setting::AtrStop, "defaults", "atr_sl_multiplier", Factor, 3 * kPpmOne / 2, 1, 100 * kPpmOne,
     true, "distance of the stop from the average entry, in average true ranges"},
    {Setting::AtrTarget, "defaults", "atr_tp_multiplier", Factor, 3 * kPpmOne, 1, 100 * kPpmOne,
     true, "distance of the take-profit from the average entry, in average true ranges"},
    {Setting::CandleInterval, "defaults", "candle_interval", Time, 5 * kMinute, kSecond, kDay, true,
     "length of the candles that the average true range is taken from, whole seconds"},
    {Setting::Product, "session", "product", Choice, 1, 1, 2, true,
     "intraday: closed at square_off, no entry from last_entry on; carry: held over night",
     kProducts},
    {Setting::SessionStart, "session", "start", TimeOfDay, 555 * kMinute, 0, kDay - kMinute, false,
     "when the session begins, time of the exchange"},
    {Setting::SessionEnd, "session", "end", TimeOfDay, 930 * kMinute, 0, kDay - kMinute, false,
     "when it ends: orders for the day expire"},
    {Setting::LastEntry, "session", "last_entry", TimeOfDay, 900 * kMinute, 0, kDay - kMinute, true,
     "from then on intraday entries are refused"},
    {Setting::SquareOff, "session", "square_off", TimeOfDay, 915 * kMinute, 0, kDay - kMinute, true,
     "when intraday positions are closed, before the venue does it"},
    {Setting::UtcOffset, "session", "utc_offset", Time, 330 * kMinute, 0, 840 * kMinute, false,
     "how far the exchange's clock is ahead of UTC"},
}};

constexpr bool table_is_in_order() {
  for (std::size_t index = 0; index < kTable.size(); ++index) {
    if (static_cast<std::size_t>(kTable[index].id) != index + 1) return false;
  }
  return true;
}
static_assert(table_is_in_order());

std::size_t index_of(Setting setting) {
  return static_cast<std::size_t>(setting) - 1;
}

// "15:15". Nullopt: no time of day.
std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at, int most) {
    return at < text.size() && text[at] >= '0' && text[at] <= '0' + most;
  };
  const auto value = [&](std::size_t at) { return std::int64_t{text[at] - '0'}; };
  const bool fits = text.size() == 5 && digit(0, 2) && digit(1, 9) && text[2] == ':' &&
                    digit(3, 5) && digit(4, 9);
  if (!fits) return std::nullopt;
  const std::int64_t hour = value(0) * 10 + value(1);
  if (hour > 23) return std::nullopt;
  return (hour * 60 + value(3) * 10 + value(4)) * kMinute;
}

std::string time_of_day_text(std::int64_t value) {
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  const std::int64_t minutes = value / kMinute;
  return two(minutes / 60) + ":" + two(minutes % 60);
}

std::string_view unit(const SettingInfo& setting) {
  return setting.kind == Percent ? " %" : "";
}

}  // namespace

std::span<const SettingInfo> all_settings() {
  return kTable;
}

const SettingInfo& info(Setting setting) {
  ENSURE(index_of(setting) < kTable.size());
  return kTable[index_of(setting)];
}

const SettingInfo* find_setting(std::string_view section, std::string_view name) {
  for (const SettingInfo& setting : kTable) {
    if (setting.section == section && setting.name == name) return &setting;
  }
  return nullptr;
}

ParsedSetting parse_setting(const SettingInfo& setting, std::string_view text) {
  const auto fail = [](std::string error) { return ParsedSetting{0, std::move(error)}; };
  std::int64_t value = 0;
  switch (setting.kind) {
    case Flag:
      if (text != "true" && text != "false") return fail("must be true or false");
      value = text == "true" ? 1 : 0;
      break;
    case Choice: {
      std::string known;
      for (std::size_t index = 0; index < setting.choices.size(); ++index) {
        if (setting.choices[index] == text) value = static_cast<std::int64_t>(index + 1);
        known += (index == 0 ? "" : ", ") + std::string(setting.choices[index]);
      }
      if (value == 0) return fail("is none of " + known);
      break;
    }
    case Time: {
      const auto duration = parse_duration(text);
      if (!duration) return fail("is not a duration such as 250ms, 10s or 60m");
      value = duration->count();
      break;
    }
    case TimeOfDay: {
      const auto time = parse_time_of_day(text);
      if (!time) return fail("is not a time of day such as 15:15");
      value = *time;
      break;
    }
    case Count:
    case Percent:
    case Factor:
    case Amount: {
      const int places = setting.kind == Count     ? 0
                         : setting.kind == Percent ? 4
                         : setting.kind == Factor  ? 6
                                                   : kDecimalPlaces;
      const ParsedDecimal parsed = parse_decimal(text, places);
      if (parsed.error == DecimalError::TooManyDecimals) {
        return fail(places == 0 ? "is not a whole number"
                                : "has more than " + std::to_string(places) + " decimals");
      }
      if (parsed.error) return fail(std::string(describe(*parsed.error)));
      value = parsed.count;
      break;
    }
  }
  if (value < setting.min) {
    return fail("is below " + setting_text(setting, setting.min) + std::string(unit(setting)));
  }
  if (value > setting.max) {
    return fail("is above " + setting_text(setting, setting.max) + std::string(unit(setting)));
  }
  return {value, {}};
}

std::string setting_text(const SettingInfo& setting, std::int64_t value) {
  switch (setting.kind) {
    case Flag:
      return value != 0 ? "true" : "false";
    case Count:
      return std::to_string(value);
    case Percent:
      return percent_text(value);
    case Amount:
      return decimal_text(value);
    case Factor:
      return decimal_text(value * (kDecimalOne / kPpmOne));
    case Time:
      return to_text(Duration::nanoseconds(value));
    case TimeOfDay:
      return time_of_day_text(value);
    case Choice:
      return std::string(setting.choices[static_cast<std::size_t>(value - 1)]);
  }
  return {};
}

Settings::Settings() {
  for (const SettingInfo& setting : kTable) defaults_[index_of(setting.id)] = setting.fallback;
}

std::map<Settings::Key, std::int64_t> Settings::named_values() const {
  std::map<Key, std::int64_t> named = overrides_;
  for (std::size_t index = kFirstSettingCount; index < kSettingCount; ++index) {
    if (defaults_[index] == kTable[index].fallback) continue;
    named.emplace(Key{InstrumentId::None, kTable[index].id}, defaults_[index]);
  }
  return named;
}

std::int64_t Settings::get_of(Setting setting, InstrumentId instrument) const {
  const auto found = overrides_.find({instrument, setting});
  return found != overrides_.end() ? found->second : defaults_[index_of(setting)];
}

void Settings::set(Setting setting, InstrumentId instrument, std::int64_t value) {
  const SettingInfo& about = info(setting);
  ENSURE(value >= about.min && value <= about.max);
  if (instrument == InstrumentId::None) {
    defaults_[index_of(setting)] = value;
  } else {
    ENSURE(about.per_instrument);
    overrides_[{instrument, setting}] = value;
  }
}

}  // namespace tranchet
