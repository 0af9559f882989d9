// Every system call between log and disk fails in turn, in every way. The run goes on correctly, or
// it stops and says why; no command leaves whose event a power failure could take back; what was
// acknowledged is there, in the file and on the disk. After every call a process is killed as well,
// while another has the log open: the next one goes on.
//
//   crash_syscalls [RUNS [SEED]]      0 runs: every call, every way
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/cli/exit_status.h"
#include "backtest/wargame/random.h"
#include "tests/crash/disk_image.h"
#include "tests/crash/onlooker.h"
#include "tests/crash/reopened.h"
#include "tests/crash/scratch.h"
#include "tests/crash/script.h"
#include "tests/crash/verdict.h"

namespace tranchet::crash {
namespace {

constexpr std::uint64_t kCommits = 200;
constexpr unsigned kHangSeconds = 60;

// What a run tells about itself, as it goes.
struct Report {
  enum class Kind : std::uint8_t { Committed = 1, Dispatched };
  Kind kind{};
  bool struck = false;  // The fault has been before.
  Sequence sequence{};
};

struct Ended {
  int status = 0;  // As waitpid() gives it.
  std::vector<Report> reports;
  std::string message;
};

std::string text_of(const FaultAt& fault) {
  return std::string(to_text(fault.call)) + " number " + std::to_string(fault.nth) + ", " +
         std::string(to_text(fault.fault));
}

[[noreturn]] void run_child(int output, const std::filesystem::path& directory,
                            const std::filesystem::path& durable, const FaultAt& fault,
                            const Onlooker* onlooker) {
  ::alarm(kHangSeconds);
  std::expected<void, LogError> ran;
  DiskImage image;
  {
    WatchedDisk disk(directory, fault);
    const auto tell = [&](Report::Kind kind, Sequence sequence) {
      const Report report{.kind = kind, .struck = disk.struck(), .sequence = sequence};
      ENSURE(::write(output, &report, sizeof report) == sizeof report);
    };
    ran = run_script(directory, kCommits,
                     {.on_dispatch = [&](Sequence cause) { tell(Report::Kind::Dispatched, cause); },
                      .on_commit =
                          [&](const LogHead& head) {
                            tell(Report::Kind::Committed, head.last);
                            if (onlooker != nullptr) std::exchange(onlooker, nullptr)->look();
                          }});
    for (const DiskStep& step : disk.steps()) image.take(step);
  }
  image.write(durable, [] { return false; });
  if (ran) ::_exit(0);
  const std::string& message = ran.error().message;
  ENSURE(::write(output, message.data(), message.size()) == static_cast<ssize_t>(message.size()));
  ::_exit(exit_status(ran.error().kind));
}

// Reports are whole: each was one write() of less than PIPE_BUF bytes. The rest is the message.
Ended collect(int input, pid_t child) {
  std::string bytes;
  std::array<char, 4'096> buffer{};
  for (ssize_t size = 0; (size = ::read(input, buffer.data(), buffer.size())) > 0;) {
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
  Ended ended;
  while (::waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
  }
  std::size_t at = 0;
  for (; at + sizeof(Report) <= bytes.size(); at += sizeof(Report)) {
    Report report;
    std::memcpy(&report, bytes.data() + at, sizeof report);
    if (report.kind != Report::Kind::Committed && report.kind != Report::Kind::Dispatched) break;
    ended.reports.push_back(report);
  }
  ended.message = bytes.substr(at);
  return ended;
}

class Sweep {
 public:
  Sweep() {
    const std::filesystem::path directory = scratch_ / "unhurt";
    WatchedDisk disk(directory);
    const auto ran = run_script(
        directory, kCommits,
        {.on_dispatch = [](Sequence) {},
         .on_commit = [&](const LogHead& head) { chain_at_[number(head.last)] = head.chain; }});
    ENSURE(ran.has_value());
    for (std::size_t call = 1; call <= kCalls; ++call) {
      for (std::uint64_t nth = 1; nth <= disk.count(static_cast<Call>(call)); ++nth) {
        add_faults(static_cast<Call>(call), nth);
      }
    }
  }

  int run(std::uint64_t runs, std::uint64_t seed) {
    std::vector<FaultAt> faults = all_;
    if (runs > 0) {
      Random random(seed, "syscalls");
      for (std::size_t at = faults.size(); at > 1; --at) {
        std::swap(faults[at - 1], faults[random.below(at)]);
      }
      faults.resize(std::min<std::size_t>(faults.size(), runs));
    }
    for (const FaultAt& fault : faults) {
      if (const std::string flaw = flaw_of(fault); !flaw.empty()) {
        verdict_.violation(text_of(fault) + ": " + flaw);
      }
    }
    return verdict_.conclude(
        std::to_string(faults.size()) + " of " + std::to_string(all_.size()) + " faults in " +
        std::to_string(kCommits) + " commits: " + std::to_string(went_on_) + " went on, " +
        std::to_string(stopped_) + " stopped, " + std::to_string(killed_) + " were killed");
  }

 private:
  void add_faults(Call call, std::uint64_t nth) {
    for (std::size_t fault = 1; fault <= kFaults; ++fault) {
      const bool writes = call == Call::Write || call == Call::Pwrite || call == Call::Writev;
      if (static_cast<Fault>(fault) == Fault::Short && !writes) continue;
      all_.push_back({.call = call, .nth = nth, .fault = static_cast<Fault>(fault)});
    }
  }

  // Empty: none.
  std::string flaw_of(const FaultAt& fault) {
    const std::filesystem::path directory = scratch_ / "log", durable = scratch_ / "durable";
    std::filesystem::remove_all(directory);
    std::filesystem::remove_all(durable);
    std::optional<Onlooker> onlooker;
    if (fault.fault == Fault::Killed) onlooker.emplace(directory);
    std::array<int, 2> pipe{};
    ENSURE(::pipe(pipe.data()) == 0);
    std::cout << std::flush;
    const pid_t child = ::fork();
    ENSURE(child >= 0);
    if (child == 0) {
      ::close(pipe[0]);
      run_child(pipe[1], directory, durable, fault, onlooker ? &*onlooker : nullptr);
    }
    ::close(pipe[1]);
    const Ended ended = collect(pipe[0], child);
    ::close(pipe[0]);
    const bool killed = WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGKILL &&
                        fault.fault == Fault::Killed;
    if (WIFSIGNALED(ended.status) && !killed) {
      return "the process died of signal " + std::to_string(WTERMSIG(ended.status));
    }
    const bool stopped = !killed && WEXITSTATUS(ended.status) != 0;
    ++(killed ? killed_ : stopped ? stopped_ : went_on_);
    if (stopped && ended.message.empty()) return "it stopped without a word";
    bool created = false;
    std::uint64_t committed = 0;
    for (const Report& report : ended.reports) {
      const bool is_commit = report.kind == Report::Kind::Committed;
      const bool is_sync = fault.call == Call::Fdatasync || fault.call == Call::Fsync;
      if (is_sync && report.struck) return "it went on after a sync had failed";
      if (is_commit) {
        created = true;
        committed = number(report.sequence);
      } else if (number(report.sequence) > committed) {
        return "a command left before its event was committed";
      }
    }
    if (auto flaw = flaw_of_log(directory, created, committed); !flaw.empty()) {
      return "the file: " + flaw;
    }
    if (killed) return {};  // What the disk had was lost with the process.
    if (auto flaw = flaw_of_log(durable, created, committed); !flaw.empty()) {
      return "the disk: " + flaw;
    }
    return {};
  }

  std::string flaw_of_log(const std::filesystem::path& directory, bool created,
                          std::uint64_t committed) {
    if (created || std::filesystem::exists(directory / "data.mdb")) {
      const auto checked = check_in_child(directory);
      if (!checked) return checked.error().message;
      const std::uint64_t last = number(checked->last);
      if (last < committed) {
        return "it ends at event " + std::to_string(last) + ", and " + std::to_string(committed) +
               " was acknowledged";
      }
      const auto known = chain_at_.find(last);
      if (known == chain_at_.end() || known->second != checked->chain) {
        return "it holds something else at event " + std::to_string(last);
      }
    }
    const auto gone_on = go_on(directory, 1);
    return gone_on ? std::string() : gone_on.error();
  }

  Scratch scratch_;
  std::map<std::uint64_t, std::string> chain_at_;  // Of the run that nothing happened to.
  std::vector<FaultAt> all_;
  Verdict verdict_;
  std::uint64_t went_on_ = 0, stopped_ = 0, killed_ = 0;
};

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  using namespace tranchet::crash;
  const std::uint64_t runs = number_argument(argc, argv, 1, 0);
  const std::uint64_t seed = number_argument(argc, argv, 2, 1);
  return Sweep().run(runs, seed);
}
