#include "adapters/live/background_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tranchet {
namespace {

constexpr std::size_t kWordsMost = 4'096;

// Between fork and exec in a program with threads: system calls alone. Files first: among them are
// the locks of the log, and this process may have to wait long for a processor.
[[noreturn]] void become(const char* program, char* const* words, int output, pid_t parent) {
  constexpr unsigned kFirstOther = 3;
  ::dup2(output, STDERR_FILENO);
  ::close_range(kFirstOther, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::setpriority(PRIO_PROCESS, 0, 19);
  constexpr int kOfProcess = 1, kIdleClass = 3 << 13;
  ::syscall(SYS_ioprio_set, kOfProcess, 0, kIdleClass);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nowhere, STDIN_FILENO);
  ::dup2(nowhere, STDOUT_FILENO);
  ::execv(program, words);
  ::_exit(127);
}

// Until the pipe ends, or `stop` is asked for.
std::string hear(int input, const std::stop_token& stop) {
  std::string words;
  std::array<char, 1'024> buffer{};
  while (!stop.stop_requested()) {
    struct pollfd readable {
      .fd = input, .events = POLLIN, .revents = 0
    };
    constexpr int kLookMilliseconds = 50;
    const int ready = ::poll(&readable, 1, kLookMilliseconds);
    if (ready <= 0) continue;
    const ssize_t size = ::read(input, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    words.append(buffer.data(), static_cast<std::size_t>(size));
    if (words.size() > kWordsMost) words.resize(kWordsMost);
  }
  return words;
}

}  // namespace

BackgroundAnswer run_in_background(const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   const std::stop_token& stop) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return {.status = -1, .words = std::strerror(errno)};
  std::vector<std::string> copies = arguments;
  copies.insert(copies.begin(), program);
  std::vector<char*> words;
  for (std::string& word : copies) words.push_back(word.data());
  words.push_back(nullptr);
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(program.c_str(), words.data(), pipe[1], self);
  const int fork_error = errno;
  ::close(pipe[1]);
  if (child < 0) {
    ::close(pipe[0]);
    return {.status = -1, .words = std::strerror(fork_error)};
  }
  BackgroundAnswer answer{.words = hear(pipe[0], stop)};
  ::close(pipe[0]);
  if (stop.stop_requested()) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  while (!answer.words.empty() && answer.words.back() == '\n') answer.words.pop_back();
  return answer;
}

}  // namespace tranchet
