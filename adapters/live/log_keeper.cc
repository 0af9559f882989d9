#include "adapters/live/log_keeper.h"

#include "adapters/cli/exit_status.h"
#include "adapters/live/background_program.h"
#include "events/log/segments.h"

namespace tranchet {
namespace {

// In words of their own, without numbers: a text that differs each time would fill the log.
std::string trouble_of(const BackgroundAnswer& answer) {
  switch (answer.status) {
    case kDone:
      return {};
    case kAnswerIsNo:
      return "the log is larger than log.budget_megabytes, and nothing more may go";
    case kLogIsDamaged:
      return "the log is damaged: keep its folder as it is, and restore a backup of it";
    case kWorldFailed:
      return "segments of the log cannot be written: is the disk full?";
    default:
      return "the log's keeper ended with status " + std::to_string(answer.status);
  }
}

}  // namespace

LogKeeper::LogKeeper(LogKeeperOptions options, Notes& notes, Alarm alarm)
    : options_(std::move(options)),
      notes_(notes),
      alarm_(std::move(alarm)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LogKeeper::~LogKeeper() {
  thread_.request_stop();
  wake_.notify_all();
}

void LogKeeper::run(const std::stop_token& stop) {
  auto next_check = std::chrono::steady_clock::now() + options_.check_every;
  while (!stop.stop_requested()) {
    make_segments(stop);
    if (options_.check_every.count() > 0 && std::chrono::steady_clock::now() >= next_check) {
      check(stop);
      next_check = std::chrono::steady_clock::now() + options_.check_every;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, options_.look_every, [] { return false; });
  }
}

void LogKeeper::make_segments(const std::stop_token& stop) {
  std::vector<std::string> words{"log", "segment", options_.log.string()};
  const auto add = [&](const char* option, std::uint64_t value) {
    if (value == 0) return;
    words.emplace_back(option);
    words.push_back(std::to_string(value));
  };
  add("--bytes", options_.segment_bytes);
  if (options_.segment_daily) words.emplace_back("--daily");
  add("--keep-days", options_.keep_days);
  add("--budget-bytes", options_.budget_bytes);
  if (words.size() > 3) {
    const BackgroundAnswer answer = run_in_background(options_.program, words, stop);
    if (stop.stop_requested()) return;
    // Somebody else is at it: it is done.
    const bool is_busy = answer.status == kLogIsLocked;
    say(segment_trouble_, is_busy ? "" : trouble_of(answer), answer.words);
  }
  let_go();
}

void LogKeeper::let_go() {
  auto gone = let_go_of_segmented(options_.log);
  say(seam_trouble_, gone ? "" : "the newest segment of the log is not what the log says",
      gone ? "" : gone.error().message);
}

void LogKeeper::check(const std::stop_token& stop) {
  const BackgroundAnswer answer =
      run_in_background(options_.program, {"log", "check", options_.log.string()}, stop);
  if (stop.stop_requested()) return;
  if (answer.status == kDone) notes_.say(NoteLevel::Info, "log_checked");
  say(check_trouble_, trouble_of(answer), answer.words);
}

void LogKeeper::say(std::string& told, const std::string& what, const std::string& words) {
  if (what == told) return;
  told = what;
  if (what.empty()) return;
  notes_.say(NoteLevel::Error, "log_keeper", {{"text", what}, {"because", words}});
  alarm_(what);
}

}  // namespace tranchet
