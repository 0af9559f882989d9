#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include "adapters/cli/command_failure.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/sweep_command.h"
#include "adapters/cli/sweep_output.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

std::unexpected<CommandFailure> fail(const ResultsError& error) {
  return refuse(error.message, error.world_failed ? kWorldFailed : kBadInput);
}

class Merge {
 public:
  Merge(const SweepMergeArguments& arguments, std::ostream& out)
      : arguments_(arguments), out_(out) {}

  std::expected<void, CommandFailure> run() {
    if (const std::string taken = sweep_output_error(arguments_.out); !taken.empty()) {
      return refuse(taken);
    }
    if (fs::exists(arguments_.out)) {
      return refuse(arguments_.out + ": is there already; give another --out, or remove it");
    }
    if (auto opened = open_all(); !opened) return opened;
    if (auto whole = check_shards(); !whole) return whole;
    auto grid = parse_grid(files_.front()->identity().grid, arguments_.files.front());
    if (!grid) return refuse(to_text(grid.error()));
    for (std::size_t place = 0; place < files_.size(); ++place) {
      if (auto taken = take(place, grid->space); !taken) return taken;
    }
    return write(*grid);
  }

 private:
  std::expected<void, CommandFailure> open_all() {
    for (const std::string& name : arguments_.files) {
      auto file = ResultsFile::read(name);
      if (!file) return fail(file.error());
      if (!files_.empty()) {
        const SweepIdentity& first = files_.front()->identity();
        std::string other = difference(first, (*file)->identity());
        if (other.empty() && first.shard.count != (*file)->identity().shard.count) {
          other = "it is one of " + std::to_string((*file)->identity().shard.count) +
                  " shards, not of " + std::to_string(first.shard.count);
        }
        if (!other.empty()) {
          return refuse(name + " does not belong to " + arguments_.files.front() + ": " + other);
        }
      }
      files_.push_back(std::move(*file));
    }
    return {};
  }

  // Every shard once.
  std::expected<void, CommandFailure> check_shards() const {
    const std::uint64_t count = files_.front()->identity().shard.count;
    std::vector<std::string> names(count);
    for (std::size_t place = 0; place < files_.size(); ++place) {
      const std::uint64_t index = files_[place]->identity().shard.index;
      if (index < 1 || index > count) return refuse(arguments_.files[place] + ": is damaged");
      std::string& name = names[index - 1];
      if (!name.empty()) {
        return refuse(arguments_.files[place] + " and " + name + " are both shard " +
                      std::to_string(index) + " of " + std::to_string(count));
      }
      name = arguments_.files[place];
    }
    std::string missing;
    for (std::uint64_t index = 1; index <= count; ++index) {
      if (names[index - 1].empty()) {
        missing += (missing.empty() ? "" : ", ") + std::to_string(index);
      }
    }
    if (missing.empty()) return {};
    return refuse("of " + std::to_string(count) + " shards these are missing: " + missing);
  }

  std::expected<void, CommandFailure> take(std::size_t place, const SearchSpace& space) {
    const SweepIdentity& identity = files_[place]->identity();
    auto results = files_[place]->results(space);
    if (!results) return fail(results.error());
    std::uint64_t wanted = 0;
    for (std::uint64_t number = 1; number <= identity.trials; ++number) {
      if (!identity.shard.has(number)) continue;
      ++wanted;
      if (results->contains(number)) continue;
      return refuse(arguments_.files[place] + ": trial " + std::to_string(number) +
                    " is missing; run shard " + std::to_string(identity.shard.index) + " of " +
                    std::to_string(identity.shard.count) + " to its end");
    }
    if (results->size() != wanted) {
      return refuse(arguments_.files[place] + ": holds trials of other shards");
    }
    results_.merge(*results);
    return {};
  }

  // Under another name first, so that a merge that fails leaves nothing behind.
  std::expected<void, CommandFailure> write(const Grid& grid) {
    const std::string unfinished = arguments_.out + ".new";
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    SweepIdentity identity = files_.front()->identity();
    identity.shard = Shard{};
    std::vector<TrialResult> results;
    for (const auto& [number, result] : results_) results.push_back(result);
    {
      auto file = ResultsFile::open(unfinished, identity, grid.space);
      if (!file) return fail(file.error());
      if (auto added = (*file)->add(results, grid.space); !added) return fail(added.error());
    }
    std::error_code error;
    fs::rename(unfinished, arguments_.out, error);
    if (error) return refuse(arguments_.out + ": cannot be written", kWorldFailed);
    const auto written = write_sweep_output({.grid = grid,
                                             .identity = identity,
                                             .results = results_,
                                             .out = arguments_.out,
                                             .history = arguments_.history},
                                            out_);
    if (!written) return refuse(written.error(), kWorldFailed);
    return {};
  }

  const SweepMergeArguments& arguments_;
  std::ostream& out_;
  std::vector<std::unique_ptr<ResultsFile>> files_;
  std::map<std::uint64_t, TrialResult> results_;
};

}  // namespace

int run_sweep_merge_command(const SweepMergeArguments& arguments, std::ostream& out,
                            std::ostream& err) {
  const auto merged = Merge(arguments, out).run();
  if (merged) return kDone;
  err << "tranchet: sweep merge: " << merged.error().message << "\n";
  return merged.error().status;
}

}  // namespace tranchet
