#include "adapters/cli/bisect_command.h"

#include <ostream>
#include <sstream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/other_program.h"
#include "events/digest.h"
#include "events/log/json.h"
#include "events/log/json_write.h"
#include "replay/compare_logs.h"
#include "replay/decisions.h"

namespace tranchet {
namespace {

int refuse(std::string_view command, const LogError& error, std::ostream& err) {
  err << "tranchet: log " << command << ": " << error.message << "\n";
  return exit_status(error.kind);
}

std::string decision_line(const Decision& decision) {
  return std::to_string(number(decision.sequence)) + " " + digest_text(decision.command_digest);
}

Sequence sequence_of(const std::string& line) {
  std::uint64_t value = 0;
  std::istringstream(line) >> value;
  return Sequence{value};
}

// The first event that the two decide differently; None: they decide the same. Of two different
// lines the earlier one tells where: there one of them decided something, the other nothing.
std::expected<Sequence, LogError> first_difference(LogReader& log, OtherProgram& other) {
  Decisions ours(log);
  while (true) {
    const auto decision = ours.next_decision();
    if (!decision) return std::unexpected(decision.error());
    const std::optional<std::string> line = other.next_line();
    if (!*decision && !line) return Sequence{};
    if (!*decision) return sequence_of(*line);
    if (!line) return (*decision)->sequence;
    if (*line != decision_line(**decision)) {
      return std::min((*decision)->sequence, sequence_of(*line));
    }
  }
}

std::expected<std::optional<std::string>, LogError> state_text_at(LogReader& log, Sequence at) {
  const auto lines = state_at(log, at);
  if (!lines) return std::unexpected(lines.error());
  if (!*lines) return std::optional<std::string>();
  std::string text;
  for (const std::string& line : **lines) text += line + "\n";
  return std::optional(text);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

struct TwoDecisions {
  Sequence sequence{};
  std::string event;
  std::string ours;  // Command lines.
  std::string theirs;
  std::optional<FieldDifference> state;  // Ours, theirs; nullopt: the other build cannot tell.
};

void print_text(const TwoDecisions& difference, const std::string& program, std::ostream& out) {
  const auto side = [&](std::string_view who, const std::string& lines) {
    out << "  " << who << " decides:\n";
    if (lines.empty()) out << "    nothing\n";
    std::istringstream input(lines);
    for (std::string line; std::getline(input, line);) out << "    " << line << "\n";
  };
  out << "  everything before sequence " << number(difference.sequence) << " is decided alike\n"
      << "  the event:\n    " << difference.event << "\n";
  side("this program", difference.ours);
  side(program, difference.theirs);
  if (difference.state) {
    out << "  the state after it first differs in " << difference.state->field << ":\n    "
        << (difference.state->a.empty() ? "(no such field)" : difference.state->a) << " | "
        << (difference.state->b.empty() ? "(no such field)" : difference.state->b) << "\n";
  }
}

void print_json(const TwoDecisions& difference, std::ostream& out) {
  const auto list = [](const std::string& lines) {
    std::string array;
    std::istringstream input(lines);
    for (std::string line; std::getline(input, line);) array += (array.empty() ? "" : ",") + line;
    return "[" + array + "]";
  };
  out << "{\"same\":false,\"seq\":" << number(difference.sequence)
      << ",\"event\":" << difference.event << ",\"ours\":" << list(difference.ours)
      << ",\"theirs\":" << list(difference.theirs);
  if (difference.state) {
    std::string texts[3];
    append_json_text(texts[0], difference.state->field);
    append_json_text(texts[1], difference.state->a);
    append_json_text(texts[2], difference.state->b);
    out << ",\"state\":{\"field\":" << texts[0] << ",\"ours\":" << texts[1]
        << ",\"theirs\":" << texts[2] << "}";
  }
  out << "}\n";
}

std::expected<std::string, LogError> event_at(LogReader& log, Sequence sequence) {
  std::string line;
  auto scanned = log.scan(sequence, [&](const Event& event) {
    line = event_json(event, log.names());
    return false;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return line;
}

}  // namespace

int log_decisions(const std::filesystem::path& log, Sequence at, bool state, std::ostream& out,
                  std::ostream& err) {
  if (auto sound = check_in_child(log, CheckDepth::Records); !sound) {
    return refuse("decisions", sound.error(), err);
  }
  auto reader = LogReader::open(log);
  if (!reader) return refuse("decisions", reader.error(), err);
  if (at != Sequence{}) {
    auto lines = state ? state_text_at(**reader, at) : commands_at(**reader, at);
    if (!lines) return refuse("decisions", lines.error(), err);
    if (!*lines) {
      err << "tranchet: log decisions: sequence " << number(at)
          << " is not in the log, which holds "
          << "1 to " << number((*reader)->head().last) << "\n";
      return kBadInput;
    }
    out << **lines;
    return kDone;
  }
  Decisions decisions(**reader);
  while (out.good()) {
    const auto decision = decisions.next_decision();
    if (!decision) return refuse("decisions", decision.error(), err);
    if (!*decision) return kDone;
    out << decision_line(**decision) << '\n';
  }
  return kDone;  // Whoever read it has seen enough.
}

int log_bisect(const std::filesystem::path& log, const std::string& program, bool json,
               std::ostream& out, std::ostream& err) {
  if (auto sound = check_in_child(log, CheckDepth::Records); !sound) {
    return refuse("bisect", sound.error(), err);
  }
  auto reader = LogReader::open(log);
  if (!reader) return refuse("bisect", reader.error(), err);
  const auto cannot = [&](const std::string& why) {
    err << "tranchet: log bisect: \"" << program << "\" " << why << "\n";
    return kBadInput;
  };
  auto other = OtherProgram::start({program, "log", "decisions", log.string()});
  if (!other) return cannot("cannot be run: " + other.error());
  const auto sequence = first_difference(**reader, *other);
  if (!sequence) return refuse("bisect", sequence.error(), err);
  if (*sequence == Sequence{}) {
    if (other->wait() != 0)
      return cannot("does not know \"log decisions\", or cannot read the log");
    out << (json ? "{\"same\":true}\n" : "  both decide every event alike\n");
    return kDone;
  }
  TwoDecisions difference{.sequence = *sequence};
  const auto event = event_at(**reader, *sequence);
  if (!event) return refuse("bisect", event.error(), err);
  difference.event = *event;
  const auto ours = commands_at(**reader, *sequence);
  if (!ours) return refuse("bisect", ours.error(), err);
  difference.ours = ours->value_or("");
  auto again = OtherProgram::start(
      {program, "log", "decisions", log.string(), "--at", std::to_string(number(*sequence))});
  if (!again) return cannot("cannot be run: " + again.error());
  difference.theirs = again->rest();
  if (again->wait() != 0) return cannot("does not know \"log decisions\", or cannot read the log");
  const auto state = state_at(**reader, *sequence);
  if (!state) return refuse("bisect", state.error(), err);
  auto asked = OtherProgram::start({program, "log", "decisions", log.string(), "--at",
                                    std::to_string(number(*sequence)), "--state"});
  if (asked && *state) {
    const std::vector<std::string> theirs = lines_of(asked->rest());
    if (asked->wait() == 0) difference.state = first_difference(**state, theirs);
  }
  if (json) {
    print_json(difference, out);
  } else {
    print_text(difference, program, out);
  }
  return kAnswerIsNo;
}

}  // namespace tranchet
