#include "adapters/gateway/alert_program.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

namespace tranchet {
namespace {

constexpr std::size_t kLinesMost = 100;

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // It did not want to know.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Without a shell: the arguments are what they are. 0: it could not be started.
pid_t start_with_input(const std::vector<std::string>& command, const std::string& input) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return 0;
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (failed == 0) write_all(ends[1], input + "\n");
  close(ends[1]);
  return failed == 0 ? child : 0;
}

}  // namespace

AlertProgram::AlertProgram(std::vector<std::string> command) : command_(std::move(command)) {
  if (command_.empty()) return;
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

AlertProgram::~AlertProgram() {
  thread_.request_stop();
  wake_.notify_all();
}

void AlertProgram::tell(std::string alert) {
  if (command_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kLinesMost) return;
    waiting_.push_back(std::move(alert));
  }
  wake_.notify_all();
}

// One that does not end is ended with us.
void AlertProgram::wait_for(pid_t child, const std::stop_token& stop) {
  int status = 0;
  while (child > 0 && waitpid(child, &status, WNOHANG) == 0) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, std::chrono::milliseconds(20), [] { return false; });
    if (!stop.stop_requested()) continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return;
  }
}

void AlertProgram::run(const std::stop_token& stop) {
  // A program that does not read its input is no reason to die.
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
  while (true) {
    std::string alert;
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      alert = std::move(waiting_.front());
      waiting_.pop_front();
    }
    wait_for(start_with_input(command_, alert), stop);
  }
}

}  // namespace tranchet
