// The program as a process: engine, loop, log and link, from its start to its death. All that
// survives it is the disk.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

#include "backtest/wargame/plan.h"
#include "backtest/wargame/twins/disk.h"
#include "backtest/wargame/twins/link.h"
#include "engine/engine.h"
#include "replay/loop.h"

namespace tranchet {

class Process {
 public:
  struct Options {
    ProcessEnd::Options link;
    EndMaker make_end;  // Empty: a VenueLink.
    const Plan* plan = nullptr;
    std::uint64_t snapshot_interval = 0;
    bool from_snapshot = true;
  };
  // Sees every event, those that a restart replays as well.
  class Watcher : public Observer {
   public:
    virtual void on_replay(const Event& event, const Output& output, const State& state) = 0;
  };

  // Opens the log and replays it, or makes a new one. A refusal of the log is the process's end.
  static std::expected<std::unique_ptr<Process>, LogError> open(const Options& options, Disk& disk,
                                                                ProcessClock& clock, Wire& wire,
                                                                MarkWatch& marks, Watcher& watcher);
  // Takes up its work: the opening of a new log, or what a restart must say before any command
  // leaves.
  void begin();

  // Everything that is due by now. False: it has died of it.
  bool run();
  // When it has something to do next, by the steady clock; nullopt: not by itself.
  std::optional<Timestamp> next_due() const;

  ProcessEnd& link() { return *link_; }
  const ProcessEnd& link() const { return *link_; }
  const Engine& engine() const { return engine_; }
  const Names& names() const { return names_; }
  const std::optional<LogError>& error() const { return error_; }
  bool began_from_snapshot() const { return from_snapshot_; }

 private:
  Process(Engine engine, Names names, const Options& options, ProcessClock& clock, Wire& wire,
          MarkWatch& marks, Watcher& watcher);
  void take(const EventBody& body);
  std::vector<EventBody> opening();

  // Commands leave with the event that caused them.
  class Cause final : public Observer {
   public:
    Cause(ProcessEnd& link, Observer& next) : link_(link), next_(next) {}
    void on_event(const Event& event, const Output& output) override {
      link_.set_cause(event.sequence);
      next_.on_event(event, output);
    }

   private:
    ProcessEnd& link_;
    Observer& next_;
  };

  const Plan& plan_;
  Engine engine_;
  Names names_;
  ProcessClock& clock_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<ProcessEnd> link_;
  Cause cause_;
  std::optional<Loop> loop_;
  std::optional<LogError> error_;
  bool from_snapshot_ = false;
};

}  // namespace tranchet
