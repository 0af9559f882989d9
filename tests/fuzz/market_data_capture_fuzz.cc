#include <cstddef>
#include <cstdint>

#include "tests/fuzz/market_data_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tranchet::read_as_capture({reinterpret_cast<const char*>(data), size});
  return 0;
}
