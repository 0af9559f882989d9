// The state as bytes and back, so that a program can go on where another stopped. What comes back
// decides as the original would, for ever.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/state.h"

namespace tranchet {

std::vector<std::byte> image_of(const State& state);

// Safe on any bytes. Nullopt: they are no image of this layout, or of a state that cannot be. That
// it is the right state, the caller proves by its digest.
std::optional<State> state_from_image(std::span<const std::byte> image);

}  // namespace tranchet
