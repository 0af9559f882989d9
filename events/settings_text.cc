#include "events/settings_text.h"

#include <map>
#include <set>
#include <utility>

#include "events/digest.h"

namespace tranchet {
namespace {

constexpr std::string_view kAssign = " = ";
constexpr std::string_view kInstrument = "instrument.";

// What a key names: a setting, of one instrument or of all (empty symbol).
struct Target {
  const SettingInfo* setting = nullptr;
  std::string_view symbol;
};

Target target_of(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view name = key.substr(dot + 1);
  if (!key.starts_with(kInstrument)) return {find_setting(key.substr(0, dot), name), {}};
  if (dot <= kInstrument.size()) return {};
  for (const SettingInfo& setting : all_settings()) {
    if (setting.per_instrument && setting.name == name) {
      return {&setting, key.substr(kInstrument.size(), dot - kInstrument.size())};
    }
  }
  return {};
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// The error of one line; empty: it was taken into `settings`.
std::string read_line(std::string_view line, Names& names, std::set<std::string_view>& seen,
                      Settings& settings) {
  const std::size_t assign = line.rfind(kAssign);
  if (assign == std::string_view::npos) return in_quotes(line) + " is not `key = value`";
  const std::string_view key = line.substr(0, assign);
  const std::string_view value = line.substr(assign + kAssign.size());
  const Target target = target_of(key);
  if (target.setting == nullptr) return "unknown setting " + in_quotes(key);
  if (!seen.insert(key).second) return "setting " + in_quotes(key) + " appears twice";
  const ParsedSetting parsed = parse_setting(*target.setting, value);
  if (!parsed.error.empty()) return std::string(key) + " " + in_quotes(value) + " " + parsed.error;
  const InstrumentId instrument =
      target.symbol.empty() ? InstrumentId::None : names.instrument(target.symbol);
  settings.set(target.setting->id, instrument, parsed.value);
  return {};
}

}  // namespace

std::string settings_lines(const Settings& settings, const Names& names) {
  std::string out;
  for (const SettingInfo& setting : all_settings()) {
    const bool is_later = static_cast<std::size_t>(setting.id) > kFirstSettingCount;
    if (is_later && settings.get(setting.id) == setting.fallback) continue;
    out += std::string(setting.section) + "." + std::string(setting.name) + std::string(kAssign) +
           setting_text(setting, settings.get(setting.id)) + "\n";
  }
  std::map<std::pair<std::string_view, Setting>, std::int64_t> by_symbol;
  for (const auto& [key, value] : settings.overrides()) {
    by_symbol.emplace(std::pair(names.symbol(key.first), key.second), value);
  }
  for (const auto& [key, value] : by_symbol) {
    const SettingInfo& setting = info(key.second);
    out += std::string(kInstrument) + std::string(key.first) + "." + std::string(setting.name) +
           std::string(kAssign) + setting_text(setting, value) + "\n";
  }
  return out;
}

std::expected<Settings, SettingsTextError> parse_settings_lines(std::string_view text,
                                                                Names& names) {
  Settings settings;
  std::set<std::string_view> seen;
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    std::string error = read_line(line, names, seen, settings);
    if (!error.empty()) return std::unexpected(SettingsTextError{number, std::move(error)});
  }
  return settings;
}

std::uint64_t settings_digest(const Settings& settings, const Names& names) {
  Digest digest;
  digest.add_text(settings_lines(settings, names));
  return digest.value();
}

}  // namespace tranchet
