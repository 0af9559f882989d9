// Answers what was, on a thread of its own: states and charts at a sequence or a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "adapters/gateway/history.h"

namespace tranchet {

class Historian {
 public:
  struct Question {
    std::variant<Sequence, Timestamp> when;  // A sequence above the head means the head.
    std::string chart_of;                    // A symbol: its chart. Empty: the state.
  };
  struct Answer {
    unsigned status = 200;  // HTTP: 404 unknown symbol, 500 the log cannot be read.
    std::string body;       // JSON.
  };
  // Called on the historian's thread.
  using Reply = std::function<void(Answer)>;

  Historian(std::unique_ptr<LogReader> log, const Milestones& milestones);
  ~Historian();
  Historian(const Historian&) = delete;
  Historian& operator=(const Historian&) = delete;

  // Ends the thread; what waits is not answered any more.
  void stop();

  // False: too many questions wait already.
  bool ask(Question question, Reply reply);

 private:
  void run(const std::stop_token& stop);
  Answer answer(const Question& question);

  History history_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::pair<Question, Reply>> waiting_;
  std::jthread thread_;
};

}  // namespace tranchet
