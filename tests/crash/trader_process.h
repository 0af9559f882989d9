// A trader in a process of its own, seen from the venue's side, and the clock that kills it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/crash/frames.h"

namespace tranchet::crash {

class TraderProcess {
 public:
  enum class Words : std::uint8_t { Heard = 1, Ignored };
  // Starts on the log. `lives`: killed so long after; nullopt: never. `words`: what it says on
  // standard error.
  TraderProcess(const std::filesystem::path& log,
                const std::optional<std::chrono::microseconds>& lives, Words words = Words::Heard);
  ~TraderProcess();
  TraderProcess(const TraderProcess&) = delete;
  TraderProcess& operator=(const TraderProcess&) = delete;

  bool tell(const ToTrader& frame) { return send_frame(socket_, frame); }
  // Nullopt: it is dead, and everything it said has been read.
  std::optional<ToVenue> hear();

  // Between two inputs.
  void suspend();
  void resume();

  // Once hear() has nothing more to say.
  struct End {
    bool was_killed = false;
    int status = 0;  // Exit status, or the signal.
    bool by_signal = false;
  };
  End wait();
  std::chrono::microseconds age() const;

 private:
  pid_t process_ = -1;
  int socket_ = -1;
  int alarm_ = -1;
  bool was_killed_ = false;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace tranchet::crash
