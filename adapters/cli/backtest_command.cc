#include "adapters/cli/backtest_command.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/configuration.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/instruments.h"
#include "backtest/market_data/detect.h"
#include "backtest/report/result_files.h"
#include "backtest/report/row_files.h"
#include "backtest/report/row_sample.h"
#include "backtest/report/terminal.h"
#include "backtest/run.h"

namespace tranchet {
namespace {

struct Failure {
  int status = kBadInput;
  std::string message;
};

// "SYM=PATH" in its parts; a path with no symbol before it is taken whole.
std::expected<DataOptions, Failure> data_options(const BacktestArguments& arguments) {
  DataOptions options{.symbol = arguments.instrument, .format = arguments.format};
  for (const std::string& argument : arguments.data) {
    const std::size_t equals = argument.find('=');
    const bool has_symbol = equals != std::string::npos && equals > 0 &&
                            argument.find('/') > equals && !std::filesystem::exists(argument);
    if (has_symbol) {
      const std::string symbol = argument.substr(0, equals);
      if (!options.symbol.empty() && options.symbol != symbol) {
        return std::unexpected(Failure{kBadInput, "--data names " + symbol + " beside " +
                                                      options.symbol +
                                                      ": one run has one instrument"});
      }
      options.symbol = symbol;
    }
    options.paths.emplace_back(has_symbol ? argument.substr(equals + 1) : argument);
  }
  if (options.symbol.empty())
    options.symbol = symbol_in_name(options.paths.front().filename().string());
  if (options.symbol.empty()) {
    return std::unexpected(Failure{kBadInput, "which instrument is " +
                                                  options.paths.front().string() +
                                                  "? Say --instrument SYM, or --data SYM=PATH"});
  }
  if (!arguments.bad_rows.empty()) {
    const auto allowed = parse_bad_rows(arguments.bad_rows);
    if (!allowed) {
      return std::unexpected(Failure{kBadInput, "--bad-rows \"" + arguments.bad_rows +
                                                    "\" is neither a count nor a share like 5%"});
    }
    options.bad_rows = *allowed;
  }
  return options;
}

SimulationParameters simulation_of(const Configuration& configuration) {
  const SimulationSettings& from = configuration.simulation;
  SimulationParameters to;
  to.initial_balance = from.initial_balance;
  to.position_mode = configuration.settings.choice<PositionMode>(Setting::PositionModeChoice);
  to.maker_fee = from.maker_fee;
  to.taker_fee = from.taker_fee;
  to.latency = from.latency;
  to.queue = from.queue == QueueChoice::Through ? QueueAssumption::Through : QueueAssumption::Touch;
  to.market_slippage = from.slippage;
  to.take_share = from.partial_fill;
  to.reduce_only = configuration.settings.flag(Setting::ReduceOnly);
  to.liquidation = from.liquidation;
  to.terms.maintenance_margin = from.maintenance_margin;
  to.terms.leverage = configuration.settings.get(Setting::Leverage);
  return to;
}

// The instrument's rules: what the configuration says, over the exchangeInfo file if there is one.
std::expected<void, Failure> find_rules(const BacktestArguments& arguments,
                                        const Configuration& configuration, InstrumentId instrument,
                                        BacktestOptions& options) {
  if (!arguments.instruments.empty()) {
    const auto listed = read_exchange_info(arguments.instruments);
    if (!listed) return std::unexpected(Failure{kBadInput, to_text(listed.error())});
    const auto found = std::ranges::find(*listed, options.data.symbol, &InstrumentRules::symbol);
    if (found == listed->end()) {
      return std::unexpected(
          Failure{kBadInput, arguments.instruments + ": has no instrument " + options.data.symbol});
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

Failure failure_of(const BacktestError& error) {
  if (const auto* input = std::get_if<InputError>(&error)) return {kBadInput, to_text(*input)};
  const auto& log = std::get<LogError>(error);
  return {exit_status(log.kind), log.message};
}

class BacktestRun {
 public:
  BacktestRun(const BacktestArguments& arguments, std::ostream& out)
      : arguments_(arguments), out_(out) {}

  std::expected<void, Failure> run() {
    const auto start = std::chrono::steady_clock::now();
    Names names;
    const auto configuration = load_configuration(arguments_.config, arguments_.sets, names);
    if (!configuration) {
      return std::unexpected(Failure{kBadInput, to_text(configuration.error())});
    }
    auto options = options_of(*configuration, names);
    if (!options) return std::unexpected(options.error());
    RowSample sample;
    std::unique_ptr<RowFiles> files;
    if (!arguments_.out.empty()) {
      auto created = RowFiles::create(arguments_.out, names);
      if (!created) return std::unexpected(Failure{kBadInput, created.error()});
      files = std::move(*created);
      options->rows = {files.get(), &sample};
      options->prices = &sample.prices();
    }
    auto summary = run_backtest(*options, names);
    if (!summary) return std::unexpected(failure_of(summary.error()));
    summary->wall_nanoseconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::steady_clock::now() - start)
                                       .count());
    if (files != nullptr) {
      if (auto written = write_files(*files, *summary, sample, names); !written) return written;
    }
    print(*summary);
    return {};
  }

 private:
  std::expected<BacktestOptions, Failure> options_of(const Configuration& configuration,
                                                     Names& names) {
    auto data = data_options(arguments_);
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
    if (auto found = find_rules(arguments_, configuration, instrument, options); !found) {
      return std::unexpected(found.error());
    }
    if (!arguments_.log.empty()) options.log = arguments_.log;
    return options;
  }

  std::expected<void, Failure> write_files(RowFiles& files, const Summary& summary,
                                           const RowSample& sample, const Names& names) {
    if (auto closed = files.close(); !closed) {
      return std::unexpected(Failure{kWorldFailed, closed.error()});
    }
    if (auto written = write_results(arguments_.out, summary, sample, names); !written) {
      return std::unexpected(Failure{kWorldFailed, written.error()});
    }
    return {};
  }

  void print(const Summary& summary) {
    if (arguments_.json) {
      out_ << summary_json(summary);
      return;
    }
    print_summary(out_, summary);
    if (!arguments_.out.empty()) {
      out_ << "\n  report   " << (std::filesystem::path(arguments_.out) / "report.html").string()
           << "\n";
    }
    if (!arguments_.log.empty()) out_ << "  log      " << arguments_.log << "\n";
  }

  const BacktestArguments& arguments_;
  std::ostream& out_;
};

}  // namespace

int run_backtest_command(const BacktestArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto done = BacktestRun(arguments, out).run();
  if (done) return kDone;
  err << "tranchet: backtest: " << done.error().message << "\n";
  return done.error().status;
}

}  // namespace tranchet
