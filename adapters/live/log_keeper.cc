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
      small_([this](const std::stop_token& stop) { keep_small(stop); }),
      sound_([this](const std::stop_token& stop) { keep_sound(stop); }) {}

LogKeeper::~LogKeeper() {
  small_.request_stop();
  sound_.request_stop();
  wake_.notify_all();
}

bool LogKeeper::sleep(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

void LogKeeper::keep_small(const std::stop_token& stop) {
  do {
    make_segments(stop);
  } while (sleep(stop, options_.look_every));
}

void LogKeeper::keep_sound(const std::stop_token& stop) {
  if (options_.check_every.count() == 0) return;
  while (sleep(stop, options_.check_every)) check(stop);
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
  std::unique_lock oldest(oldest_, std::defer_lock);
  if (!checks_ && oldest.try_lock()) {
    add("--keep-days", options_.keep_days);
    add("--budget-bytes", options_.budget_bytes);
  }
  if (words.size() > 3) {
    const BackgroundAnswer answer = run_in_background(options_.program, words, stop);
    if (stop.stop_requested()) return;
    // Somebody else is at it: it is done.
    const bool is_busy = answer.status == kLogIsLocked;
    // Whether it is too large is not known while nothing may go.
    const bool says_all = oldest || answer.status != kDone;
    if (says_all) say(segment_trouble_, is_busy ? "" : trouble_of(answer), answer.words);
  }
  let_go();
}

void LogKeeper::let_go() {
  auto gone = let_go_of_segmented(options_.log);
  say(seam_trouble_, gone ? "" : "the newest segment of the log is not what the log says",
      gone ? "" : gone.error().message);
}

void LogKeeper::check(const std::stop_token& stop) {
  std::vector<std::string> words{"log", "check", options_.log.string()};
  if (options_.check_megabytes_a_second > 0) {
    words.emplace_back("--megabytes-a-second");
    words.push_back(std::to_string(options_.check_megabytes_a_second));
  }
  checks_ = true;
  std::unique_lock oldest(oldest_);
  const BackgroundAnswer answer = run_in_background(options_.program, words, stop);
  oldest.unlock();
  checks_ = false;
  if (stop.stop_requested()) return;
  if (answer.status == kDone) notes_.say(NoteLevel::Info, "log_checked");
  say(check_trouble_, trouble_of(answer), answer.words);
}

void LogKeeper::say(std::string& told, const std::string& what, const std::string& words) {
  const std::lock_guard lock(mutex_);
  if (what == told) return;
  told = what;
  if (what.empty()) return;
  notes_.say(NoteLevel::Error, "log_keeper", {{"text", what}, {"because", words}});
  alarm_(what);
}

}  // namespace tranchet
