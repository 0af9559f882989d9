// One stream as a connection that should always be there: when to connect, when to give it up, and
// how long to wait in between.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/port/backoff.h"
#include "adapters/port/traffic.h"

namespace tranchet {

class StreamLine {
 public:
  // A stream that has been silent for so long is dead, whatever the operating system believes.
  StreamLine(std::uint64_t seed, std::string_view name, Duration silence)
      : backoff_(seed, name), silence_(silence) {}

  void start(Timestamp now) {
    state_ = State::Waiting;
    due_ = now;
  }
  // It is time to get ready: a target must be made.
  bool wants_target(Timestamp now) const { return state_ == State::Waiting && now >= due_; }
  void begin_preparing() { state_ = State::Preparing; }
  void connect(std::string target, Timestamp now) {
    state_ = State::Connecting;
    wish_ = {.attempt = wish_.attempt + 1, .target = std::move(target)};
    due_ = now + kConnectTime;
  }
  void opened(Timestamp now) {
    state_ = State::Open;
    opened_ = now;
    heard(now);
  }
  void heard(Timestamp now) { due_ = std::min(now + silence_, opened_ + kLife); }
  // Also of a preparation that failed.
  void closed(Timestamp now) {
    if (state_ == State::Open && opened_ + kProof <= now) backoff_.succeeded();
    state_ = State::Waiting;
    due_ = now + backoff_.next();
  }
  // It must be given up: it does not open, says nothing, or the venue will end it soon.
  bool is_overdue(Timestamp now) const {
    return (state_ == State::Connecting || state_ == State::Open) && now >= due_;
  }

  bool is_open() const { return state_ == State::Open; }
  bool is_current(std::uint64_t attempt) const {
    return (state_ == State::Connecting || state_ == State::Open) && attempt == wish_.attempt;
  }
  std::optional<StreamWish> wish() const {
    if (state_ != State::Connecting && state_ != State::Open) return std::nullopt;
    return wish_;
  }
  std::optional<Timestamp> next_due() const {
    if (state_ == State::Off || state_ == State::Preparing) return std::nullopt;
    return due_;
  }

 private:
  enum class State : std::uint8_t { Off = 1, Waiting, Preparing, Connecting, Open };

  static constexpr Duration kConnectTime = Duration::seconds(10);
  // The venue ends a connection after 24 h; a planned end is shorter than one that is noticed.
  static constexpr Duration kLife = Duration::minutes(24 * 60 - 10);
  // Having been open for so long, it was a success.
  static constexpr Duration kProof = Duration::seconds(30);

  Backoff backoff_;
  Duration silence_;
  State state_ = State::Off;
  Timestamp due_;
  Timestamp opened_;
  StreamWish wish_;
};

}  // namespace tranchet
