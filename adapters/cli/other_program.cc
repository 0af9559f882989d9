#include "adapters/cli/other_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace tranchet {

std::expected<OtherProgram, std::string> OtherProgram::start(
    const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return std::unexpected(std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  pid_t process = -1;
  const int failed =
      ::posix_spawnp(&process, words.front(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed == 0) return OtherProgram(process, pipe[0]);
  ::close(pipe[0]);
  return std::unexpected(std::strerror(failed));
}

OtherProgram::OtherProgram(OtherProgram&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::exchange(other.output_, -1)),
      read_(std::move(other.read_)),
      at_(other.at_) {}

OtherProgram::~OtherProgram() {
  if (output_ >= 0) ::close(output_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool OtherProgram::read_more() {
  read_.erase(0, at_);
  at_ = 0;
  std::array<char, 65'536> buffer;
  while (true) {
    const ssize_t size = ::read(output_, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    read_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }
}

std::optional<std::string> OtherProgram::next_line() {
  while (true) {
    const auto end = read_.find('\n', at_);
    if (end != std::string::npos) {
      std::string line = read_.substr(at_, end - at_);
      at_ = end + 1;
      return line;
    }
    if (!read_more()) break;
  }
  if (at_ == read_.size()) return std::nullopt;
  std::string line = read_.substr(at_);
  at_ = read_.size();
  return line;
}

std::string OtherProgram::rest() {
  while (read_more()) {
  }
  return read_.substr(at_);
}

int OtherProgram::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tranchet
