// The one assertion, on in every build: a false condition means the program is wrong, so it stops.
#pragma once

namespace tranchet {

// Prints where and what, then aborts. The log makes a restart cheap; going on would not be.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);

}  // namespace tranchet

#define ENSURE(condition) \
  ((condition) ? static_cast<void>(0) : ::tranchet::ensure_failed(#condition, __FILE__, __LINE__))
