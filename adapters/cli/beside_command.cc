#include "adapters/cli/beside_command.h"

#include <ostream>

#include "adapters/beside/side_by_side.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/guarded.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

int tell(const BesideArguments& arguments, Duration within, std::ostream& out, std::ostream& err) {
  const auto bot = beside::deals_of_bot(arguments.database);
  if (!bot) {
    err << "tranchet: beside: " << arguments.database << ": " << bot.error() << "\n";
    return kBadInput;
  }
  const auto ours = beside::deals_of_log(arguments.log);
  if (!ours) {
    err << "tranchet: beside: " << ours.error().message << "\n";
    return exit_status(ours.error().kind);
  }
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
  return in_child(arguments.log, "beside",
                  [&](std::ostream& told, std::ostream& said) {
                    return tell(arguments, *within, told, said);
                  },
                  out, err);
}

}  // namespace tranchet
