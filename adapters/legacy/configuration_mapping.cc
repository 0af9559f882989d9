#include "adapters/legacy/configuration_mapping.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "adapters/cli/configuration_keys.h"
#include "adapters/legacy/loose_decimal.h"
#include "events/settings.h"

namespace tranchet::legacy {
namespace {

using Kind = BotSetting::Kind;

struct NeedlessKey {
  std::string_view key;
  std::string_view why;
};
constexpr std::string_view kNotRead = "was never read by the bot";
constexpr std::string_view kOneOwner =
    "is not needed: protection has one owner here, which compares wish and orders at every event";
constexpr auto kNeedlessGlobals = std::to_array<NeedlessKey>({
    {"time_in_force", "is GTC for every take-profit here"},
    {"multi_assets_mode", "stays as the account has it: set it at the venue"},
    {"set_margin_type", "stays as the account has it: set it at the venue"},
    {"batch_orders", "is the adapter's business: orders that leave together are a batch"},
    {"tp_sl_batch_enabled", "is the adapter's business: orders that leave together are a batch"},
    {"order_cleanup_interval_seconds", kOneOwner},
    {"max_stop_orders_per_symbol", "is not needed: the venue's own limit is kept to"},
    {"use_position_monitor", kOneOwner},
    {"price_monitor_reconnect_delay", kNotRead},
    {"buffer_liquidations", "is not needed: windows are by the venue's time, and nothing waits"},
    {"liquidation_buffer_ms", "is not needed: windows are by the venue's time, and nothing waits"},
    {"order_ttl_seconds", kNotRead},
    {"max_open_orders_per_symbol", kNotRead},
    {"rate_limit_buffer_pct", kNotRead},
    {"enable_order_consolidation", kNotRead},
});
constexpr auto kNeedlessOfSymbols = std::to_array<NeedlessKey>({
    {"margin_type", "stays as the account has it: set it at the venue"},
    {"price_offset_pct", "only served the bot where it had no order book"},
    {"price_protect", "is not sent: a stop that the venue holds back is no stop"},
    {"use_trailing_stop", "was turned into a fixed stop by the bot, as it is here"},
    {"volume_check_type", kNotRead},
});

// The bot's code, where its file says nothing.
constexpr std::int64_t kBotLeverage = 10;
constexpr std::int64_t kBotTradeValue = 10 * kDecimalOne;
constexpr std::int64_t kBotMaxPosition = 10'000 * kDecimalOne;
constexpr std::int64_t kBotMaxTotal = 10'000 * kDecimalOne;

std::string decimal_text(std::int64_t counts) {
  return to_text(Money::from_raw(counts));
}

std::optional<std::int64_t> times(std::int64_t counts, std::int64_t factor) {
  const Int128 product = static_cast<Int128>(counts) * factor;
  if (product > Money::max().raw() || product < -Money::max().raw()) return std::nullopt;
  return static_cast<std::int64_t>(product);
}

std::string quoted(const BotSetting& setting) {
  return setting.kind == Kind::Text ? "\"" + setting.value + "\"" : setting.value;
}

class Mapper {
 public:
  Mapper(const BotSettings& settings, const MappingPlaces& places, const ExchangeInfo* rules)
      : settings_(settings), places_(places), rules_(rules) {}

  ConfigurationMapping map() {
    for (const BotSetting& other : settings_.others) {
      refuse(other, other.key, "is no part of the bot's settings");
    }
    map_globals();
    for (const BotSymbol& symbol : settings_.symbols) map_symbol(symbol);
    map_total();
    write();
    return std::move(out_);
  }

 private:
  // ---- Words about keys.

  void refuse(const BotSetting& setting, const std::string& name, std::string why) {
    out_.refused.push_back({setting.line, name + " = " + quoted(setting), std::move(why)});
  }
  void leave(const BotSetting& setting, const std::string& name, std::string_view why) {
    out_.unneeded.push_back({setting.line, name + " = " + quoted(setting), std::string(why)});
  }

  // A value of ours, or why it cannot be one.
  struct Value {
    std::string text;
    std::string error;
    std::string how;
  };

  static std::string flaw_of_number(const BotSetting& setting) {
    if (setting.kind == Kind::Text) return "is a text: write it as a number, without quotes or %";
    return "is not a number";
  }

