// A live or paper program from its opened log to its end: the threads, and what wakes them.
//
//   main thread      waits for signals: SIGTERM and SIGINT stop, SIGHUP reads the configuration
//   writer           engine, loop, log, and the venue's core (writer.h)
//   network          sockets (net/client_network.h), the control socket
//   gateway          threads of its own, reads the log
//   keeper           starts programs that make segments of the log and check it (log_keeper.h)
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/gateway/gateway.h"
#include "adapters/live/inbox.h"
#include "adapters/live/log_keeper.h"
#include "adapters/live/notes.h"
#include "adapters/live/run_log.h"
#include "adapters/live/tape_recorder.h"
#include "adapters/live/venue_side.h"
#include "adapters/live/writer.h"
#include "adapters/net/client_network.h"

namespace tranchet {

// From here on the signals that a session waits for are held back in this thread and in all that it
// starts. Before any thread.
void hold_signals_back();

struct SessionParts {
  Engine& engine;
  Names& names;
  LogWriter& log;
  VenueSide& venue;
  Inbox& inbox;
  Notes& notes;
  Network& network;
  std::filesystem::path log_folder;
  LogKeeperOptions keeping;
  std::uint64_t snapshot_interval = 0;  // Events.
  std::vector<EventBody> beginning;     // What the engine is told before anything else.
  // The settings as they are written now; the error is for people. On the writer's thread.
  std::function<std::expected<Settings, std::string>(Names&)> read_settings;
  // Warned of when a position of the instrument is opened; may be empty.
  std::function<std::string(InstrumentId)> warning;
  std::optional<GatewayOptions> gateway;  // None: no screens.
  TapeRecorder* tape = nullptr;           // Of what the engine is told of the market; null: none.
  // Called on the writer's thread when the writer stands, for whoever feeds it.
  std::function<void(Writer&)> on_start;
};

// Until a signal ends it, or something fails. Stops the network, then closes the log.
std::expected<void, WriterFailure> run_session(const SessionParts& parts);

}  // namespace tranchet
