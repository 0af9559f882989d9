// `tranchet log why`: the causal chain of an event, an order or a tranche, in plain words or JSON.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace tranchet {

// 0: told. 2: not a log, not a question, or nothing like it in the log (the nearest orders are
// offered). 4: the log is damaged; what comes before the damage is told all the same.
int log_why(const std::filesystem::path& log, const std::string& question, bool json,
            std::ostream& out, std::ostream& err);

}  // namespace tranchet
