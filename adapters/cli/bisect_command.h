// Which event two builds of the program decide differently.
//
//   tranchet log decisions LOG             a line a decision: its sequence and the command digest
//   tranchet log decisions LOG --at SEQ    the commands of one event, as JSON lines; with --state
//                                          the state after it, a field a line
//   tranchet log bisect LOG --against PROGRAM
//
// bisect runs the other program's `log decisions` beside its own replay, compares as the lines
// come, and stops both at the first that differs: one replay's time, the two at once.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "events/ids.h"

namespace tranchet {

// `at` 0: all decisions; `state`: the state after that event instead. 0: done. 2: no log, or no
// such event. 4: damaged.
int log_decisions(const std::filesystem::path& log, Sequence at, bool state, std::ostream& out,
                  std::ostream& err);

// 0: they decide the same. 1: they do not; the event, both decisions and the first field of the
// state after it that differs are told. 2: the other
// program cannot be run, or does not know `log decisions`. 4: damaged.
int log_bisect(const std::filesystem::path& log, const std::string& program, bool json,
               std::ostream& out, std::ostream& err);

}  // namespace tranchet
