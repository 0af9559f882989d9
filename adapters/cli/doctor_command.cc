#include "adapters/cli/doctor_command.h"

#include <ostream>

#include "adapters/cli/account_picture.h"
#include "adapters/cli/exit_status.h"
#include "adapters/doctor/report.h"

namespace tranchet {

int run_doctor_command(const DoctorArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto picture = take_picture({.config = arguments.config,
                                     .sets = arguments.sets,
                                     .log = arguments.log,
                                     .without_log = arguments.without_log});
  if (!picture) {
    err << "tranchet: doctor: " << picture.error().message << "\n";
    return picture.error().exit_status;
  }
  const Examination examination = picture->examination();
  if (arguments.json) {
    out << examination_json(examination);
  } else {
    out << "  " << picture->access->host() << ", "
        << (picture->survey.mode == PositionMode::Hedge ? "hedge" : "one-way") << " mode, "
        << examination.orders << " open orders; "
        << (picture->engine ? "against the log" : "without a log: positions as a whole") << "\n\n";
    print_examination(out, examination);
  }
  out << std::flush;
  if (!out.good()) return kWorldFailed;
  return examination.is_anything_naked() ? kAnswerIsNo : kDone;
}

}  // namespace tranchet
