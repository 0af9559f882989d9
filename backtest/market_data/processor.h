// What the processor at hand can do beyond what every x86-64 can. Hot loops are compiled twice, for
// both, and do the same.
#pragma once

namespace tranchet {

#if defined(__x86_64__)

// For functions that only run where has_avx2() is true. What is inlined into them is compiled for
// such a processor too.
#define TRANCHET_AVX2 [[gnu::target("avx2,bmi,bmi2,lzcnt,popcnt")]]
#define TRANCHET_HAS_AVX2_BUILD 1

inline bool has_avx2() {
  static const bool has =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
  return has;
}

#endif

}  // namespace tranchet
