// Configuration -> TOML, for --print-config.
#include <string_view>

#include "adapters/cli/configuration.h"
#include "adapters/cli/configuration_keys.h"

namespace tranchet {
namespace {

std::string setting_as_toml(const SettingInfo& setting, std::int64_t value) {
  const std::string text = setting_text(setting, value);
  const bool is_name = setting.kind == SettingKind::Choice || setting.kind == SettingKind::Time ||
                       setting.kind == SettingKind::TimeOfDay;
  return is_name ? toml_string(text) : text;
}

std::string range_of(const SettingInfo& setting) {
  const std::string range =
      setting_text(setting, setting.min) + " .. " + setting_text(setting, setting.max);
  switch (setting.kind) {
    case SettingKind::Flag:
      return "true, false";
    case SettingKind::Count:
    case SettingKind::Factor:
    case SettingKind::Time:
    case SettingKind::TimeOfDay:
      return range;
    case SettingKind::Percent:
      return "percent, " + range;
    case SettingKind::Amount:
      return "quote currency, " + range;
    case SettingKind::Choice: {
      std::string names;
      for (const std::string_view name : setting.choices) {
        names += (names.empty() ? "" : ", ") + std::string(name);
      }
      return names;
    }
  }
  return {};
}

void add_key(std::string& out, std::string_view meaning, std::string_view name,
             std::string_view value) {
  out += "# " + std::string(meaning) + "\n";
  out += std::string(name) + " = " + std::string(value) + "\n";
}

std::string instrument_table(const Configuration& configuration,
                             const ConfiguredInstrument& instrument) {
  std::string out = "[instrument." + toml_string(instrument.symbol) + "]\n";
  for (const InstrumentKey& key : instrument_keys()) {
    const std::string value = key.write(instrument);
    if (!value.empty()) add_key(out, key.meaning, key.name, value);
  }
  for (const auto& [key, value] : configuration.settings.overrides()) {
    if (key.first != instrument.instrument) continue;
    if (key.second == Setting::Product && instrument.product) continue;  // It is above.
    const SettingInfo& setting = info(key.second);
    add_key(out, std::string(setting.meaning) + " (" + range_of(setting) + ")", setting.name,
            setting_as_toml(setting, value));
  }
  return out + "\n";
}

}  // namespace

std::string effective_toml(const Configuration& configuration) {
  std::string out = "# The effective configuration.\n\n";
  for (const std::string_view section : configuration_sections()) {
    if (section == "instrument") {
      for (const ConfiguredInstrument& instrument : configuration.instruments) {
        out += instrument_table(configuration, instrument);
      }
      continue;
    }
    out += "[" + std::string(section) + "]\n";
    for (const OutsideKey& key : outside_keys()) {
      if (key.section == section) add_key(out, key.meaning, key.name, key.write(configuration));
    }
    for (const SettingInfo& setting : all_settings()) {
      if (setting.section != section) continue;
      add_key(out, std::string(setting.meaning) + " (" + range_of(setting) + ")", setting.name,
              setting_as_toml(setting, configuration.settings.get(setting.id)));
    }
    out += "\n";
  }
  return out;
}

}  // namespace tranchet
