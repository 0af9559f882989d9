// How much the program has allocated so far: in a file of its own, since a compiler that sees both
// ends of an allocation takes them for a mistake.
#pragma once

#include <cstddef>

namespace tranchet {

std::size_t allocations();

}  // namespace tranchet
