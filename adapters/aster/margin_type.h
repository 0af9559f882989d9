// How a position of a symbol is margined at the venue.
#pragma once

#include <cstdint>

namespace tranchet::aster {

// AsItIs: not said, or not to be touched.
enum class MarginType : std::uint8_t { AsItIs, Crossed, Isolated };

}  // namespace tranchet::aster
