// Included by force in Clang builds: what Debian 12's libraries need that GCC does without.
#pragma once
#if defined(__cplusplus) && defined(__cpp_impl_three_way_comparison)

// std::stable_sort of libstdc++ 12 calls its own deprecated get_temporary_buffer, and Clang reports
// that at whoever sorts.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

#include <kj/string.h>

// From C++20 on, kj 0.9.2 leaves `const char* == StringPtr` to reversed operators, which Clang does
// not find from inside capnp/blob.h: here it is, in full.
namespace kj {
inline bool operator==(const char* a, const StringPtr& b) { return b.operator==(StringPtr(a)); }
}  // namespace kj

#endif
