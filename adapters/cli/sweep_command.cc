#include "adapters/cli/sweep_command.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <sstream>
#include <utility>

#include "adapters/cli/backtest_options.h"
#include "adapters/cli/command_failure.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/grid_file.h"
#include "adapters/cli/shard.h"
#include "adapters/cli/sweep_bar.h"
#include "adapters/cli/sweep_output.h"
#include "backtest/report/figures.h"
#include "backtest/sweep/results_file.h"
#include "backtest/sweep/sweep.h"
#include "events/digest.h"
#include "replay/opening.h"

namespace tranchet {
namespace {

std::atomic<bool> was_interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

// The first Ctrl-C ends the sweep in good order, the second one ends the program.
void interrupt(int signal) {
  was_interrupted = true;
  std::signal(signal, SIG_DFL);
}

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct FailureOf {
  CommandFailure operator()(const std::string& text) const { return {kBadInput, text}; }
  CommandFailure operator()(const InputError& error) const {
    return {exit_status(error.fault), to_text(error)};
  }
  CommandFailure operator()(const LogError& error) const {
    return {exit_status(error.kind), error.message};
  }
  CommandFailure operator()(const ResultsError& error) const {
    return {error.world_failed ? kWorldFailed : kBadInput, error.message};
  }
};
CommandFailure failure_of(const SweepError& error) {
  return std::visit(FailureOf{}, error);
}

class SweepRun final : private SweepWatch {
 public:
  SweepRun(const SweepArguments& arguments, std::ostream& out, std::ostream& err)
      : arguments_(arguments), out_(out), err_(err) {
    if (::isatty(STDERR_FILENO) != 0) bar_.emplace(err);
  }

