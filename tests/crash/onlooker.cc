#include "tests/crash/onlooker.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "events/ensure.h"
#include "events/log/event_log.h"

namespace tranchet::crash {
namespace {

bool receive(int file) {
  char byte = 0;
  ssize_t size = 0;
  while ((size = ::read(file, &byte, 1)) < 0 && errno == EINTR) {
  }
  return size == 1;
}

void send(int file) {
  ENSURE(::write(file, "!", 1) == 1);
}

}  // namespace

Onlooker::Onlooker(const std::filesystem::path& directory) {
  ENSURE(::pipe(ask_.data()) == 0 && ::pipe(answer_.data()) == 0);
  process_ = ::fork();
  ENSURE(process_ >= 0);
  if (process_ != 0) return;
  ::close(ask_[1]);
  if (receive(ask_[0])) {
    const auto log = LogReader::open(directory);
    ENSURE(log.has_value());
    send(answer_[1]);
    static_cast<void>(receive(ask_[0]));  // Until nobody can ask any more.
  }
  ::_exit(0);
}

Onlooker::~Onlooker() {
  ::close(ask_[1]);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  for (const int file : {ask_[0], answer_[0], answer_[1]}) ::close(file);
}

void Onlooker::look() const {
  send(ask_[1]);
  ENSURE(receive(answer_[0]));
}

}  // namespace tranchet::crash
