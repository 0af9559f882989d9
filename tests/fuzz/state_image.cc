// Any bytes as an image of the state: read or refused, never believed half, never out of bounds.
// What is read must be written again as it was: a state has one image.
#include "engine/state_image.h"

#include <algorithm>
#include <cstdlib>

#include "tests/fuzz/state_entry.h"

namespace tranchet::fuzz {

void state_image(std::span<const std::byte> bytes) {
  const std::optional<State> state = state_from_image(bytes);
  if (state && !std::ranges::equal(image_of(*state), bytes)) std::abort();
}

}  // namespace tranchet::fuzz

#ifdef TRANCHET_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  tranchet::fuzz::state_image(std::as_bytes(std::span(data, size)));
  return 0;
}
#endif
