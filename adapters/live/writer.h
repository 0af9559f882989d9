// The writer: the one thread that owns engine, loop and log.
//
//   drain the inbox -> apply, in order -> commit -> dispatch -> answer people
//
// Inputs that came together share a commit; what causes commands is committed before they leave.
// It sleeps until something comes or is due, and never spins.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/live/inbox.h"
#include "adapters/live/notes.h"
#include "adapters/live/stage_times.h"
#include "adapters/live/venue_side.h"
#include "replay/loop.h"

namespace tranchet {

struct WriterFailure {
  int exit_status = 0;
  std::string message;
};
inline std::unexpected<WriterFailure> failure(int exit_status, std::string message) {
  return std::unexpected(WriterFailure{exit_status, std::move(message)});
}

// What became of a person's or a model's line.
struct WishAnswer {
  std::string error;    // Empty: it is in the log, durably.
  Sequence sequence{};  // Of its event.
};

class Writer {
 public:
  struct Parts {
    Engine& engine;
    Names& names;
    VenueSide& venue;
    Inbox& inbox;
    Notes& notes;
    Loop& loop;
  };
  explicit Writer(const Parts& parts);

  // Before run(): what a start says, at the time of the start.
  std::expected<void, LogError> begin(const std::vector<EventBody>& bodies, ClockReading now);

  // Until stop() was asked for and nothing is unanswered any more, or patience ends; or until
  // something fails.
  std::expected<void, WriterFailure> run();

  // ---- On the writer's thread, as work of the inbox.
  // One event as a line, as `tranchet step` reads it; its time is the writer's. `answer` comes
  // after the commit.
  void wish(const std::string& line, const std::function<void(WishAnswer)>& answer);
  void take(const EventBody& body);
  void stop(ClockReading now);

  Engine& engine() { return parts_.engine; }
  Names& names() { return parts_.names; }

 private:
  struct Answer {
    std::function<void(WishAnswer)> to;
    WishAnswer what;
  };

  std::expected<void, LogError> round();
  std::expected<void, LogError> take_prices(ClockReading now);
  std::optional<Timestamp> wake_at() const;
  Timestamp not_before(Timestamp wall) const;
  bool is_settled() const;
  void tell_figures(ClockReading now);

  Parts parts_;
  ClockReading now_;
  std::vector<Inbox::Work> work_;
  std::vector<Occurrence> market_;
  std::vector<Answer> answers_;
  std::optional<LogError> failed_;
  std::optional<Timestamp> unwritten_since_;  // Steady.
  std::optional<Timestamp> stop_until_;       // Steady.
  Timestamp next_figures_;                    // Steady.
  StageTimes waited_, worked_;
  std::uint64_t events_told_ = 0;
};

// What people and models may say. Empty: `body` is one of it and makes sense.
std::string flaw_in_wish(const EventBody& body);

}  // namespace tranchet
