#include "events/log/crc32c.h"

#include <array>
#include <cstring>

namespace tranchet {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F6'3B78;  // Castagnoli, bits reversed.

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? kPolynomial : 0);
    table[byte] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

#if defined(__x86_64__)
// The instruction takes three cycles, and three of them run at once: so three lanes side by side,
// joined afterwards. What a lane has come to is moved over the zeros that stand for the next lane,
// which is linear in its bits: four lookups, one a byte.
constexpr std::size_t kLane = 168;  // Three of them fit in the 512 bytes that are usual here.

using LaneShift = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr LaneShift make_lane_shift() {
  std::array<std::uint32_t, 32> shifted{};  // Of each bit alone.
  for (std::size_t bit = 0; bit < 32; ++bit) {
    std::uint32_t state = std::uint32_t{1} << bit;
    for (std::size_t at = 0; at < kLane; ++at) state = state >> 8 ^ kTable[state & 0xFF];
    shifted[bit] = state;
  }
  LaneShift tables{};
  for (std::size_t table = 0; table < 4; ++table) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if ((byte >> bit & 1) != 0) tables[table][byte] ^= shifted[8 * table + bit];
      }
    }
  }
  return tables;
}
constexpr LaneShift kLaneShift = make_lane_shift();

std::uint64_t over_a_lane(std::uint64_t state) {
  return kLaneShift[0][state & 0xFF] ^ kLaneShift[1][state >> 8 & 0xFF] ^
         kLaneShift[2][state >> 16 & 0xFF] ^ kLaneShift[3][state >> 24 & 0xFF];
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_processor(
    std::span<const std::byte> bytes, std::uint32_t seed) {
  std::uint64_t state = ~seed;
  std::size_t at = 0;
  for (; at + 3 * kLane <= bytes.size(); at += 3 * kLane) {
    std::uint64_t second = 0, third = 0;
    const std::byte* from = bytes.data() + at;
    for (const std::byte* const end = from + kLane; from < end; from += 8) {
      std::array<std::uint64_t, 3> words{};
      std::memcpy(&words[0], from, 8);
      std::memcpy(&words[1], from + kLane, 8);
      std::memcpy(&words[2], from + 2 * kLane, 8);
      state = __builtin_ia32_crc32di(state, words[0]);
      second = __builtin_ia32_crc32di(second, words[1]);
      third = __builtin_ia32_crc32di(third, words[2]);
    }
    state = over_a_lane(over_a_lane(state) ^ second) ^ third;
  }
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  auto narrow = static_cast<std::uint32_t>(state);
  for (; at < bytes.size(); ++at) {
    narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(bytes[at]));
  }
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t seed) {
  std::uint32_t state = ~seed;
  for (const std::byte byte : bytes) {
    state = state >> 8 ^ kTable[(state ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  }
  return ~state;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_by_processor(bytes, seed);
#endif
  return crc32c_by_table(bytes, seed);
}

}  // namespace tranchet
