// What trader and venue say to each other over a socket that keeps messages apart. Both ends are of
// one build, so a frame is the bytes of a plain struct.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "events/command.h"
#include "events/event.h"

namespace tranchet::crash {

struct ToTrader {
  enum class Kind : std::uint8_t {
    Input = 1,  // Take `body` at `time`, then say Done.
    Stop,       // Finish the log and end.
  };
  Kind kind{};
  Timestamp time;
  EventBody body;
};

struct ToVenue {
  enum class Kind : std::uint8_t {
    Ready = 1,  // The log is replayed; nothing has been sent yet.
    Event,      // `sequence` was applied; `checksum` is that of its JSON line.
    Ask,        // `command` is for the venue.
    Done,       // The input is dealt with; digests are those after `sequence`.
  };
  Kind kind{};
  std::uint32_t checksum = 0;
  Sequence sequence{};
  Sequence acknowledged{};  // append() has returned for all events up to this one.
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
  Command command;
};

// False: the other end is gone.
template <class Frame>
bool send_frame(int socket, const Frame& frame) {
  static_assert(std::is_trivially_copyable_v<Frame>);
  return ::send(socket, &frame, sizeof frame, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof frame);
}

// Nullopt: the other end is gone, and everything it said has been read.
template <class Frame>
std::optional<Frame> receive_frame(int socket) {
  Frame frame;
  for (;;) {
    const ssize_t size = ::recv(socket, &frame, sizeof frame, 0);
    if (size == static_cast<ssize_t>(sizeof frame)) return frame;
    if (size < 0 && errno == EINTR) continue;
    return std::nullopt;
  }
}

}  // namespace tranchet::crash
