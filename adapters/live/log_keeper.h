// Keeps the log of a running program small and sound, beside it: segments of what is old, the
// oldest of them away, and now and then a look at every checksum. The work is done by `tranchet log
// segment` and `tranchet log check` as programs of their own, at the lowest priority: what they
// need of the processor or the memory, or a damaged page, is nothing to the one that trades.
//
// Whatever fails is told once and tried again; trading goes on.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/live/notes.h"

namespace tranchet {

struct LogKeeperOptions {
  std::filesystem::path log;
  std::uint64_t segment_bytes = 0;  // 0: not by size.
  bool segment_daily = false;
  std::uint64_t keep_days = 0;     // 0: for ever.
  std::uint64_t budget_bytes = 0;  // 0: any size.
  std::chrono::seconds look_every{60};
  std::chrono::milliseconds check_every = std::chrono::hours(24);  // 0: never.
  std::uint64_t check_megabytes_a_second = 0;                      // 0: as fast as it goes.
  std::string program = "/proc/self/exe";  // That knows `log segment` and `log check`.
};

class LogKeeper {
 public:
  // `alarm` is called on a thread of the keeper's, one at a time, with what people must know, the
  // same words for the same trouble. What the writer of this process may remove from data.mdb is
  // said to it directly.
  using Alarm = std::function<void(const std::string& words)>;
  LogKeeper(LogKeeperOptions options, Notes& notes, Alarm alarm);
  ~LogKeeper();
  LogKeeper(const LogKeeper&) = delete;
  LogKeeper& operator=(const LogKeeper&) = delete;

 private:
  void keep_small(const std::stop_token& stop);
  void keep_sound(const std::stop_token& stop);
  // False: the keeper ends.
  bool sleep(const std::stop_token& stop, std::chrono::milliseconds time);
  void make_segments(const std::stop_token& stop);
  void let_go();
  void check(const std::stop_token& stop);
  // Alarms when the trouble is another than last time; "": there is none.
  void say(std::string& told, const std::string& what, const std::string& words);

  LogKeeperOptions options_;
  Notes& notes_;
  Alarm alarm_;
  std::string segment_trouble_, seam_trouble_, check_trouble_;  // As last told.
  // Held while a check reads the oldest segments, or retention may remove them: a check takes hours
  // of a long log, and what is due becomes a segment meanwhile.
  std::mutex oldest_;
  std::atomic<bool> checks_ = false;  // Or waits to: retention lets it have them.
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread small_, sound_;
};

}  // namespace tranchet
