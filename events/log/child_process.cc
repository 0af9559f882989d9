#include "events/log/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace tranchet {
namespace {

// A crash is an answer here: no core file, no words of LMDB's or a sanitizer's on the screen.
void die_quietly() {
  const struct rlimit none {};
  ::setrlimit(RLIMIT_CORE, &none);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    ::signal(signal, SIG_DFL);
  }
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void run_child(int output, const std::function<std::string()>& work) {
  die_quietly();
  const std::string bytes = work();
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = ::write(output, bytes.data() + at, bytes.size() - at);
    if (written <= 0) ::_exit(1);
    at += static_cast<std::size_t>(written);
  }
  ::_exit(0);
}

std::string read_all(int input) {
  std::string bytes;
  std::array<char, 4'096> buffer{};
  for (;;) {
    const ssize_t size = ::read(input, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

ChildAnswer ask_child(const std::function<std::string()>& work) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return {.error = errno};
  const pid_t child = ::fork();
  if (child == 0) run_child(pipe[1], work);
  const int fork_error = errno;
  ::close(pipe[1]);
  if (child < 0) {
    ::close(pipe[0]);
    return {.error = fork_error};
  }
  ChildAnswer answer{.bytes = read_all(pipe[0])};
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  answer.lived = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!answer.lived) {
    answer.death =
        WIFSIGNALED(status) ? "was killed by signal " + std::to_string(WTERMSIG(status)) : "failed";
  }
  return answer;
}

}  // namespace tranchet