  static Value number(const BotSetting& setting, const SettingInfo& ours, std::int64_t factor = 1) {
    if (setting.kind != Kind::Number)
      return {.text = {}, .error = flaw_of_number(setting), .how = {}};
    const auto counts = read_loose_decimal(setting.value);
    const auto product = counts ? times(*counts, factor) : std::nullopt;
    if (!product) return {.text = {}, .error = "is too large", .how = {}};
    Value value{.text = decimal_text(*product), .error = {}, .how = {}};
    if (factor != 1) value.how = "collateral times leverage " + std::to_string(factor);
    value.error = parse_setting(ours, value.text).error;
    return value;
  }

  static Value flag(const BotSetting& setting) {
    if (setting.kind == Kind::Flag) return {.text = setting.value, .error = {}, .how = {}};
    return {.text = {}, .error = "is neither true nor false", .how = {}};
  }

  // Takes a value under a key of ours; false: it was refused.
  bool take(const BotSetting& setting, const std::string& from, const std::string& section,
            const std::string& key, const Value& value) {
    if (!value.error.empty()) {
      refuse(setting, from, value.error);
      return false;
    }
    set(section, key, value.text);
    out_.mapped.push_back(
        {from + " = " + quoted(setting), section + "." + key + " = " + value.text, value.how});
    return true;
  }
  void set(const std::string& section, const std::string& key, const std::string& toml) {
    std::vector<std::pair<std::string, std::string>>& table = tables_[section];
    std::erase_if(table, [&](const auto& earlier) { return earlier.first == key; });
    table.push_back({key, toml});
  }

  // ---- The globals.

  void map_globals() {
    set("defaults", "leverage", std::to_string(kBotLeverage));
    set("defaults", "at_cap", "\"join\"");
    // The bot looks at neither the mark nor an average price.
    set("strategy", "name", "\"liquidation_hunter\"");
    set("strategy", "trigger", "\"volume\"");
    set("strategy", "mark_ratio_pct", "0");
    out_.remarks.push_back(
        "The bot adds up the liquidations of both sides; here liquidated longs count for Long, "
        "shorts for Short, each once, and strategy.cooldown lies between two entries.");
    for (const BotSetting& setting : settings_.globals) {
      if (map_global(setting)) continue;
      // A limit that nobody can read is no limit.
      out_.entries_allowed = false;
    }
  }

  bool map_global(const BotSetting& setting) {
    const std::string from = "globals." + setting.key;
    const auto info_of = [](Setting which) -> const SettingInfo& { return info(which); };
    if (setting.key == "hedge_mode") {
      const Value value = flag(setting);
      const std::string mode = value.text == "false" ? "\"one_way\"" : "\"hedge\"";
      return take(setting, from, "account", "position_mode",
                  {.text = mode, .error = value.error, .how = {}});
    }
    if (setting.key == "max_total_exposure_usdt") {
      total_ = &setting;
      return true;
    }
    if (setting.key == "max_tranches_per_symbol_side") {
      return take(setting, from, "defaults", "max_tranches",
                  number(setting, info_of(Setting::MaxTranches)));
    }
    if (setting.key == "tranche_pnl_increment_pct") {
      return take(setting, from, "defaults", "tranche_increment_pct",
                  number(setting, info_of(Setting::TrancheIncrement)));
    }
    if (setting.key == "instant_tp_enabled") {
      return take(setting, from, "defaults", "instant_tp_enabled", flag(setting));
    }
    if (setting.key == "set_leverage") {
      return take(setting, from, "venue", "set_leverage", flag(setting));
    }
    if (setting.key == "stale_limit_order_minutes") {
      return take(setting, from, "defaults", "entry_timeout", entry_timeout(setting));
    }
    if (setting.key == "simulate_only") {
      const Value value = flag(setting);
      if (!value.error.empty()) {
        refuse(setting, from, value.error);
        return false;
      }
      leave(setting, from,
            value.text == "true"
                ? "is how `tranchet live` starts: it trades on paper without --live"
                : "is said when it starts: `tranchet live --live` trades for real");
      return true;
    }
    if (is_of_the_hunter(setting.key)) return map_hunter(setting, from, "strategy");
    return map_the_rest(setting, from, kNeedlessGlobals);
  }

