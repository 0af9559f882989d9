#include "tests/mutants/mutant.h"

#include <cstdlib>

namespace tranchet {
namespace {

int mutant_of_environment() {
  const char* text = std::getenv("TRANCHET_MUTANT");
  return text != nullptr ? std::atoi(text) : 0;
}

}  // namespace

int chosen_mutant = mutant_of_environment();

}  // namespace tranchet
