#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fyers_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tranchet::fuzz::read_as_fyers_orders({reinterpret_cast<const char*>(data), size});
  return 0;
}
