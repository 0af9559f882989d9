#include "tests/crash/trader_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "events/ensure.h"

namespace tranchet::crash {

TraderProcess::TraderProcess(const std::filesystem::path& log,
                             const std::optional<std::chrono::microseconds>& lives, Words words)
    : started_(std::chrono::steady_clock::now()) {
  std::array<int, 2> sockets{};
  ENSURE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) == 0);
  socket_ = sockets[0];
  alarm_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  ENSURE(alarm_ >= 0);
  const std::string path = log.string(), number = std::to_string(sockets[1]);
  process_ = ::fork();
  ENSURE(process_ >= 0);
  if (process_ == 0) {
    ::fcntl(sockets[1], F_SETFD, 0);
    const int nowhere = words == Words::Ignored ? ::open("/dev/null", O_WRONLY) : -1;
    if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
    ::execl(TRANCHET_CRASH_TRADER, TRANCHET_CRASH_TRADER, path.c_str(), number.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(sockets[1]);
  if (lives) {
    constexpr std::int64_t kSecond = 1'000'000;
    const std::int64_t microseconds = lives->count() + 1;  // 0 would disarm it.
    struct itimerspec when {};
    when.it_value = {.tv_sec = microseconds / kSecond, .tv_nsec = microseconds % kSecond * 1'000};
    ENSURE(::timerfd_settime(alarm_, 0, &when, nullptr) == 0);
  }
}

TraderProcess::~TraderProcess() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    wait();
  }
  ::close(socket_);
  ::close(alarm_);
}

std::optional<ToVenue> TraderProcess::hear() {
  while (!was_killed_) {
    std::array<struct pollfd, 2> events{
        {{.fd = alarm_, .events = POLLIN}, {.fd = socket_, .events = POLLIN}}};
    if (::poll(events.data(), events.size(), -1) < 0) continue;
    if (events[0].revents != 0) {
      ::kill(process_, SIGKILL);
      was_killed_ = true;
    } else if (events[1].revents != 0) {
      break;
    }
  }
  return receive_frame<ToVenue>(socket_);
}

void TraderProcess::suspend() {
  ::kill(process_, SIGSTOP);
  int status = 0;
  while (::waitpid(process_, &status, WUNTRACED) < 0 && errno == EINTR) {
  }
}

void TraderProcess::resume() {
  ::kill(process_, SIGCONT);
}

TraderProcess::End TraderProcess::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  const bool by_signal = WIFSIGNALED(status);
  return {.was_killed = was_killed_ && by_signal && WTERMSIG(status) == SIGKILL,
          .status = by_signal ? WTERMSIG(status) : WEXITSTATUS(status),
          .by_signal = by_signal};
}

std::chrono::microseconds TraderProcess::age() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               started_);
}

}  // namespace tranchet::crash
