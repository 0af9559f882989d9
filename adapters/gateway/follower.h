// Reads the log as it grows, on a thread of its own, and makes a picture of what it has come to.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/gateway/front_end.h"
#include "adapters/gateway/history.h"
#include "adapters/gateway/picture.h"

namespace tranchet {

class Follower {
 public:
  using Show = std::function<void(std::shared_ptr<const Picture>)>;

  // `show` is called on the follower's thread. `milestones` outlive it.
  Follower(std::unique_ptr<LogReader> log, bool follow, std::string trading_mode,
           Milestones& milestones, Show show);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

 private:
  void run(const std::stop_token& stop);
  // Events until the head or the end of a round; how many.
  std::size_t read_round();
  bool take(const Event& event);
  void show();
  void fill_actionable(Picture& picture) const;
  bool wait(std::size_t read, const std::stop_token& stop);

  std::unique_ptr<LogReader> log_;
  bool follow_;
  Milestones& milestones_;
  Show show_;
  FrontEnd front_end_;

  std::optional<Screen> screen_;
  std::string error_;
  bool caught_up_ = false;
  bool changed_ = false;
  std::vector<std::string> messages_, alerts_, authors_;
  std::string state_;
  std::vector<std::string> greeting_;  // As old as the state.
  std::chrono::steady_clock::time_point state_made_{};
  Sequence stated_{};                               // What the state and the greeting tell of.
  std::chrono::steady_clock::time_point looked_{};  // When the newest look began.
  std::chrono::milliseconds pause_{0};

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace tranchet