  // Minutes, that may have decimals, as our seconds.
  static Value entry_timeout(const BotSetting& setting) {
    if (setting.kind != Kind::Number)
      return {.text = {}, .error = flaw_of_number(setting), .how = {}};
    const auto counts = read_loose_decimal(setting.value);
    const auto seconds = counts ? times(*counts, 60) : std::nullopt;
    if (!seconds || *seconds < kDecimalOne) {
      return {.text = {}, .error = "is less than a second", .how = {}};
    }
    const std::string text = std::to_string(*seconds / kDecimalOne) + "s";
    return {.text = "\"" + text + "\"",
            .error = parse_setting(info(Setting::EntryTimeout), text).error,
            .how = "minutes"};
  }

  template <std::size_t N>
  bool map_the_rest(const BotSetting& setting, const std::string& from,
                    const std::array<NeedlessKey, N>& needless) {
    const auto found = std::ranges::find(needless, setting.key, &NeedlessKey::key);
    if (found != needless.end()) {
      leave(setting, from, found->why);
      return true;
    }
    std::string why = "is no setting of the bot, which ignored it";
    if (const std::string near = nearest(setting.key, needless); !near.empty()) {
      why += "; the nearest that it knows is " + near;
    }
    refuse(setting, from, why);
    return true;
  }

  template <std::size_t N>
  static std::string nearest(const std::string& key, const std::array<NeedlessKey, N>& needless) {
    constexpr auto kKnown = std::to_array<std::string_view>({"hedge_mode",
                                                             "max_total_exposure_usdt",
                                                             "max_tranches_per_symbol_side",
                                                             "tranche_pnl_increment_pct",
                                                             "instant_tp_enabled",
                                                             "set_leverage",
                                                             "stale_limit_order_minutes",
                                                             "simulate_only",
                                                             "volume_window_sec",
                                                             "use_usdt_volume",
                                                             "leverage",
                                                             "trade_value_usdt",
                                                             "max_position_usdt",
                                                             "take_profit_enabled",
                                                             "take_profit_pct",
                                                             "stop_loss_enabled",
                                                             "stop_loss_pct",
                                                             "working_type",
                                                             "trade_side",
                                                             "volume_threshold",
                                                             "volume_threshold_long",
                                                             "volume_threshold_short"});
    std::string best;
    std::size_t least = 4;
    const auto look_at = [&](std::string_view known) {
      const std::size_t distance = edit_distance(key, known);
      if (distance >= least) return;
      least = distance;
      best = known;
    };
    for (const std::string_view known : kKnown) look_at(known);
    for (const NeedlessKey& known : needless) look_at(known.key);
    return best;
  }

  // The bot compares the collateral of all positions. Their leverages may differ: the lowest allows
  // no more than the bot did.
  void map_total() {
    std::int64_t lowest = kBotLeverage;
    for (const auto& [symbol, leverage] : leverages_) {
      lowest = leverages_.begin()->first == symbol ? leverage : std::min(lowest, leverage);
    }
    if (total_ == nullptr) {
      set("defaults", "max_total_value", decimal_text(kBotMaxTotal * lowest));
      return;
    }
    const bool taken =
        take(*total_, "globals.max_total_exposure_usdt", "defaults", "max_total_value",
             number(*total_, info(Setting::MaxTotalValue), lowest));
    out_.entries_allowed = out_.entries_allowed && taken;
  }

  // ---- The strategy.

  static bool is_of_the_hunter(std::string_view key) {
    return key == "volume_window_sec" || key == "use_usdt_volume" || key == "volume_threshold" ||
           key == "volume_threshold_long" || key == "volume_threshold_short" || key == "trade_side";
  }

  bool map_hunter(const BotSetting& setting, const std::string& from, const std::string& section) {
    if (setting.key == "use_usdt_volume") {
      if (setting.value == "true") {
        leave(setting, from, "is how it is here: liquidations count by their value");
        return true;
      }
      refuse(setting, from, "counts coins; here liquidations count by their value in USDT");
      return false;
    }
    if (setting.key == "trade_side") return map_trade_side(setting, from, section);
    if (setting.key == "volume_window_sec") {
      return take(setting, from, "strategy", "volume_window", seconds(setting));
    }
    bool is_good = true;
    const bool is_of_both = setting.key == "volume_threshold";
    for (const std::string_view side : {"long", "short"}) {
      if (!is_of_both && setting.key != "volume_threshold_" + std::string(side)) continue;
      const std::string key = std::string(side) + "_threshold";
      if (is_of_both && has(section, key)) continue;
      is_good =
          take(setting, from, section, key, number(setting, *find_setting("strategy", key))) &&
          is_good;
    }
    return is_good;
  }

