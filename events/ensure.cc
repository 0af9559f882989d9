#include "events/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace tranchet {

void ensure_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: the program is wrong: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tranchet
