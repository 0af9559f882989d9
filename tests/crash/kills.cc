// kill -9, again and again. A real trader process on a real log is killed at random moments, and
// started again; the venue and the market live on. Whatever was acknowledged is in the log, nothing
// is sent twice, and in the end books and venue agree. Now and then the trader ends in good order,
// or is suspended while a second one tries to start on its log.
//
//   crash_kills [ROUNDS [SEED]]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>

#include "adapters/cli/exit_status.h"
#include "events/log/segments.h"
#include "tests/crash/scratch.h"
#include "tests/crash/verdict.h"
#include "tests/crash/world.h"

namespace tranchet::crash {
namespace {

using std::chrono::microseconds;

class KillLoop {
 public:
  explicit KillLoop(std::uint64_t seed) : seed_(seed), random_(seed, "kills") {}

  int run(std::uint64_t rounds) {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      if (round % kRoundsALog == 0) {
        end_log(round);
        log_ = scratch_ / std::to_string(round);
        world_ = std::make_unique<World>(log_, seed_ * 1'000'003 + round);
      }
      live_and_die(round);
    }
    end_log(rounds);
    std::sort(recoveries_.begin(), recoveries_.end());
    if (rounds >= kRoundsALog && segments_ == 0) verdict_.violation("no segment was ever made");
    return verdict_.conclude(std::to_string(rounds) + " rounds, " + std::to_string(kills_) +
                             " kills, " + std::to_string(refused_) + " second starts refused, " +
                             std::to_string(events_) + " events, " + std::to_string(segments_) +
                             " segments, " + std::to_string(orders_) + " orders, ready again in " +
                             recovery(50) + " / " + recovery(99) + " / " + recovery(100) +
                             " us (p50 / p99 / max)");
  }

 private:
  static constexpr std::uint64_t kRoundsALog = 50;
  static constexpr std::int64_t kLongestLife = 60'000, kStartUp = 6'000;  // Microseconds.

  void live_and_die(std::uint64_t round) {
    const bool ends_well = round % 8 == 5;
    const bool meets_another = round % 16 == 5;
    std::optional<microseconds> lives;
    if (!ends_well) {
      lives = microseconds(random_.between(0, random_.percent(30) ? kStartUp : kLongestLife));
    }
    TraderProcess trader(log_, lives);
    bool alive = world_->greet(trader);
    if (alive) recoveries_.push_back(trader.age().count());
    for (std::uint64_t moment = 0; alive && (lives || moment < kMoments); ++moment) {
      alive = world_->live(trader, false);
      if (alive && meets_another && moment == kMoments / 2) meet_another(trader, round);
    }
    if (alive) trader.tell({.kind = ToTrader::Kind::Stop});
    finish(trader, round, alive);
  }

  void finish(TraderProcess& trader, std::uint64_t round, bool ends_well) {
    world_->hear_out(trader);
    const TraderProcess::End end = trader.wait();
    if (end.was_killed) ++kills_;
    if (!end.was_killed && (!ends_well || end.by_signal || end.status != kDone)) {
      report(round, "the trader ended by itself, " +
                        std::string(end.by_signal ? "signal " : "status ") +
                        std::to_string(end.status));
    }
    if (const std::string flaw = world_->flaw_of_log(); !flaw.empty()) report(round, flaw);
  }

  void meet_another(TraderProcess& trader, std::uint64_t round) {
    trader.suspend();
    const std::string before = bytes_of_log();
    TraderProcess second(log_, std::nullopt, TraderProcess::Words::Ignored);
    while (second.hear()) {
    }
    const TraderProcess::End end = second.wait();
    if (end.by_signal || end.status != kLogIsLocked) {
      report(round, "a second trader ended with status " + std::to_string(end.status));
    } else {
      ++refused_;
    }
    if (bytes_of_log() != before) report(round, "a second trader changed the log");
    trader.resume();
  }

  std::string bytes_of_log() const;

  // Nothing happens any more but prices; then the books must agree with the venue.
  void end_log(std::uint64_t round) {
    if (!world_) return;
    {
      TraderProcess trader(log_, std::nullopt);
      bool alive = world_->greet(trader);
      for (std::uint64_t moment = 0; alive && moment < kMoments; ++moment) {
        alive = world_->live(trader, true);
      }
      if (alive) trader.tell({.kind = ToTrader::Kind::Stop});
      finish(trader, round, alive);
    }
    if (const std::string flaw = world_->flaw_of_books(); !flaw.empty()) {
      report(round, "healed: " + flaw);
    }
    events_ += world_->events();
    orders_ += world_->orders();
    if (const auto segments = list_segments(log_)) segments_ += segments->size();
    std::filesystem::remove_all(log_);
  }

  void report(std::uint64_t round, const std::string& flaw) {
    // The moment of a kill cannot be repeated, so the log is all there is to look at.
    const std::filesystem::path kept =
        std::filesystem::temp_directory_path() /
        ("crash_kills-" + std::to_string(::getpid()) + "-" + log_.filename().string());
    std::error_code ignored;
    std::filesystem::copy(log_, kept, std::filesystem::copy_options::recursive, ignored);
    verdict_.violation("seed " + std::to_string(seed_) + ", round " + std::to_string(round) + ": " +
                       flaw + "; the log is kept in " + kept.string());
  }

  std::string recovery(std::size_t percent) const {
    if (recoveries_.empty()) return "-";
    return std::to_string(recoveries_[(recoveries_.size() - 1) * percent / 100]);
  }

  static constexpr std::uint64_t kMoments = 30;
  std::uint64_t seed_;
  Random random_;
  Scratch scratch_;
  std::filesystem::path log_;
  std::unique_ptr<World> world_;
  Verdict verdict_;
  std::uint64_t kills_ = 0, refused_ = 0, events_ = 0, orders_ = 0, segments_ = 0;
  std::vector<std::int64_t> recoveries_;
};

std::string KillLoop::bytes_of_log() const {
  std::string bytes;
  for (const char* name : {"data.mdb", "HEAD", "LOCK"}) {
    std::ifstream in(log_ / name, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return bytes;
}

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  using namespace tranchet::crash;
  const std::uint64_t rounds = number_argument(argc, argv, 1, 500);
  const std::uint64_t seed = number_argument(argc, argv, 2, 1);
  return KillLoop(seed).run(rounds);
}
