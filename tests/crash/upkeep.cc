// What keeps a log small and copies it, with every system call failing in turn: a segment is made,
// old ones are removed, the writer lets go of what is in segments, the log is backed up. Nothing of
// the log is lost, whoever fails says why, no half of a copy looks like a log, and the next attempt
// does what this one did not.
//
//   crash_upkeep [RUNS [SEED]]      0 runs: every call, every way
#include <sys/wait.h>

#include <algorithm>
#include <iostream>

#include "backtest/wargame/random.h"
#include "events/log/log_error.h"
#include "events/log/retention.h"
#include "events/log/segments.h"
#include "replay/segment.h"
#include "tests/crash/reopened.h"
#include "tests/crash/scratch.h"
#include "tests/crash/script.h"
#include "tests/crash/traced_child.h"
#include "tests/crash/verdict.h"

namespace tranchet::crash {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCommits = 160;
constexpr std::size_t kSegmentsBefore = 3;

enum class Task : std::uint8_t { Segment = 1, Retention, LetGo, Backup };
constexpr std::array kTasks = {Task::Segment, Task::Retention, Task::LetGo, Task::Backup};
constexpr std::array kTaskNames = {"segment", "retention", "letting go", "backup"};
std::string_view to_text(Task task) {
  return kTaskNames[static_cast<std::size_t>(task) - 1];
}

struct TaskFault {
  Task task{};
  CallFault fault;
};

template <class Result>
std::string words_of(const Result& result) {
  return result ? std::string() : "error: " + result.error().message;
}

class Upkeep {
 public:
  Upkeep() {
    ENSURE(run_script(pristine_, kCommits,
                      {.on_dispatch = [](Sequence) {}, .on_commit = [](const LogHead&) {}}));
    const auto part = newest_part(pristine_);
    ENSURE(part);
    // So that one more is due when these are made.
    rule_ = {.bytes = part->bytes / (kSegmentsBefore + 2)};
    for (std::size_t made = 0; made < kSegmentsBefore; ++made) {
      const auto segment = make_due_segment(pristine_, rule_);
      ENSURE(segment && *segment);
    }
    const auto content = whole_content(pristine_);
    ENSURE(content);
    content_ = content->log;
    const auto head = check_in_child(pristine_);
    ENSURE(head);
    head_ = *head;
    for (const Task task : kTasks) add_faults(task);
  }

  int run(std::uint64_t runs, std::uint64_t seed) {
    std::vector<TaskFault> faults = all_;
    if (runs > 0) {
      Random random(seed, "upkeep");
      for (std::size_t at = faults.size(); at > 1; --at) {
        std::swap(faults[at - 1], faults[random.below(at)]);
      }
      faults.resize(std::min<std::size_t>(faults.size(), runs));
    }
    for (const TaskFault& fault : faults) {
      if (const std::string flaw = flaw_of(fault); !flaw.empty()) {
        verdict_.violation(std::string(to_text(fault.task)) + ", " + crash::to_text(fault.fault) +
                           ": " + flaw);
      }
    }
    return verdict_.conclude(std::to_string(faults.size()) + " of " + std::to_string(all_.size()) +
                             " faults: " + std::to_string(done_) + " did what they were to, " +
                             std::to_string(failed_) + " failed");
  }

 private:
  void add_faults(Task task) {
    const std::size_t before = all_.size();
    renew();
    const TracedRun unhurt = run_traced(work_, std::nullopt, [&] { return perform(task); });
    ENSURE(unhurt.status == 0);
    for (const WatchedCall& watched : watched_calls()) {
      const auto found = unhurt.calls.find(watched.call);
      if (found == unhurt.calls.end()) continue;
      for (std::uint64_t nth = 1; nth <= found->second; ++nth) {
        for (const int error : watched.errors) {
          all_.push_back({task, {.call = watched.call, .nth = nth, .error = error}});
        }
      }
    }
    ENSURE(all_.size() > before);
  }

  void renew() {
    fs::remove_all(work_);
    fs::create_directory(work_);
    fs::copy(pristine_, log_, fs::copy_options::recursive);
  }

  // What the child does. Empty: it is done.
  std::string perform(Task task) {
    switch (task) {
      case Task::Segment:
        return words_of(make_due_segment(log_, rule_));
      case Task::Retention:
        return words_of(remove_old_segments(log_, {.days = 0, .budget = 1}));
      case Task::LetGo:
        return let_go();
      case Task::Backup:
        return words_of(back_up(log_, copy_));
    }
    return "error: no such task";
  }

