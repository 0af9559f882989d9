// Power failures. A run is recorded down to its writes and syncs; then the disk is made as it may
// have been left at any moment of it, and the log is opened: it holds what was promised by then, or
// one commit more, and nothing else, and it goes on.
//
//   crash_images [IMAGES [SEED]]
#include <algorithm>
#include <iostream>
#include <vector>

#include "backtest/wargame/random.h"
#include "tests/crash/disk_image.h"
#include "tests/crash/reopened.h"
#include "tests/crash/scratch.h"
#include "tests/crash/script.h"
#include "tests/crash/verdict.h"

namespace tranchet::crash {
namespace {

constexpr std::uint64_t kCommits = 200;

struct Recording {
  std::vector<DiskStep> steps;
  // After promise n: heads[n - 1]. The first is the empty log.
  std::vector<LogHead> heads;
};

Recording record(const std::filesystem::path& directory) {
  Recording recording;
  WatchedDisk disk(directory);
  const auto ran = run_script(directory, kCommits,
                              {.on_dispatch = [](Sequence) {},
                               .on_commit =
                                   [&](const LogHead& head) {
                                     recording.heads.push_back(head);
                                     disk.mark(recording.heads.size());
                                   }});
  ENSURE(ran.has_value());
  recording.steps = disk.steps();
  return recording;
}

class Images {
 public:
  Images(Recording recording, std::uint64_t seed)
      : recording_(std::move(recording)), random_(seed, "images") {}

  int run(std::uint64_t count) {
    std::vector<std::size_t> cuts(count);
    for (std::size_t& cut : cuts) cut = random_.below(recording_.steps.size() + 1);
    std::sort(cuts.begin(), cuts.end());
    std::size_t taken = 0;
    for (const std::size_t cut : cuts) {
      for (; taken < cut; ++taken) disk_.take(recording_.steps[taken]);
      try_image(cut);
    }
    return verdict_.conclude(std::to_string(count) + " images of " +
                             std::to_string(recording_.steps.size()) +
                             " disk steps: " + std::to_string(kept_) + " with the last promise, " +
                             std::to_string(ahead_) + " one commit ahead, " +
                             std::to_string(absent_) + " before there was a log");
  }

 private:
  // The step at `cut` is under way.
  void try_image(std::size_t cut) {
    DiskImage image = disk_;
    if (cut < recording_.steps.size() && recording_.steps[cut].kind == DiskStep::Kind::Write) {
      DiskStep under_way = recording_.steps[cut];
      under_way.synced = false;
      image.take(under_way);
    }
    static constexpr auto kChances = std::to_array<std::uint32_t>({0, 3, 50, 97, 100});
    const std::uint64_t kind = random_.below(kChances.size() + 1);
    const auto chance =
        kind < kChances.size() ? kChances[kind] : static_cast<std::uint32_t>(random_.below(100));
    const std::filesystem::path directory = scratch_ / "image";
    std::filesystem::remove(directory / "lock.mdb");
    image.write(directory, [&] { return random_.percent(chance); });
    const std::string flaw = flaw_of(directory, image.promised());
    if (!flaw.empty()) {
      verdict_.violation("a failure at step " + std::to_string(cut) + " with " +
                         std::to_string(chance) + " % of the sectors: " + flaw);
    }
  }

  // Empty: none.
  std::string flaw_of(const std::filesystem::path& directory, std::uint64_t promised) {
    if (promised == 0 && !std::filesystem::exists(directory / "data.mdb")) {
      ++absent_;
    } else {
      const auto checked = check_in_child(directory);
      if (!checked) return checked.error().message;
      if (promised > 0 && is(promised - 1, *checked)) {
        ++kept_;
      } else if (is(promised, *checked)) {
        ++ahead_;
      } else {
        return "it holds " + std::to_string(number(checked->last)) + " events after promise " +
               std::to_string(promised);
      }
      if (++opened_ % kGoOnEvery != 0) return {};
    }
    const auto gone_on = go_on(directory, 2);
    if (!gone_on) return gone_on.error();
    const auto checked = check_in_child(directory);
    return checked ? std::string() : "after going on: " + checked.error().message;
  }
  bool is(std::size_t index, const LogHead& head) const {
    return index < recording_.heads.size() && recording_.heads[index].last == head.last &&
           recording_.heads[index].chain == head.chain;
  }

  static constexpr std::uint64_t kGoOnEvery = 8;
  Recording recording_;
  Random random_;
  Scratch scratch_;
  DiskImage disk_;
  Verdict verdict_;
  std::uint64_t kept_ = 0, ahead_ = 0, absent_ = 0, opened_ = 0;
};

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  using namespace tranchet::crash;
  const std::uint64_t count = number_argument(argc, argv, 1, 10'000);
  const std::uint64_t seed = number_argument(argc, argv, 2, 1);
  const Scratch scratch;
  return Images(record(scratch / "log"), seed).run(count);
}
