// One event's body as a Cap'n Proto segment of 64-bit words, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "events/event.h"

namespace tranchet {

class BodyEncoder {
 public:
  BodyEncoder();
  ~BodyEncoder();
  BodyEncoder(const BodyEncoder&) = delete;
  BodyEncoder& operator=(const BodyEncoder&) = delete;

  // The words are valid until the next call. Allocates nothing.
  std::span<const std::uint64_t> encode(const EventBody& body);

 private:
  struct Forms;
  std::unique_ptr<Forms> forms_;
};

enum class DecodeResult : std::uint8_t {
  Fine = 1,
  Malformed,  // Not an event at all.
  Unknown,    // An alternative or an enumerator that a newer program wrote.
};
// Safe on any words: every pointer is checked and the work is bounded.
DecodeResult decode_body(std::span<const std::uint64_t> words, EventBody& body);

}  // namespace tranchet