  std::string let_go() {
    Names names;
    Timestamp last;
    {
      auto reader = LogReader::open(log_);
      if (!reader) return words_of(reader);
      const auto scanned = (*reader)->scan(head_.last, [&](const Event& event) {
        last = event.time;
        return true;
      });
      if (!scanned) return words_of(scanned);
      names = (*reader)->names();
    }
    auto writer = LogWriter::open(log_, Durability::EveryBatch);
    if (!writer) return words_of(writer);
    if (auto gone = let_go_of_segmented(log_); !gone) return words_of(gone);
    constexpr int kMore = 4;
    for (int batch = 0; batch < kMore; ++batch) {
      const Event event{.sequence = next((*writer)->head().last),
                        .time = last,
                        .body = Connected{Stream::Market}};
      if (auto appended = (*writer)->append(std::span(&event, 1), names); !appended) {
        return words_of(appended);
      }
    }
    return words_of((*writer)->close());
  }

  // Empty: none.
  std::string flaw_of(const TaskFault& fault) {
    renew();
    std::cout << std::flush;
    const TracedRun ran = run_traced(work_, fault.fault, [&] { return perform(fault.task); });
    if (WIFSIGNALED(ran.status)) {
      return "the process died of signal " + std::to_string(WTERMSIG(ran.status));
    }
    const bool failed = WEXITSTATUS(ran.status) != 0;
    ++(failed ? failed_ : done_);
    constexpr std::size_t kFewest = 20;
    if (failed && ran.words.size() < kFewest) return "it failed without saying why";
    if (const std::string flaw = flaw_of_log(fault.task); !flaw.empty()) return flaw;
    if (failed && fault.task == Task::Backup && fs::exists(copy_ / kDataFile)) {
      return "it failed, and its copy looks like a log";
    }
    if (failed) {
      if (const std::string words = perform(fault.task); !words.empty()) {
        return "the next attempt: " + words;
      }
      if (const std::string flaw = flaw_of_log(fault.task); !flaw.empty()) {
        return "after the next attempt: " + flaw;
      }
    }
    return flaw_of_result(fault.task);
  }

  // The log may have lost its oldest segments to retention, may have been appended to, and is
  // otherwise what it was.
  std::string flaw_of_log(Task task) {
    if (task == Task::Segment || task == Task::Backup) {
      const auto content = whole_content(log_);
      if (!content) return content.error().message;
      if (content->log != content_) return "the log holds something else";
    }
    const auto head = check_in_child(log_);
    if (!head) return head.error().message;
    if (task != Task::LetGo && head->chain != head_.chain) return "the log ends otherwise";
    auto reader = LogReader::open(log_);
    if (!reader) return reader.error().message;
    std::string chain;
    const auto scanned = (*reader)->scan_commits(head_.last, [&](const LogCommit& commit) {
      chain = commit.chain;
      return false;
    });
    if (!scanned) return scanned.error().message;
    return chain == head_.chain
               ? ""
               : "the log is not the same at event " + std::to_string(number(head_.last));
  }

  std::string flaw_of_result(Task task) {
    const auto segments = list_segments(log_);
    if (!segments) return segments.error().message;
    switch (task) {
      case Task::Segment:
        return segments->size() == kSegmentsBefore + 1 ? "" : "there is no new segment";
      case Task::Retention:
        return segments->size() == 1 ? "" : "old segments are still there";
      case Task::LetGo:
        return segments->size() == kSegmentsBefore ? "" : "segments are gone";
      case Task::Backup: {
        const auto content = whole_content(copy_);
        if (!content) return "the copy: " + content.error().message;
        return content->log == content_ ? "" : "the copy holds something else";
      }
    }
    return "no such task";
  }

  Scratch scratch_;
  fs::path pristine_ = scratch_ / "pristine", work_ = scratch_ / "work";
  fs::path log_ = work_ / "log", copy_ = work_ / "copy";
  SegmentRule rule_;
  std::string content_;
  LogHead head_;
  std::vector<TaskFault> all_;
  Verdict verdict_;
  std::uint64_t done_ = 0, failed_ = 0;
};

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  using namespace tranchet::crash;
  const std::uint64_t runs = number_argument(argc, argv, 1, 0);
  const std::uint64_t seed = number_argument(argc, argv, 2, 1);
  return Upkeep().run(runs, seed);
}
