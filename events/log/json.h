// Events and commands as JSON lines: what `tranchet step` reads and writes, and what a log exports
// and imports. Decimals are strings, times RFC 3339 UTC, names those of the C++ fields.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/command.h"
#include "events/log/event_log.h"
#include "events/names.h"

namespace tranchet {

// What an export says beside the event: read by parse_event_line, and by nobody else.
struct ExportNotes {
  std::uint32_t commit = 0;  // The event starts a commit of so many events; 0: it does not.
  std::vector<std::string_view> new_texts;  // That came with the commit.
  std::vector<std::string_view> new_symbols;
  std::optional<DigestNote> digests;  // What the engine had come to after the event.
};
std::string export_json(const Event& event, const Names& names, const ExportNotes& notes);

// One event as one line without the newline: {"seq":4,"time":"...","type":"MarkPrice",...}.
std::string event_json(const Event& event, const Names& names);

// Commands as lines, in order; a PositionUpdate and its TrancheState rows are one line.
void append_command_lines(std::span<const Command> commands, Sequence cause, const Names& names,
                          std::string& out);

// How a line names its order: by id, or by what it is for ("the newest that awaits this answer").
struct OrderReference {
  OrderId order{};  // None: by the fields below.
  Purpose purpose{};
  InstrumentId instrument{};       // None: any.
  std::uint8_t position_side = 0;  // 0: any.
  std::uint32_t tranche = kAllTranches;
};

// A parsed line. A VenueSnapshot line is several bodies; every other is one. `order` stands for the
// order of each body that has one and whose id is still None.
struct EventLine {
  Sequence sequence{};  // 0: the line has none (`step` counts for itself).
  Timestamp time;
  std::vector<EventBody> bodies;
  std::optional<OrderReference> reference;
  InstrumentId instrument{};  // Of an order event, where it was said; must agree with the order's.
  // Of an export: this line starts a commit of so many events, 0: it does not; and what the engine
  // had come to after this event, where that was noted.
  std::uint32_t commit = 0;
  std::optional<DigestNote> digests;
};

// The error names the field and its value: `price "abc" is not a number`.
std::expected<EventLine, std::string> parse_event_line(std::string_view line, Names& names);

}  // namespace tranchet
