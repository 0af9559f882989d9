// One event's body as a Cap'n Proto segment of 64-bit words, and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "events/event.h"

namespace tranchet {

class BodyEncoder {
 public:
  // The words are valid until the next call.
  std::span<const std::uint64_t> encode(const EventBody& body);

 private:
  // Root pointer, Event (two words), and its struct: at most 64 bytes of values.
  std::array<std::uint64_t, 32> words_{};
  std::size_t used_ = 0;
};

enum class DecodeResult : std::uint8_t {
  Fine = 1,
  Malformed,  // Not an event at all.
  Unknown,    // An alternative or an enumerator that a newer program wrote.
};
// Safe on any words: every pointer is checked and the work is bounded.
DecodeResult decode_body(std::span<const std::uint64_t> words, EventBody& body);

}  // namespace tranchet
