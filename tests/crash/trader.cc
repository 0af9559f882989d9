// A trader that may be killed at any moment: the real engine, loop and log, and a venue at the
// other end of a socket.
//
//   crash_trader LOG SOCKET
#include <iostream>
#include <memory>
#include <string>

#include "adapters/cli/exit_status.h"
#include "engine/engine.h"
#include "events/log/crc32c.h"
#include "events/log/json.h"
#include "events/log/log_error.h"
#include "events/log/segments.h"
#include "replay/loop.h"
#include "replay/resume.h"
#include "replay/segment.h"
#include "tests/crash/frames.h"
#include "tests/crash/market.h"

namespace tranchet::crash {
namespace {

// Sends what is asked of it; the answers come as inputs.
class RemoteVenue final : public Venue {
 public:
  explicit RemoteVenue(int socket) : socket_(socket) {}
  void submit(std::span<const Command> commands, Timestamp) override {
    for (const Command& command : commands) {
      send_frame(socket_, ToVenue{.kind = ToVenue::Kind::Ask, .command = command});
    }
  }
  std::optional<Timestamp> next_wakeup() const override { return std::nullopt; }
  void advance(Timestamp, std::vector<Occurrence>&) override {}

 private:
  int socket_;
};

class Reporter final : public Observer {
 public:
  Reporter(int socket, const LogWriter& log, const Names& names)
      : socket_(socket), log_(log), names_(names) {}
  void on_event(const Event& event, const Output&) override {
    const std::string line = event_json(event, names_);
    send_frame(socket_, ToVenue{.kind = ToVenue::Kind::Event,
                                .checksum = crc32c(std::as_bytes(std::span(line))),
                                .sequence = event.sequence,
                                .acknowledged = log_.head().last});
  }

 private:
  int socket_;
  const LogWriter& log_;
  const Names& names_;
};

// Often, so that most restarts begin at a snapshot, and most deaths meet a segment on its way.
constexpr std::uint64_t kSnapshotInterval = 64;
constexpr SegmentRule kSegments{.bytes = 12'000};

struct Recovered {
  std::unique_ptr<LogWriter> log;
  Names names;
  Opening opening;
  std::unique_ptr<Engine> engine;
};

std::expected<Recovered, LogError> recover(const std::filesystem::path& directory) {
  const bool is_there = std::filesystem::exists(directory / kDataFile);
  auto log = is_there ? LogWriter::open(directory, Durability::EveryBatch)
                      : LogWriter::create(directory, Durability::EveryBatch);
  if (!log) return std::unexpected(log.error());
  Recovered recovered{.log = std::move(*log)};
  if (number(recovered.log->head().last) == 0) {
    recovered.opening = Market::opening(recovered.names);
    recovered.engine = std::make_unique<Engine>(recovered.opening.settings);
    return recovered;
  }
  auto reader = LogReader::open(directory);
  if (!reader) return std::unexpected(reader.error());
  auto resumed = resume(**reader, {});
  if (!resumed) return std::unexpected(resumed.error());
  recovered.names = std::move(resumed->names);
  recovered.opening = Market::opening(recovered.names);
  recovered.engine = std::make_unique<Engine>(std::move(resumed->engine));
  return recovered;
}

class Trader {
 public:
  Trader(std::filesystem::path directory, Recovered recovered, int socket)
      : directory_(std::move(directory)),
        socket_(socket),
        recovered_(std::move(recovered)),
        venue_(socket),
        reporter_(socket, *recovered_.log, recovered_.names),
        loop_(*recovered_.engine, venue_, reporter_,
              {.log = recovered_.log.get(),
               .names = &recovered_.names,
               .snapshot_interval = kSnapshotInterval}) {}

  std::expected<void, LogError> run() {
    say(ToVenue::Kind::Ready);
    bool is_opened = false;
    while (const auto frame = receive_frame<ToTrader>(socket_)) {
      if (frame->kind == ToTrader::Kind::Stop) {
        if (auto finished = loop_.finish(); !finished) return finished;
        return recovered_.log->close();
      }
      if (!is_opened) {
        if (auto opened = open(frame->time); !opened) return opened;
        is_opened = true;
      }
      if (auto due = loop_.run_until(frame->time); !due) return due;
      if (auto taken = loop_.take(frame->time, frame->body); !taken) return taken;
      say(ToVenue::Kind::Done);
      if (auto moved = move_into_segments(); !moved) return moved;
    }
    return {};
  }

 private:
  // What a run begins with, as far as the log does not hold it, and what a restart must say: every
  // request without an answer may have arrived or not.
  std::expected<void, LogError> open(Timestamp time) {
    std::vector<EventBody> bodies;
    if (number(recovered_.engine->last_sequence()) == 0) {
      bodies.push_back(opening_events(recovered_.opening, recovered_.names).front());
    }
    const State& state = recovered_.engine->state();
    for (const InstrumentListed& rules : recovered_.opening.instruments) {
      const bool listed =
          state.knows(rules.instrument) && state.instrument(rules.instrument).listed;
      if (!listed) bodies.emplace_back(rules);
    }
    for (const EventBody& body : restart_events(state)) bodies.push_back(body);
    bodies.emplace_back(Connected{Stream::User});
    for (const EventBody& body : bodies) {
      if (auto taken = loop_.take(time, body); !taken) return taken;
    }
    return {};
  }

  // What a program of its own does beside a live one.
  std::expected<void, LogError> move_into_segments() {
    const std::uint64_t now = number(recovered_.engine->last_sequence()) / kSnapshotInterval;
    if (now == looked_at_) return {};
    looked_at_ = now;
    if (auto made = make_due_segment(directory_, kSegments); !made) {
      return std::unexpected(made.error());
    }
    return let_go_of_segmented(directory_);
  }

  void say(ToVenue::Kind kind) {
    send_frame(socket_, ToVenue{.kind = kind,
                                .sequence = recovered_.engine->last_sequence(),
                                .acknowledged = recovered_.log->head().last,
                                .command_digest = recovered_.engine->command_digest(),
                                .state_digest = recovered_.engine->state_digest()});
  }

  std::filesystem::path directory_;
  int socket_;
  Recovered recovered_;
  std::uint64_t looked_at_ = 0;
  RemoteVenue venue_;
  Reporter reporter_;
  Loop loop_;
};

int run(const std::filesystem::path& directory, int socket) {
  auto recovered = recover(directory);
  if (!recovered) {
    std::cerr << recovered.error().message << "\n";
    return exit_status(recovered.error().kind);
  }
  const auto ran = Trader(directory, std::move(*recovered), socket).run();
  if (ran) return kDone;
  std::cerr << ran.error().message << "\n";
  return exit_status(ran.error().kind);
}

}  // namespace
}  // namespace tranchet::crash

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "crash_trader LOG SOCKET\n";
    return tranchet::kBadInput;
  }
  return tranchet::crash::run(argv[1], std::stoi(argv[2]));
}
