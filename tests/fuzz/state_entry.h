// What the fuzzer of the state's image calls, and the suite over the committed corpus. Aborts on a
// fault.
#pragma once

#include <cstddef>
#include <span>

namespace tranchet::fuzz {

void state_image(std::span<const std::byte> bytes);

}  // namespace tranchet::fuzz
