#include "adapters/cli/backtest_options.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "adapters/cli/instruments.h"
#include "adapters/cli/simulation_parameters.h"
#include "backtest/joined_run.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

std::unexpected<InputError> bad_usage(std::string message) {
  return std::unexpected(InputError{.message = std::move(message)});
}

// A path without a symbol before it, or one with: "SYM=PATH".
struct NamedPath {
  std::string symbol;
  std::filesystem::path path;
};
NamedPath named_path(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const bool has_symbol = equals != std::string::npos && equals > 0 &&
                          argument.find('/') > equals && !std::filesystem::exists(argument);
  if (!has_symbol) return {{}, argument};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

// The data of each instrument, in the order in which they are named. A path is of the symbol that
// stands before it, else of --instrument, else of the one its name (or the tape) says, else of that
// of the path before it.
std::expected<std::vector<DataOptions>, InputError> data_by_symbol(
    const BacktestArguments& arguments) {
  DataOptions common{.format = arguments.format};
  if (!arguments.bad_rows.empty()) {
    const auto allowed = parse_bad_rows(arguments.bad_rows);
    if (!allowed) {
      return bad_usage("--bad-rows \"" + arguments.bad_rows +
                       "\" is neither a count nor a share like 5%");
    }
    common.bad_rows = *allowed;
  }
  std::vector<NamedPath> paths;
  for (const std::string& argument : arguments.data) paths.push_back(named_path(argument));
  const auto first_named =
      std::ranges::find_if(paths, [](const NamedPath& path) { return !path.symbol.empty(); });
  std::string before = first_named == paths.end() ? std::string() : first_named->symbol;
  bool instrument_is_used = arguments.instrument.empty();
  std::vector<DataOptions> instruments;
  for (NamedPath& path : paths) {
    if (path.symbol.empty()) path.symbol = arguments.instrument;
    if (path.symbol.empty()) {
      auto symbol = symbol_of_data(path.path);
      if (!symbol) return std::unexpected(symbol.error());
      path.symbol = std::move(*symbol);
    }
    if (path.symbol.empty()) path.symbol = before;
    if (path.symbol.empty()) {
      return bad_usage("which instrument is " + path.path.string() +
                       "? Say --instrument SYM, or --data SYM=PATH");
    }
    instrument_is_used |= path.symbol == arguments.instrument;
    before = path.symbol;
    auto known = std::ranges::find(instruments, path.symbol, &DataOptions::symbol);
    if (known == instruments.end()) {
      instruments.push_back(common);
      known = instruments.end() - 1;
      known->symbol = path.symbol;
    }
    known->paths.push_back(path.path);
  }
  if (!instrument_is_used) {
    return bad_usage("--instrument " + arguments.instrument + ": no --data is of it");
  }
  return instruments;
}

// The instrument's rules: what the configuration says, over the exchangeInfo file if there is one.
std::expected<void, InputError> find_rules(const BacktestArguments& arguments,
                                           const Configuration& configuration, Names& names,
                                           MarketOptions& market) {
  const InstrumentId instrument = names.instrument(market.data.symbol);
  market.terms = terms_of(configuration, instrument);
  if (!arguments.instruments.empty()) {
    const auto listed = read_exchange_info(arguments.instruments);
    if (!listed) return std::unexpected(listed.error());
    const auto found = std::ranges::find(*listed, market.data.symbol, &InstrumentRules::symbol);
    if (found == listed->end()) {
      return std::unexpected(InputError{.file = arguments.instruments,
                                        .message = "has no instrument " + market.data.symbol});
    }
    market.rules = found->rules;
    market.terms->multiplier_up = found->multiplier_up;
    market.terms->multiplier_down = found->multiplier_down;
    market.terms->market_take_bound = found->market_take_bound;
  }
  for (const ConfiguredInstrument& configured : configuration.instruments) {
    if (configured.instrument == instrument) {
      market.rules = configured_rules(configured, market.rules);
    }
  }
  return {};
}

}  // namespace

std::expected<std::vector<DataOptions>, InputError> data_sources(
    const BacktestArguments& arguments) {
  const auto instruments = data_by_symbol(arguments);
  if (!instruments) return std::unexpected(instruments.error());
  std::vector<DataOptions> sources;
  for (const DataOptions& data : *instruments) {
    auto apart = apart_by_kind(data);
    if (!apart) return std::unexpected(apart.error());
    std::ranges::move(*apart, std::back_inserter(sources));
  }
  return sources;
}

std::expected<BacktestOptions, InputError> backtest_options(const BacktestArguments& arguments,
                                                            const std::vector<DataOptions>& sources,
                                                            const Configuration& configuration,
                                                            Names& names) {
  BacktestOptions options{
      .account = configuration.account,
      .settings = configuration.settings,
      .instant_close_was_set = configuration.was_set(Setting::InstantTakeProfitEnabled),
      .backstop_was_set = configuration.was_set(Setting::BackstopEnabled),
      .stale_after_was_set = configuration.was_set(Setting::StaleAfter),
      .simulation = simulation_of(configuration),
      .skip = configuration.skip};
  for (const DataOptions& source : sources) {
    MarketOptions market{.data = source};
    auto found = find_rules(arguments, configuration, names, market);
    if (!found) return std::unexpected(found.error());
    options.beside.push_back(std::move(market));
  }
  options.data = options.beside.front().data;
  options.rules = options.beside.front().rules;
  options.terms = options.beside.front().terms;
  options.beside.erase(options.beside.begin());
  if (!arguments.log.empty()) options.log = arguments.log;
  return options;
}

}  // namespace tranchet
