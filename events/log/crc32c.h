// CRC-32C (Castagnoli): the checksum of every record. Finds every change of up to 32 bits in a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tranchet {

// The checksum of `bytes` that follow bytes with checksum `seed`. By the processor's instruction
// where it has one.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

// The same by table, on any processor.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t seed = 0);

}  // namespace tranchet
