// Which mutant this process is. Only what `cmake --preset mutants` builds asks.
#pragma once

namespace tranchet {

// A number of mutants.txt; 0: none of them, the program as it stands. To begin with what
// TRANCHET_MUTANT says in the environment.
extern int chosen_mutant;

inline bool mutant_is(int number) {
  return chosen_mutant == number;
}

}  // namespace tranchet
