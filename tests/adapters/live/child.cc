#include "tests/adapters/live/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "events/ensure.h"

namespace tranchet {

Child::Child(const std::vector<std::string>& arguments, const std::filesystem::path& errors,
             std::uint64_t file_bytes) {
  int ends[2];
  ENSURE(::pipe2(ends, O_CLOEXEC) == 0);
  std::vector<char*> words;
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  const std::string errors_path = errors.string();
  const std::string place = errors.parent_path().string();
  id_ = ::fork();
  ENSURE(id_ >= 0);
  if (id_ == 0) {
    // It must not outlive a test that is killed.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::chdir(place.c_str()) != 0) ::_exit(126);
    const rlimit cores{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE, &cores);
    if (file_bytes > 0) {
      const rlimit limit{.rlim_cur = file_bytes, .rlim_max = file_bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ::dup2(ends[1], STDOUT_FILENO);
    const int file = ::open(errors_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDERR_FILENO);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  handle_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
}

Child::~Child() {
  if (!status_) {
    ::kill(id_, SIGKILL);
    wait();
  }
  ::close(output_);
  if (handle_ >= 0) ::close(handle_);
}

std::optional<std::string> Child::line() {
  while (true) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string found = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return found;
    }
    char bytes[4096];
    const ssize_t size = ::read(output_, bytes, sizeof(bytes));
    if (size <= 0) return std::nullopt;
    unread_.append(bytes, static_cast<std::size_t>(size));
  }
}

void Child::signal(int number) const {
  if (!status_) ::kill(id_, number);
}

int Child::wait() {
  if (status_) return *status_;
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  dumped_ = WIFSIGNALED(status) && WCOREDUMP(status);
  status_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return *status_;
}

bool Child::is_alive() {
  if (status_) return false;
  pollfd ended{.fd = handle_, .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 0;
}

void Child::rest(std::chrono::milliseconds time) {
  pollfd ended{.fd = handle_, .events = POLLIN, .revents = 0};
  ::poll(&ended, status_ ? 0 : 1, static_cast<int>(time.count()));
}

}  // namespace tranchet