  bool map_trade_side(const BotSetting& setting, const std::string& from,
                      const std::string& section) {
    if (setting.value == "OPPOSITE") {
      leave(setting, from, "is how it is here: liquidated longs are bought, shorts are sold");
      return true;
    }
    if (setting.value != "BUY" && setting.value != "SELL") {
      refuse(setting, from, "is none of OPPOSITE, BUY, SELL");
      return false;
    }
    const bool is_buy = setting.value == "BUY";
    return take(setting, from, section, "side",
                {.text = is_buy ? "\"long\"" : "\"short\"",
                 .error = {},
                 .how = is_buy ? "after liquidated longs alone" : "after liquidated shorts alone"});
  }

  static Value seconds(const BotSetting& setting) {
    if (setting.kind != Kind::Number) {
      return {.text = {}, .error = flaw_of_number(setting), .how = {}};
    }
    const auto counts = read_loose_decimal(setting.value);
    const std::string text = std::to_string(counts.value_or(0) / kDecimalOne) + "s";
    return {.text = "\"" + text + "\"",
            .error = parse_setting(*find_setting("strategy", "volume_window"), text).error,
            .how = {}};
  }

  bool has(const std::string& section, const std::string& key) const {
    const auto found = tables_.find(section);
    return found != tables_.end() &&
           std::ranges::find(found->second, key, &std::pair<std::string, std::string>::first) !=
               found->second.end();
  }

  // ---- A symbol.

