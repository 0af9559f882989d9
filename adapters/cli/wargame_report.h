// What a run of worlds has shown, for people and for programs.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "backtest/wargame/run.h"

namespace tranchet {

struct WargameReport {
  const RunOptions& options;
  const Tally& tally;
  std::int64_t nanoseconds = 0;  // Of work, earlier days included.
};

// A run that is long and wide enough must come to every check and every mark.
bool must_reach_everything(const RunOptions& options);
// What such a run did not show, one sentence each.
std::vector<std::string> shortcomings(const WargameReport& report);

// The line that runs this world again, and tells its story.
std::string reproduction_of(const RunOptions& options, std::uint64_t seed);

void print_report(std::ostream& out, const WargameReport& report);
void print_violations(std::ostream& out, const WargameReport& report);
void print_report_json(std::ostream& out, const WargameReport& report);
// "2000 seeds, 4000000 events checked, 0 violations".
std::string last_line(const Tally& tally);

}  // namespace tranchet
