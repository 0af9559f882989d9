// Values that are the same factor apart.
#pragma once

#include <cstdint>

namespace tranchet {

// Value `index` of `count` >= 2 from `from` > 0 to `to`, rounded to a whole count. The caller
// rounds it again to a far coarser step, so that the last bit of a power decides nothing.
std::int64_t log_spaced(std::int64_t from, std::int64_t to, std::uint64_t index,
                        std::uint64_t count);

}  // namespace tranchet
