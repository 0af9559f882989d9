#include "adapters/cli/why_command.h"

#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/guarded.h"
#include "events/log/json.h"
#include "events/log/json_write.h"
#include "replay/why.h"

namespace tranchet {
namespace {

constexpr std::string_view kIndent = "              ";

void print_text(const WhyStory& story, std::ostream& out) {
  for (const WhyStep& step : story.steps) {
    const std::string sequence = "#" + std::to_string(number(step.event.sequence));
    out << sequence << std::string(sequence.size() < 12 ? 12 - sequence.size() : 1, ' ')
        << to_text(step.event.time) << "\n"
        << std::string(12, ' ') << step.explanation.happened << "\n";
    for (const std::string& fact : step.explanation.because) out << kIndent << "* " << fact << "\n";
    for (const std::string& line : step.explanation.therefore) {
      out << kIndent << "-> " << line << "\n";
    }
  }
}

void write_list(std::string_view name, const std::vector<std::string>& lines, std::ostream& out) {
  out << ",\"" << name << "\":[";
  for (std::size_t index = 0; index < lines.size(); ++index) {
    std::string text;
    append_json_text(text, lines[index]);
    out << (index > 0 ? "," : "") << text;
  }
  out << "]";
}

void print_json(const WhyStory& story, const Names& names, const std::string& question,
                std::ostream& out) {
  std::string asked;
  append_json_text(asked, question);
  out << "{\"question\":" << asked << ",\"steps\":[";
  for (std::size_t index = 0; index < story.steps.size(); ++index) {
    const WhyStep& step = story.steps[index];
    std::string happened;
    append_json_text(happened, step.explanation.happened);
    out << (index > 0 ? "," : "") << "\n{\"seq\":" << number(step.event.sequence) << ",\"time\":\""
        << to_text(step.event.time) << "\",\"happened\":" << happened;
    write_list("because", step.explanation.because, out);
    write_list("therefore", step.explanation.therefore, out);
    out << ",\"event\":" << event_json(step.event, names) << "}";
  }
  out << "],\"whole\":" << (story.cut ? "false" : "true") << "}\n";
}

int refuse(const WhyError& error, std::ostream& err) {
  if (const auto* log = std::get_if<LogError>(&error)) {
    err << "tranchet: log why: " << log->message << "\n";
    return exit_status(log->kind);
  }
  const auto& none = std::get<NotInLog>(error);
  err << "tranchet: log why: " << none.message << "\n";
  if (!none.nearest.empty()) {
    err << "  the nearest that were:";
    for (const std::string& order : none.nearest) err << " " << order;
    err << "\n";
  }
  return kBadInput;
}

int tell(const std::filesystem::path& log, const WhyTarget& target, const std::string& question,
         bool json, std::ostream& out, std::ostream& err) {
  auto reader = LogReader::open(log);
  if (!reader) return refuse(WhyError(reader.error()), err);
  const auto story = why(**reader, target);
  if (!story) return refuse(story.error(), err);
  if (json) {
    print_json(*story, (*reader)->names(), question, out);
  } else {
    print_text(*story, out);
  }
  if (!story->cut) return kDone;
  err << "tranchet: log why: this is what the log says up to its damage: " << story->cut->message
      << "\n";
  return exit_status(story->cut->kind);
}

}  // namespace

int log_why(const std::filesystem::path& log, const std::string& question, bool json,
            std::ostream& out, std::ostream& err) {
  const auto target = parse_why_target(question);
  if (!target) {
    err << "tranchet: log why: \"" << question
        << "\" is neither a sequence (4211), nor an order id (T1S4211N0A0), nor a tranche "
           "(tranche:3)\n";
    return kBadInput;
  }
  return in_child(
      log, "log why",
      [&](std::ostream& told, std::ostream& said) {
        return tell(log, *target, question, json, told, said);
      },
      out, err);
}

}  // namespace tranchet
