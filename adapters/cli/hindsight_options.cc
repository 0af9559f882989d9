#include "adapters/cli/hindsight_options.h"

#include <set>

#include "adapters/cli/configuration.h"
#include "adapters/cli/simulation_parameters.h"
#include "replay/resume.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

// As the log's engine was set at its first event.
std::expected<Settings, LogError> settings_of(LogReader& log) {
  auto before = engine_before(log);
  if (!before) return std::unexpected(before.error());
  if (*before) return (*before)->state().settings;
  std::expected<Settings, LogError> settings;
  Names names = log.names();
  auto scanned = log.scan(Sequence{1}, [&](const Event& first) {
    auto engine = engine_of(first, names);
    if (engine) settings = engine->state().settings;
    if (!engine) settings = std::unexpected(engine.error());
    return false;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return settings;
}

std::string key_of(const SettingInfo& about, InstrumentId instrument, const Names& names) {
  if (instrument == InstrumentId::None) {
    return std::string(about.section) + "." + std::string(about.name);
  }
  return "instrument." + std::string(names.symbol(instrument)) + "." + std::string(about.name);
}

// What the configuration says about decisions. account.instruments is a setting of every instrument
// that the log knows: those that it does not name are closed to entries.
std::expected<std::set<Settings::Key>, std::string> decisive_keys(
    const Configuration& configuration, Names& names, std::size_t known) {
  std::set<Settings::Key> keys = configuration.written;
  if (configuration.account_instruments.empty()) return keys;
  for (const std::string& symbol : configuration.account_instruments) {
    if (static_cast<std::size_t>(names.instrument(symbol)) <= known) continue;
    return std::unexpected("account.instruments \"" + symbol +
                           "\": the log does not know this instrument");
  }
  for (std::size_t id = 0; id <= known; ++id) {
    keys.insert({static_cast<InstrumentId>(id), Setting::EntriesAllowed});
  }
  return keys;
}

}  // namespace

std::expected<HindsightSetup, std::string> hindsight_setup(LogReader& log,
                                                           const HindsightArguments& arguments) {
  Names names = log.names();
  const std::size_t known = names.instruments();
  const auto configuration = load_configuration(arguments.config, arguments.sets, names);
  if (!configuration) return std::unexpected(to_text(configuration.error()));
  const auto settings = settings_of(log);
  if (!settings) return std::unexpected(settings.error().message);
  HindsightSetup setup;
  const auto decisive = decisive_keys(*configuration, names, known);
  if (!decisive) return std::unexpected(decisive.error());
  for (const auto& [instrument, setting] : *decisive) {
    const SettingInfo& about = info(setting);
    const std::string key = key_of(about, instrument, names);
    if (static_cast<std::size_t>(instrument) > known) {
      return std::unexpected(key + ": the log does not know this instrument");
    }
    const std::int64_t value = configuration->settings.get(setting, instrument);
    const std::int64_t before = settings->get(setting, instrument);
    if (setting == Setting::PositionModeChoice && value != before) {
      return std::unexpected(key + ": a log keeps the position mode it began with");
    }
    setup.changes.push_back({setting, instrument, value});
    if (value == before) continue;
    setup.told.push_back(key + ": " + setting_text(about, before) + " | " +
                         setting_text(about, value));
  }
  setup.venue = simulation_of(*configuration);
  return setup;
}

}  // namespace tranchet
