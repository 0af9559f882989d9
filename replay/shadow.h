// An engine with other settings behind a log: it is told what the log's own engine was told, for as
// long as it asks for the same.
//
//   Shadow shadow(engine);                      // As the log's engine is now.
//   shadow.change(settings, time)               // From here on it is set differently.
//   shadow.follow(event, output_of_log, names)  // False: here it asks for something else.
//
// It can send nothing: it has no port, and nobody who has one gets its engine to write to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "events/names.h"

namespace tranchet {

struct SettingChange {
  Setting setting{};
  InstrumentId instrument{};  // None: the default of all instruments.
  std::int64_t value = 0;
};

// A ConfigChanged of one of the changed settings keeps to the change; other events are as they are.
EventBody with_changes(const EventBody& body, std::span<const SettingChange> changes);

class Shadow {
 public:
  explicit Shadow(const Engine& engine) : engine_(engine) {}

  // Takes the settings in as ConfigChanged events of its own, so its sequences run ahead of the
  // log's from here on, and order ids with them. Later ConfigChanged events of the log leave these
  // settings alone. False: it asks for something because of them. Once.
  bool change(std::span<const SettingChange> changes, Timestamp now);

  // The log's next event, and what the log's engine asked for because of it. What people are told
  // is no decision. False: this one asks for something else; it is of no further use here, since
  // nothing in the log answers that.
  bool follow(const Event& event, const Output& of_log, const Names& names);

  const Engine& engine() const { return engine_; }
  // Of the last follow() or change().
  const Output& output() const { return output_; }
  // Of the last event; 0: the same as in the log.
  Sequence sequence() const { return engine_.last_sequence(); }

 private:
  OrderId own(OrderId order) const;
  TimerId own(TimerId timer) const;
  EventBody own(const EventBody& body) const;
  Command own(const Command& command) const;

  Engine engine_;
  Output output_;
  std::vector<SettingChange> changes_;
  Sequence changed_at_{};    // The log's first event after the change.
  std::uint64_t ahead_ = 0;  // Own sequence less the log's.
};

// What the commands ask of a venue or of the clock, without what people are told, as JSON lines.
std::string request_lines(std::span<const Command> commands, Sequence cause, const Names& names);

}  // namespace tranchet
