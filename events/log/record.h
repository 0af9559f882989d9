// Records: what the log's values are made of. A header of 40 bytes, little-endian, then the
// payload: one event as Cap'n Proto, or many consecutive market events as plain rows.
//
//   offset  0  magic "TR"           8  first sequence         32  events in the record
//           2  header version      16  time of the first      34  payload bytes, a multiple of 8
//           3  kind                24  time of the last       36  schema version
//           4  CRC-32C of the record                            38  zero
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event.h"
#include "events/log/event_codec.h"

namespace tranchet {

static_assert(std::endian::native == std::endian::little, "the log is little-endian");

// A larger LMDB value takes a page of its own.
inline constexpr std::size_t kRecordBytesMax = 2'008;
inline constexpr std::size_t kRecordHeaderBytes = 40;

// The records of one commit, back to back in memory that is kept from commit to commit.
class RecordEncoder {
 public:
  struct Record {
    Sequence first{};
    std::span<const std::byte> bytes;
  };
  // Events of consecutive sequences. What encode() returns is valid until the next call.
  std::span<const Record> encode(std::span<const Event> events);
  // All records of the last call, in order.
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(words_)); }

 private:
  struct Place {
    Sequence first{};
    std::size_t word = 0;
    std::size_t words = 0;
  };
  void encode_single(const Event& event);
  std::size_t encode_rows(std::span<const Event> events);
  void close_record(std::size_t start, std::span<const Event> events, std::uint8_t kind);

  BodyEncoder body_encoder_;
  std::vector<std::uint64_t> words_;
  std::vector<Place> places_;
  std::vector<Record> records_;
};

// What the checksum of a record of at least a header must be: its CRC-32C with zeros in its place.
std::uint32_t record_checksum(std::span<const std::byte> record);

enum class RecordFlaw : std::uint8_t {
  BadChecksum = 1,  // Or no record at all.
  Malformed,        // The checksum is right and the content is not: written by a broken program.
  Unknown,          // Written by a newer program.
};
// Appends the events of one record. Safe on any bytes, of any alignment.
std::optional<RecordFlaw> decode_record(std::span<const std::byte> bytes, std::vector<Event>& out);

}  // namespace tranchet
