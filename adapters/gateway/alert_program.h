// Tells somebody who is not looking: runs a program for every alert, one after the other, with the
// alert as JSON on its standard input. A webhook is such a program:
//   ["/usr/bin/curl", "-sS", "-m", "10", "-d", "@-", "https://hooks.example/..."]
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tranchet {

class AlertProgram {
 public:
  // Empty: nothing is run.
  explicit AlertProgram(std::vector<std::string> command);
  ~AlertProgram();
  AlertProgram(const AlertProgram&) = delete;
  AlertProgram& operator=(const AlertProgram&) = delete;

  // Never waits. When a hundred wait already, the alert is left out: the screens still show it.
  void tell(std::string alert);

 private:
  void run(const std::stop_token& stop);
  void wait_for(pid_t child, const std::stop_token& stop);

  std::vector<std::string> command_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::string> waiting_;
  std::jthread thread_;
};

}  // namespace tranchet
