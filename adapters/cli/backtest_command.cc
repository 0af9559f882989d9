#include "adapters/cli/backtest_command.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <ostream>

#include "adapters/cli/backtest_options.h"
#include "adapters/cli/command_failure.h"
#include "adapters/cli/exit_status.h"
#include "backtest/report/result_files.h"
#include "backtest/report/row_files.h"
#include "backtest/report/row_sample.h"
#include "backtest/report/terminal.h"
#include "backtest/run.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

CommandFailure failure_of(const BacktestError& error) {
  if (const auto* input = std::get_if<InputError>(&error)) {
    return {exit_status(input->fault), to_text(*input)};
  }
  const auto& log = std::get<LogError>(error);
  return {exit_status(log.kind), log.message};
}

class BacktestRun {
 public:
  BacktestRun(const BacktestArguments& arguments, std::ostream& out)
      : arguments_(arguments), out_(out) {}

  std::expected<void, CommandFailure> run() {
    const auto start = std::chrono::steady_clock::now();
    Names names;
    const auto configuration = load_configuration(arguments_.config, arguments_.sets, names);
    if (!configuration) {
      return std::unexpected(CommandFailure{kBadInput, to_text(configuration.error())});
    }
    const auto sources = data_sources(arguments_);
    if (!sources) {
      return std::unexpected(
          CommandFailure{exit_status(sources.error().fault), to_text(sources.error())});
    }
    auto options = backtest_options(arguments_, *sources, *configuration, names);
    if (!options) {
      return std::unexpected(
          CommandFailure{exit_status(options.error().fault), to_text(options.error())});
    }
    RowSample sample;
    std::unique_ptr<RowFiles> files;
    if (!arguments_.out.empty()) {
      auto created = RowFiles::create(arguments_.out, names);
      if (!created) return std::unexpected(CommandFailure{kBadInput, created.error()});
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
  std::expected<void, CommandFailure> write_files(RowFiles& files, const Summary& summary,
                                                  const RowSample& sample, const Names& names) {
    if (auto closed = files.close(); !closed) {
      return std::unexpected(CommandFailure{kWorldFailed, closed.error()});
    }
    if (auto written = write_results(arguments_.out, summary, sample, names); !written) {
      return std::unexpected(CommandFailure{kWorldFailed, written.error()});
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
