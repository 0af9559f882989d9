#include "adapters/cli/diff_command.h"

#include <ostream>
#include <sstream>
#include <string_view>

#include "adapters/cli/exit_status.h"
#include "events/log/json_write.h"
#include "replay/compare_logs.h"

namespace tranchet {
namespace {

void print_side(std::string_view name, const std::string& lines, std::string_view nothing,
                std::ostream& out) {
  std::istringstream input(lines);
  bool any = false;
  for (std::string line; std::getline(input, line); any = true) {
    out << "    " << name << "  " << line << "\n";
  }
  if (!any) out << "    " << name << "  " << nothing << "\n";
}

void print_part(std::string_view what, const std::optional<LogsPart>& part,
                std::string_view nothing, std::ostream& out) {
  if (!part) return;
  out << "  " << what << " that differs: sequence " << number(part->sequence) << "\n";
  print_side("A", part->a, nothing, out);
  print_side("B", part->b, nothing, out);
}

void print_text(const LogComparison& found, std::ostream& out) {
  if (found.is_same()) {
    out << "  the same: " << found.same << " events, every decision and the state at the end\n";
    return;
  }
  for (const std::string& setting : found.settings) out << "  setting  " << setting << "\n";
  print_part("first decision", found.decision, "nothing", out);
  print_part("first event", found.event, "(the log ends before)", out);
  if (found.state) {
    const FieldDifference& first = found.state->first;
    out << "  first state that differs: after sequence " << number(found.state->sequence) << "\n";
    print_side("A", first.a.empty() ? "" : first.field + " = " + first.a, "(no such field)", out);
    print_side("B", first.b.empty() ? "" : first.field + " = " + first.b, "(no such field)", out);
  }
  out << "  events that are the same from the first on: " << found.same << "\n";
}

void write_part(std::string_view name, const std::optional<LogsPart>& part, std::string& json) {
  if (!part) return;
  json += ",\"" + std::string(name) + "\":{\"seq\":" + std::to_string(number(part->sequence)) +
          ",\"a\":";
  append_json_text(json, part->a);
  json += ",\"b\":";
  append_json_text(json, part->b);
  json += "}";
}

std::string as_json(const LogComparison& found) {
  std::string json = "{\"same\":" + std::string(found.is_same() ? "true" : "false") +
                     ",\"same_events\":" + std::to_string(found.same) + ",\"settings\":[";
  for (std::size_t index = 0; index < found.settings.size(); ++index) {
    if (index > 0) json += ",";
    append_json_text(json, found.settings[index]);
  }
  json += "]";
  write_part("event", found.event, json);
  write_part("decision", found.decision, json);
  if (found.state) {
    json += ",\"state\":{\"seq\":" + std::to_string(number(found.state->sequence)) + ",\"field\":";
    append_json_text(json, found.state->first.field);
    json += ",\"a\":";
    append_json_text(json, found.state->first.a);
    json += ",\"b\":";
    append_json_text(json, found.state->first.b);
    json += "}";
  }
  return json + "}\n";
}

}  // namespace

int log_diff(const std::filesystem::path& a, const std::filesystem::path& b, bool json,
             std::ostream& out, std::ostream& err) {
  const auto fail = [&](const LogError& error) {
    err << "tranchet: log diff: " << error.message << "\n";
    return exit_status(error.kind);
  };
  for (const auto& log : {a, b}) {
    if (auto sound = check_in_child(log, CheckDepth::Records); !sound) return fail(sound.error());
  }
  auto first = LogReader::open(a);
  if (!first) return fail(first.error());
  auto second = LogReader::open(b);
  if (!second) return fail(second.error());
  const auto found = compare_logs(**first, **second);
  if (!found) return fail(found.error());
  if (json) {
    out << as_json(*found);
  } else {
    print_text(*found, out);
  }
  return found->is_same() ? kDone : kAnswerIsNo;
}

}  // namespace tranchet
