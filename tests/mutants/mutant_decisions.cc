// `mutant_decisions log decisions LOG [--at SEQ [--state]]`: what `tranchet log decisions` says, of
// the mutant that TRANCHET_MUTANT names. An older build, so to speak, for `tranchet log bisect
// --against`: one rule is another.
#include <cstring>
#include <iostream>
#include <string>

#include "adapters/cli/bisect_command.h"
#include "adapters/cli/exit_status.h"

int main(int count, char** arguments) {
  const bool asks = count >= 4 && std::strcmp(arguments[1], "log") == 0 &&
                    std::strcmp(arguments[2], "decisions") == 0;
  if (!asks) {
    std::cerr << "mutant_decisions: log decisions LOG [--at SEQ [--state]]\n";
    return tranchet::kBadInput;
  }
  tranchet::Sequence at{};
  if (count >= 6) at = tranchet::Sequence{std::stoull(arguments[5])};
  return tranchet::log_decisions(arguments[3], at, count >= 7, std::cout, std::cerr);
}
