#include "adapters/cli/beside_command.h"

#include <ostream>
#include <sstream>

#include "adapters/beside/side_by_side.h"
#include "adapters/cli/exit_status.h"
#include "events/log/child_process.h"

namespace tranchet {
namespace {

int refuse(const LogError& error, std::ostream& err) {
  err << "tranchet: beside: " << error.message << "\n";
  return exit_status(error.kind);
}

int tell(const BesideArguments& arguments, Duration within, std::ostream& out, std::ostream& err) {
  const auto bot = beside::deals_of_bot(arguments.database);
  if (!bot) {
    err << "tranchet: beside: " << arguments.database << ": " << bot.error() << "\n";
    return kBadInput;
  }
  const auto ours = beside::deals_of_log(arguments.log);
  if (!ours) return refuse(ours.error(), err);
  const beside::SideBySide both = beside::compare(*bot, *ours, within);
  out << (arguments.json ? beside::as_json(both) : beside::as_text(both, within));
  return both.is_same() ? kDone : kAnswerIsNo;
}

}  // namespace

int run_beside_command(const BesideArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto within = parse_duration(arguments.within);
  if (!within || *within < Duration()) {
    err << "tranchet: beside: --within \"" << arguments.within
        << "\" is not a duration such as 500ms, 60s or 5m\n";
    return kBadInput;
  }
  // Damage of a log can crash the store's own code. What comes back: status, length of the output,
  // output, words about a failure.
  const ChildAnswer answer = ask_child([&] {
    std::ostringstream told, said;
    const int status = tell(arguments, *within, told, said);
    const std::string text = told.str();
    return std::to_string(status) + " " + std::to_string(text.size()) + " " + text + said.str();
  });
  if (answer.error != 0) {
    return refuse(system_error(answer.error, "reading", arguments.log), err);
  }
  if (!answer.lived) return refuse(unreadable_page(answer.death), err);
  std::istringstream parts(answer.bytes);
  int status = kWorldFailed;
  std::size_t length = 0;
  parts >> status >> length;
  const auto start = static_cast<std::size_t>(parts.tellg()) + 1;
  out << answer.bytes.substr(start, length);
  err << answer.bytes.substr(start + length);
  return status;
}

}  // namespace tranchet
