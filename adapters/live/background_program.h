// A program that runs beside the trading one, and only when nobody else wants the processor or the
// disk. It dies with the one that started it.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace tranchet {

struct BackgroundAnswer {
  int status = 0;     // Exit status; minus the signal that ended it.
  std::string words;  // What it said on standard error, up to 4 KB.
};

// Until it ends; killed when `stop` is asked for. From a thread that lives as long. `program` is a
// path.
BackgroundAnswer run_in_background(const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   const std::stop_token& stop);

}  // namespace tranchet
