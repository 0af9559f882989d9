#include "adapters/cli/backtest_options.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "adapters/cli/instruments.h"
#include "adapters/cli/simulation_parameters.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

std::unexpected<InputError> bad_usage(std::string message) {
  return std::unexpected(InputError{.message = std::move(message)});
}

// "SYM=PATH" in its parts; a path with no symbol before it is taken whole.
std::expected<DataOptions, InputError> data_options(const BacktestArguments& arguments) {
  DataOptions options{.symbol = arguments.instrument, .format = arguments.format};
  for (const std::string& argument : arguments.data) {
    const std::size_t equals = argument.find('=');
    const bool has_symbol = equals != std::string::npos && equals > 0 &&
                            argument.find('/') > equals && !std::filesystem::exists(argument);
    if (has_symbol) {
      const std::string symbol = argument.substr(0, equals);
      if (!options.symbol.empty() && options.symbol != symbol) {
        return bad_usage("--data names " + symbol + " beside " + options.symbol +
                         ": one run has one instrument");
      }
      options.symbol = symbol;
    }
    options.paths.emplace_back(has_symbol ? argument.substr(equals + 1) : argument);
  }
  if (options.symbol.empty()) {
    auto symbol = symbol_of_data(options.paths.front());
    if (!symbol) return std::unexpected(symbol.error());
    options.symbol = std::move(*symbol);
  }
  if (options.symbol.empty()) {
    return bad_usage("which instrument is " + options.paths.front().string() +
                     "? Say --instrument SYM, or --data SYM=PATH");
  }
  if (!arguments.bad_rows.empty()) {
    const auto allowed = parse_bad_rows(arguments.bad_rows);
    if (!allowed) {
      return bad_usage("--bad-rows \"" + arguments.bad_rows +
                       "\" is neither a count nor a share like 5%");
    }
    options.bad_rows = *allowed;
  }
  return options;
}

// The instrument's rules: what the configuration says, over the exchangeInfo file if there is one.
std::expected<void, InputError> find_rules(const BacktestArguments& arguments,
                                           const Configuration& configuration,
                                           InstrumentId instrument, BacktestOptions& options) {
  if (!arguments.instruments.empty()) {
    const auto listed = read_exchange_info(arguments.instruments);
    if (!listed) return std::unexpected(listed.error());
    const auto found = std::ranges::find(*listed, options.data.symbol, &InstrumentRules::symbol);
    if (found == listed->end()) {
      return std::unexpected(InputError{.file = arguments.instruments,
                                        .message = "has no instrument " + options.data.symbol});
    }
    options.rules = found->rules;
    options.terms = options.simulation.terms;
    options.terms->multiplier_up = found->multiplier_up;
    options.terms->multiplier_down = found->multiplier_down;
    options.terms->market_take_bound = found->market_take_bound;
    options.terms->leverage = configuration.settings.get(Setting::Leverage, instrument);
  } else {
    options.simulation.terms.leverage = configuration.settings.get(Setting::Leverage, instrument);
  }
  for (const ConfiguredInstrument& configured : configuration.instruments) {
    if (configured.instrument == instrument) {
      options.rules = configured_rules(configured, options.rules);
    }
  }
  return {};
}

}  // namespace

std::expected<BacktestOptions, InputError> backtest_options(const BacktestArguments& arguments,
                                                            const Configuration& configuration,
                                                            Names& names) {
  auto data = data_options(arguments);
  if (!data) return std::unexpected(data.error());
  BacktestOptions options{
      .data = std::move(*data),
      .account = configuration.account,
      .settings = configuration.settings,
      .instant_close_was_set = configuration.was_set(Setting::InstantTakeProfitEnabled),
      .backstop_was_set = configuration.was_set(Setting::BackstopEnabled),
      .simulation = simulation_of(configuration),
      .skip = configuration.skip};
  const InstrumentId instrument = names.instrument(options.data.symbol);
  if (auto found = find_rules(arguments, configuration, instrument, options); !found) {
    return std::unexpected(found.error());
  }
  if (!arguments.log.empty()) options.log = arguments.log;
  return options;
}

}  // namespace tranchet