  // kDone, or kAnswerIsNo when somebody stopped it.
  std::expected<int, CommandFailure> run() {
    if (auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    if (auto surveyed = survey(); !surveyed) return std::unexpected(surveyed.error());
    if (was_interrupted) return stopped();
    auto file = ResultsFile::open(arguments_.out, identity_, options_.space);
    if (!file) return fail(file.error());
    file_ = std::move(*file);
    auto done = file_->results(options_.space);
    if (!done) return fail(done.error());
    const auto ended = run_sweep(options_, std::move(*done), *this);
    if (bar_) bar_->clear();
    if (!ended) return fail(ended.error());
    if (*ended == SweepEnd::Stopped) return stopped();
    return finish();
  }

 private:
  static std::unexpected<CommandFailure> fail(const SweepError& error) {
    return std::unexpected(failure_of(error));
  }

  int stopped() {
    if (bar_) bar_->clear();
    err_ << "tranchet: sweep: stopped after " << finished_ << " of " << wanted_
         << " trials; the same command goes on from there\n";
    return kAnswerIsNo;
  }

  std::expected<void, CommandFailure> prepare() {
    auto grid = read_grid(arguments_.grid);
    if (!grid) return refuse(to_text(grid.error()));
    grid_ = std::move(*grid);
    const auto choice = choose_shard(arguments_.shard);
    if (!choice) return refuse(choice.error());
    options_.space = grid_.space;
    options_.search = grid_.search;
    options_.period = grid_.validation.period;
    options_.shard = choice->shard;
    if (auto read = read_jobs(); !read) return read;
    if (auto counted = count_trials(); !counted) return counted;
    if (auto fits = check_out(); !fits) return fits;
    if (!choice->source.empty()) {
      err_ << "tranchet: sweep: shard " << choice->shard.index << " of " << choice->shard.count
           << ", by " << choice->source << "\n";
    }
    return read_configuration();
  }

  std::expected<void, CommandFailure> read_jobs() {
    if (arguments_.jobs.empty()) return {};
    const char* const end = arguments_.jobs.data() + arguments_.jobs.size();
    const auto [stop, error] = std::from_chars(arguments_.jobs.data(), end, options_.jobs);
    if (error == std::errc() && stop == end && options_.jobs >= 1 && options_.jobs <= 256) {
      return {};
    }
    return refuse("--jobs \"" + arguments_.jobs + "\" is no number from 1 to 256");
  }

  std::expected<void, CommandFailure> count_trials() {
    if (options_.search.method == Method::Tpe) {
      if (options_.shard.count > 1) {
        return refuse(
            arguments_.grid +
            ": method = \"tpe\" learns from every trial, so that it cannot run in shards; "
            "take grid, random or latin_hypercube, or --shard 1/1");
      }
      identity_.trials = options_.search.count;
      return {};
    }
    const auto trials = all_trials(options_.space, options_.search);
    if (!trials) return refuse(arguments_.grid + ": " + trials.error());
    identity_.trials = trials->size();
    if (options_.shard.count <= identity_.trials) return {};
    return refuse("there are " + std::to_string(options_.shard.count) + " shards, but only " +
                  std::to_string(identity_.trials) + " trials");
  }

  std::expected<void, CommandFailure> check_out() const {
    const auto taken = sweep_output_error(arguments_.out);
    if (!taken.empty()) return refuse(taken);
    return {};
  }

  std::expected<void, CommandFailure> read_configuration() {
    Names names;
    const BacktestArguments& backtest = arguments_.backtest;
    const auto configuration = load_configuration(backtest.config, backtest.sets, names);
    if (!configuration) return refuse(to_text(configuration.error()));
    auto sources = data_sources(backtest);
    if (!sources) {
      return std::unexpected(
          CommandFailure{exit_status(sources.error().fault), to_text(sources.error())});
    }
    if (sources->size() > 1) return refuse(of_one_source(*sources));
    sources_ = std::move(*sources);
    auto base = backtest_options(backtest, sources_, *configuration, names);
    if (!base) {
      return std::unexpected(
          CommandFailure{exit_status(base.error().fault), to_text(base.error())});
    }
    options_.data = base->data;
    options_.data.instrument = names.find_instrument(base->data.symbol);
    options_.options_of = [this](const Point& point, Names& own) { return trial_of(point, own); };
    identity_.program = build_name();
    identity_.grid = grid_.text;
    identity_.grid_digest = grid_.digest;
    identity_.configuration = effective_toml(*configuration);
    identity_.shard = options_.shard;
    Digest digest;
    digest.add_text(identity_.configuration);
    if (!backtest.instruments.empty()) digest.add_text(text_of_file(backtest.instruments));
    identity_.configuration_digest = digest.value();
    // Values that fit one by one may not fit together; the first trial shows it before hours.
    Names own;
    const auto first = trial_of(options_.space.point(0), own);
    if (!first) return refuse(arguments_.grid + ": " + first.error());
    return {};
  }

  static std::string of_one_source(const std::vector<DataOptions>& sources) {
    std::string named;
    for (const DataOptions& source : sources) {
      named += (named.empty() ? "" : ", ") + source.symbol + "=" + source.paths.front().string();
    }
    return "a sweep is of one instrument and one kind of data, and --data names " +
           std::to_string(sources.size()) + " (" + named +
           "): `tranchet backtest` runs them together";
  }

  std::expected<BacktestOptions, std::string> trial_of(const Point& point, Names& names) const {
    std::vector<std::string> sets = arguments_.backtest.sets;
    for (std::string& assignment : assignments_of(options_.space, point)) {
      sets.push_back(std::move(assignment));
    }
    const auto configuration = load_configuration(arguments_.backtest.config, sets, names);
    if (!configuration) return std::unexpected(to_text(configuration.error()));
    auto options = backtest_options(arguments_.backtest, sources_, *configuration, names);
    if (!options) return std::unexpected(to_text(options.error()));
    return std::move(*options);
  }

  std::expected<void, CommandFailure> survey() {
    std::uint64_t rows = 0;
    if (bar_) bar_->begin("reading the data", 0);
    auto survey = survey_data(options_.data, [&](std::uint64_t more) {
      rows += more;
      if (bar_) bar_->draw(rows, grouped(rows) + " rows");
      return !was_interrupted;
    });
    if (bar_) bar_->clear();
    if (!survey) return fail(survey.error());
    options_.survey = std::move(*survey);
    if (was_interrupted) return {};
    const DataReport& report = options_.survey.report;
    if (report.used == 0) {
      return refuse(options_.data.paths.front().string() + ": there is no row of " +
                    options_.data.symbol);
    }
    identity_.data_digest = options_.survey.digest;
    identity_.data = options_.data.symbol + ", " + grouped(report.used) + " " +
                     (report.has_bars ? "bars" : "ticks") + ", " +
                     day_and_minute(*report.first_time) + " to " +
                     day_and_minute(*report.last_time) + " UTC";
    return {};
  }

  void on_plan(std::uint64_t trials, std::uint64_t done) override {
    wanted_ = trials;
    finished_ = done;
    if (bar_) bar_->begin("sweep", (trials - done) * options_.survey.report.used);
  }

  bool on_work(std::uint64_t row_trials) override {
    worked_ += row_trials;
    if (bar_) {
      bar_->draw(worked_, std::to_string(finished_) + " of " + std::to_string(wanted_) +
                              " trials done, row-trials");
    }
    return !was_interrupted;
  }

  std::expected<void, ResultsError> on_results(std::span<const TrialResult> results) override {
    finished_ += results.size();
    return file_->add(results, options_.space);
  }

  std::expected<int, CommandFailure> finish() {
    const auto results = file_->results(options_.space);
    if (!results) return fail(results.error());
    const SweepOutput output{.grid = grid_,
                             .identity = file_->identity(),
                             .results = *results,
                             .out = arguments_.out,
                             .history = arguments_.history};
    auto written = write_sweep_output(output, out_);
    if (!written) return refuse(written.error(), kWorldFailed);
    return kDone;
  }

  const SweepArguments& arguments_;
  std::ostream& out_;
  std::ostream& err_;
  std::optional<SweepBar> bar_;
  Grid grid_;
  std::vector<DataOptions> sources_;  // One.
  SweepOptions options_;
  SweepIdentity identity_;
  std::unique_ptr<ResultsFile> file_;
  std::uint64_t wanted_ = 0;
  std::uint64_t finished_ = 0;
  std::uint64_t worked_ = 0;  // Rows x trials of this run.
};

}  // namespace

int run_sweep_command(const SweepArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto status = SweepRun(arguments, out, err).run();
  if (status) return *status;
  err << "tranchet: sweep: " << status.error().message << "\n";
  return status.error().status;
}

}  // namespace tranchet
