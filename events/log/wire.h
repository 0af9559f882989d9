// The generated half of the schema, and the headers of Cap'n Proto that go with it.
#pragma once

#include <kj/string.h>

#ifdef __clang__
// Cap'n Proto 0.9 leaves these to C++20's rewritten operators, which Clang does not form where an
// operator!= is declared as well (P2468).
namespace kj {
inline bool operator==(const char* a, const StringPtr& b) {
  return b.operator==(a);
}
inline bool operator!=(const char* a, const StringPtr& b) {
  return !b.operator==(a);
}
}  // namespace kj
#endif

#include <capnp/message.h>
#include <capnp/serialize.h>

#include "event.capnp.h"
