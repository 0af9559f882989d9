#include "adapters/cli/sweep_output.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <system_error>

#include "backtest/report/figures.h"
#include "backtest/sweep/page/page.h"
#include "backtest/sweep/page/page_sections.h"
#include "backtest/sweep/results_csv.h"
#include "backtest/sweep/statistics/honesty.h"
#include "backtest/sweep/trial_history.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHistory = "trials.sqlite";
constexpr int kNames = 28;  // Columns for the names of things.

class Speech {
 public:
  Speech(const SweepOutput& output, std::ostream& out) : output_(output), out_(out) {}

  void head() {
    const Shard& shard = output_.identity.shard;
    out_ << "  " << output_.identity.data << "\n  " << name_of(output_.grid.search.method) << ", "
         << grouped(output_.results.size()) << " trials";
    if (shard.count > 1) {
      out_ << " of " << grouped(output_.identity.trials) << ", shard " << shard.index << " of "
           << shard.count;
    }
    out_ << "\n\n";
  }

  void best(std::uint64_t number) {
    const auto found = output_.results.find(number);
    if (found == output_.results.end()) return;
    const TrialResult& result = found->second;
    out_ << "  Best by " << output_.grid.search.objective.text << ", in-sample\n";
    line("trial", std::to_string(number));
    line("objective", result.objective ? value_text(*result.objective) : "-");
    const SearchSpace& space = output_.grid.space;
    for (std::size_t index = 0; index < space.parameters.size(); ++index) {
      const Parameter& parameter = space.parameters[index];
      line(parameter.key, parameter.values[result.trial.point[index]].text);
    }
    out_ << "\n";
  }

  void honesty(const Honesty& honesty) {
    out_ << "  How much of it is luck\n";
    line("trials counted", grouped(honesty.trials_counted) + " on this data, earlier sweeps too");
    if (!honesty.missing.empty()) {
      line("not known", honesty.missing);
    } else {
      line("deflated Sharpe ratio", percent_of_one(honesty.deflated));
      line("probability of overfitting", honesty.overfitting_missing.empty()
                                             ? percent_of_one(honesty.overfitting.probability)
                                             : honesty.overfitting_missing);
    }
    out_ << "\n";
  }

  void line(std::string_view name, std::string_view value) {
    out_ << "    " << std::left << std::setw(kNames) << name << " " << value << "\n";
  }
  void file(std::string_view what, const fs::path& path) {
    out_ << "  " << std::left << std::setw(10) << what << path.string() << "\n";
  }

 private:
  const SweepOutput& output_;
  std::ostream& out_;
};

fs::path beside(fs::path out, std::string_view extension) {
  return out.replace_extension(extension);
}

}  // namespace

std::string sweep_output_error(const fs::path& out) {
  std::error_code ignored;
  for (const std::string_view taken : {".csv", ".html"}) {
    if (out.extension() == taken) {
      return "--out " + out.string() + ": that name is for the " + std::string(taken.substr(1)) +
             " beside the results; call it " + beside(out, ".sqlite").string();
    }
  }
  if (out.filename() == kHistory) {
    return "--out " + out.string() + ": that name is for the count of all trials";
  }
  if (!fs::exists(out, ignored)) {
    // Such as the data itself, when results are called after it.
    for (const std::string_view extension : {".csv", ".html"}) {
      if (!fs::exists(beside(out, extension), ignored)) continue;
      return "--out " + out.string() + ": " + beside(out, extension).string() +
             " is there already and would be overwritten; give another name";
    }
  }
  const fs::path folder = out.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    return "--out " + out.string() + ": there is no folder " + folder.string();
  }
  return {};
}

std::expected<void, std::string> write_sweep_output(const SweepOutput& output, std::ostream& say) {
  const fs::path csv = beside(output.out, ".csv");
  auto written = write_results_csv(csv, output.grid.space, output.results);
  if (!written) return written;
  Speech speech(output, say);
  speech.head();
  const Objective& objective = output.grid.search.objective;
  const bool is_whole = output.identity.shard.count == 1;
  if (!is_whole) {
    speech.best(best_trial(output.results, objective));
    speech.file("results", output.out);
    speech.file("table", csv);
    return {};
  }
  const fs::path history =
      output.history.empty() ? output.out.parent_path() / kHistory : output.history;
  const auto counted = count_trials(history, output.identity, output.results.size());
  if (!counted) return std::unexpected(counted.error());
  const Honesty honesty = judge(output.results, objective, output.grid.validation, *counted);
  const fs::path page = beside(output.out, ".html");
  written = replace_file(page, sweep_page(output.identity, output.grid.space, output.grid.search,
                                          output.results, honesty));
  if (!written) return written;
  speech.best(honesty.best);
  speech.honesty(honesty);
  speech.file("results", output.out);
  speech.file("table", csv);
  speech.file("page", page);
  speech.file("history", history);
  return {};
}

}  // namespace tranchet
