// A stable 64-bit digest of a stream of words: the same on every build, host and compiler. It
// proves that two runs decided the same; against tampering the log has its SHA-256 chain.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/decimal.h"

namespace tranchet {

class Digest {
 public:
  constexpr Digest() = default;
  constexpr explicit Digest(std::uint64_t state) : state_(state) {}

  // One 64 x 64 -> 128 bit multiplication a word; both halves go on, so no bit is lost.
  constexpr void add(std::uint64_t word) {
    const UInt128 product = static_cast<UInt128>(state_ ^ word) * kMultiplier;
    state_ = (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64)) +
             kIncrement;
  }
  constexpr void add(std::int64_t word) { add(static_cast<std::uint64_t>(word)); }
  constexpr void add(std::uint32_t word) { add(std::uint64_t{word}); }
  constexpr void add_value(Int128 value) {
    add(static_cast<std::uint64_t>(static_cast<UInt128>(value)));
    add(static_cast<std::uint64_t>(static_cast<UInt128>(value) >> 64));
  }
  constexpr void add_text(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) add(std::uint64_t{static_cast<unsigned char>(c)});
  }
  constexpr std::uint64_t value() const { return state_; }
  friend constexpr bool operator==(const Digest&, const Digest&) = default;

 private:
  static constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15;
  static constexpr std::uint64_t kIncrement = 0xD1B5'4A32'D192'ED03;
  std::uint64_t state_ = 0x2545'F491'4F6C'DD1D;
};

// Sixteen hexadecimal digits.
std::string digest_text(std::uint64_t digest);

}  // namespace tranchet
