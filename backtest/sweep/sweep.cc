#include "backtest/sweep/sweep.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "backtest/feed.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

SweepError error_of(const BacktestError& error) {
  return std::visit([](const auto& one) { return SweepError{one}; }, error);
}

// Everything of a group that the lanes refer to, in places that do not move.
struct Seat {
  Trial trial;
  Names names;
  BacktestOptions options;
  std::optional<EquitySeries> series;
};

class Sweep {
 public:
  Sweep(const SweepOptions& options, std::map<std::uint64_t, TrialResult> done, SweepWatch& watch)
      : options_(options), done_(std::move(done)), watch_(watch) {}

  std::expected<SweepEnd, SweepError> run() {
    auto data = HistorySource::open(options_.data);
    if (!data) return std::unexpected(SweepError{data.error()});
    data_.emplace(std::move(*data));
    const bool learns = options_.search.method == Method::Tpe;
    auto ended = learns ? run_batches() : run_all();
    if (failure_) return std::unexpected(*failure_);
    return ended;
  }

 private:
  std::expected<SweepEnd, SweepError> run_all() {
    auto trials = all_trials(options_.space, options_.search);
    if (!trials) return std::unexpected(SweepError{trials.error()});
    std::erase_if(*trials,
                  [this](const Trial& trial) { return !options_.shard.has(trial.number); });
    const std::size_t wanted = trials->size();
    std::erase_if(*trials, [this](const Trial& trial) { return done_.contains(trial.number); });
    watch_.on_plan(wanted, wanted - trials->size());
    return run_trials(*trials);
  }

  // Each batch is proposed from all results before it. What an earlier run has done is proposed
  // again and found done.
  std::expected<SweepEnd, SweepError> run_batches() {
    ENSURE(options_.shard.count == 1);
    watch_.on_plan(options_.search.count, done_.size());
    std::vector<Judged> judged;
    while (true) {
      const auto points = propose_next(options_.space, options_.search, judged);
      if (points.empty()) return judged.empty() ? none_found() : SweepEnd::Complete;
      std::vector<Trial> missing;
      const std::uint64_t first = judged.size() + 1;
      for (std::size_t index = 0; index < points.size(); ++index) {
        if (!done_.contains(first + index)) missing.push_back({first + index, points[index]});
      }
      const auto ended = run_trials(missing);
      if (failure_ || ended != SweepEnd::Complete) return ended;
      for (std::size_t index = 0; index < points.size(); ++index) {
        judged.push_back({points[index], done_.at(first + index).objective});
      }
    }
  }

  static std::expected<SweepEnd, SweepError> none_found() {
    return std::unexpected(SweepError{std::string("the constraints exclude every point")});
  }

  SweepEnd run_trials(const std::vector<Trial>& trials) {
    // Small groups are committed sooner, large ones read the data less often.
    constexpr std::size_t kGroupsPerJob = 4;
    constexpr std::size_t kSmallGroup = 8;
    const std::size_t share = trials.size() / (options_.jobs * kGroupsPerJob);
    const std::size_t group = std::min(std::max(share, kSmallGroup), options_.group);
    next_ = 0;
    {
      std::vector<std::jthread> threads;
      const std::size_t groups = (trials.size() + group - 1) / group;
      for (unsigned job = 1; job < options_.jobs && job < groups; ++job) {
        threads.emplace_back([&] { work(trials, group); });
      }
      work(trials, group);
    }
    return stop_ ? SweepEnd::Stopped : SweepEnd::Complete;
  }

  void work(const std::vector<Trial>& trials, std::size_t group) {
    while (!stop_) {
      const std::size_t first = next_.fetch_add(group);
      if (first >= trials.size()) return;
      const std::size_t count = std::min(group, trials.size() - first);
      auto results = run_group(std::span(trials).subspan(first, count));
      const std::lock_guard lock(mutex_);
      if (!results) {
        fail(results.error());
      } else if (!results->empty()) {
        if (auto kept = watch_.on_results(*results); !kept) fail(kept.error());
        for (TrialResult& result : *results) {
          const std::uint64_t number = result.trial.number;
          done_.insert_or_assign(number, std::move(result));
        }
      }
    }
  }

  void fail(SweepError error) {
    if (!failure_) failure_ = std::move(error);
    stop_ = true;
  }

  // Empty: stopped on the way.
  std::expected<std::vector<TrialResult>, SweepError> run_group(std::span<const Trial> trials) {
    std::vector<std::unique_ptr<Seat>> seats;
    std::vector<LanePair> lanes;
    lanes.reserve(trials.size());
    for (const Trial& trial : trials) {
      auto seat = std::make_unique<Seat>();
      seat->trial = trial;
      auto backtest = options_.options_of(trial.point, seat->names);
      if (!backtest) return std::unexpected(SweepError{backtest.error()});
      seat->options = std::move(*backtest);
      if (options_.period.count() > 0) {
        seat->series.emplace(options_.period);
        seat->options.rows = {&*seat->series};
      }
      lanes.emplace_back(seat->options, options_.survey.report, seat->names);
      seats.push_back(std::move(seat));
    }
    const std::string& symbol = options_.data.symbol;
    const InstrumentId instrument = seats.front()->names.find_instrument(symbol);
    for (const auto& seat : seats) ENSURE(seat->names.find_instrument(symbol) == instrument);
    auto history = data_->read(instrument);
    if (!history) return std::unexpected(SweepError{history.error()});
    const auto fed = feed(**history, lanes, [&](std::uint64_t rows) {
      const std::lock_guard lock(mutex_);
      if (!watch_.on_work(rows * trials.size())) stop_ = true;
      return !stop_;
    });
    if (!fed) return std::unexpected(error_of(fed.error()));
    if (!*fed) return std::vector<TrialResult>{};
    std::vector<TrialResult> results;
    for (std::size_t index = 0; index < lanes.size(); ++index) {
      const auto summary = lanes[index].finish(options_.survey.report);
      if (!summary) return std::unexpected(error_of(summary.error()));
      results.push_back(result_of(*seats[index], *summary));
    }
    return results;
  }

  TrialResult result_of(Seat& seat, const Summary& summary) const {
    TrialResult result{.trial = seat.trial,
                       .figures = figures_of(summary),
                       .state_digest = summary.state_digest,
                       .command_digest = summary.command_digest};
    result.objective = options_.search.objective.of(result.figures);
    if (seat.series) result.equity = seat.series->finish();
    return result;
  }

  const SweepOptions& options_;
  std::map<std::uint64_t, TrialResult> done_;
  SweepWatch& watch_;
  std::optional<HistorySource> data_;  // From run() on.
  std::mutex mutex_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::optional<SweepError> failure_;
};

}  // namespace

std::expected<std::vector<Trial>, std::string> all_trials(const SearchSpace& space,
                                                          const Search& search) {
  auto points = propose_all(space, search);
  if (!points) return std::unexpected(points.error());
  std::vector<Trial> trials;
  for (Point& point : *points) trials.push_back({trials.size() + 1, std::move(point)});
  return trials;
}

std::expected<SweepEnd, SweepError> run_sweep(const SweepOptions& options,
                                              std::map<std::uint64_t, TrialResult> done,
                                              SweepWatch& watch) {
  ENSURE(options.jobs >= 1 && options.group >= 1);
  return Sweep(options, std::move(done), watch).run();
}

}  // namespace tranchet