  void map_symbol(const BotSymbol& symbol) {
    const InstrumentRules* rules = rules_of(symbol.symbol);
    const std::string table = "symbols." + symbol.symbol;
    const bool is_a_symbol =
        !symbol.symbol.empty() && std::ranges::all_of(symbol.symbol, [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!is_a_symbol) {
      out_.refused.push_back({symbol.line, table, "is no symbol of the venue: it is left out"});
      return;
    }
    if (rules_ != nullptr && rules == nullptr) {
      out_.refused.push_back(
          {symbol.line, table, "is not listed by the venue any more: it is left out"});
      return;
    }
    bool is_good = true;
    if (rules != nullptr && rules->status != "TRADING") {
      out_.refused.push_back({symbol.line, table,
                              "does not trade (" + rules->status +
                                  "): what is open is protected, entries "
                                  "are not allowed"});
      is_good = false;
    }
    const std::int64_t leverage = leverage_of(symbol, is_good);
    leverages_[symbol.symbol] = leverage;
    const std::string section = "instrument." + symbol.symbol;
    tables_[section];
    bool has_trade_value = false, has_limit = false;
    for (const BotSetting& setting : symbol.settings) {
      const std::string from = table + "." + setting.key;
      has_trade_value = has_trade_value || setting.key == "trade_value_usdt";
      has_limit = has_limit || setting.key == "max_position_usdt";
      is_good = map_of_symbol(setting, from, section, leverage) && is_good;
    }
    if (!has_trade_value) set(section, "trade_value", decimal_text(kBotTradeValue * leverage));
    if (!has_limit) set(section, "max_position_value", decimal_text(kBotMaxPosition * leverage));
    out_.symbols.push_back(symbol.symbol);
    if (!is_good) out_.without_entries.insert(symbol.symbol);
  }

  std::int64_t leverage_of(const BotSymbol& symbol, bool& is_good) {
    const auto found = std::ranges::find(symbol.settings, "leverage", &BotSetting::key);
    if (found == symbol.settings.end()) return kBotLeverage;
    const Value value = number(*found, info(Setting::Leverage));
    is_good = is_good && value.error.empty();
    if (!value.error.empty()) return kBotLeverage;
    return parse_setting(info(Setting::Leverage), value.text).value;
  }

  bool map_of_symbol(const BotSetting& setting, const std::string& from, const std::string& section,
                     std::int64_t leverage) {
    struct Plain {
      std::string_view theirs;
      Setting ours;
    };
    constexpr auto kPlain = std::to_array<Plain>({
        {"leverage", Setting::Leverage},
        {"take_profit_pct", Setting::TakeProfit},
        {"stop_loss_pct", Setting::StopLoss},
    });
    const auto plain = std::ranges::find(kPlain, setting.key, &Plain::theirs);
    if (plain != kPlain.end()) {
      const SettingInfo& ours = info(plain->ours);
      return take(setting, from, section, std::string(ours.name), number(setting, ours));
    }
    if (setting.key == "take_profit_enabled" || setting.key == "stop_loss_enabled") {
      return take(setting, from, section, setting.key, flag(setting));
    }
    if (setting.key == "trade_value_usdt") {
      return take(setting, from, section, "trade_value",
                  number(setting, info(Setting::TradeValue), leverage));
    }
    if (setting.key == "max_position_usdt") {
      return take(setting, from, section, "max_position_value",
                  number(setting, info(Setting::MaxPositionValue), leverage));
    }
    if (setting.key == "working_type") {
      return take(setting, from, section, "working_type", working_type(setting));
    }
    if (is_of_the_hunter(setting.key)) return map_hunter(setting, from, section);
    return map_the_rest(setting, from, kNeedlessOfSymbols);
  }

  static Value working_type(const BotSetting& setting) {
    if (setting.value == "CONTRACT_PRICE") {
      return {.text = "\"contract_price\"", .error = {}, .how = {}};
    }
    if (setting.value == "MARK_PRICE") return {.text = "\"mark_price\"", .error = {}, .how = {}};
    return {.text = {}, .error = "is neither CONTRACT_PRICE nor MARK_PRICE", .how = {}};
  }

  const InstrumentRules* rules_of(const std::string& symbol) const {
    if (rules_ == nullptr) return nullptr;
    const auto found = std::ranges::find(rules_->symbols, symbol, &InstrumentRules::symbol);
    return found == rules_->symbols.end() ? nullptr : &*found;
  }

  // ---- The file.

  // Entries in these alone; an empty list would mean all of them.
  void write_account(std::string& toml) {
    std::string list;
    for (const std::string& symbol : out_.symbols) {
      if (out_.without_entries.contains(symbol)) continue;
      list += (list.empty() ? "" : ", ") + toml_string(symbol);
    }
    if (list.empty()) out_.entries_allowed = false;
    toml += "[account]\nnumber = " + std::to_string(places_.account) + "\n";
    toml += "foreign_position = \"adopt\"\n";
    if (out_.entries_allowed) {
      toml += "instruments = [" + list + "]\n";
    } else {
      toml += "# Something that limits entries could not be read: look at the report first.\n";
      toml += "entries_allowed = false\n";
    }
    write_keys("account", toml);
  }

  void write_keys(const std::string& section, std::string& toml) const {
    const auto found = tables_.find(section);
    if (found == tables_.end()) return;
    for (const auto& [key, value] : found->second) toml += key + " = " + value + "\n";
  }

  void write() {
    std::string& toml = out_.toml;
    toml =
        "# Made by `tranchet migrate` from the bot's settings. Values are notional: the bot's\n"
        "# collateral figures times leverage.\n\n";
    write_account(toml);
    toml += "\n[venue]\nname = \"aster\"\n";
    const auto add = [&toml](std::string_view key, const std::string& value) {
      if (!value.empty()) toml += std::string(key) + " = " + toml_string(value) + "\n";
    };
    add("rest", places_.rest);
    add("stream", places_.stream);
    add("keys", places_.keys);
    add("certificates", places_.certificates);
    write_keys("venue", toml);
    toml += "\n[live]\nlog = " + toml_string(places_.log) + "\n";
    toml += "\n[defaults]\n";
    write_keys("defaults", toml);
    for (const std::string& symbol : out_.symbols) {
      toml += "\n[instrument." + symbol + "]\n";
      write_keys("instrument." + symbol, toml);
    }
    toml += "\n[strategy]\n";
    write_keys("strategy", toml);
  }

  const BotSettings& settings_;
  const MappingPlaces& places_;
  const ExchangeInfo* rules_;
  const BotSetting* total_ = nullptr;
  std::map<std::string, std::int64_t> leverages_;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> tables_;
  ConfigurationMapping out_;
};

}  // namespace

ConfigurationMapping map_configuration(const BotSettings& settings, const MappingPlaces& places,
                                       const ExchangeInfo* rules) {
  return Mapper(settings, places, rules).map();
}

}  // namespace tranchet::legacy
