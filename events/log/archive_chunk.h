// What an archive is made of: chunks, one after the other, each compressed and with a checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

inline constexpr std::uint32_t kArchiveVersion = 1;

// In this order in a file. Names, and Snapshot of a slice, stand once; Events as often as needed.
enum class ChunkKind : std::uint32_t { Begin = 1, Names, Snapshot, Events, Notes, End };

// Little-endian as it lies in memory, before the packed bytes of each chunk.
struct ChunkHead {
  std::uint32_t magic = 0;
  ChunkKind kind{};
  std::uint64_t first = 0;  // Events: their sequences.
  std::uint64_t last = 0;
  std::uint32_t raw_bytes = 0;
  std::uint32_t packed_bytes = 0;
  std::uint32_t checksum = 0;       // CRC-32C of the packed bytes.
  std::uint32_t head_checksum = 0;  // Of the fields before.
};
static_assert(sizeof(ChunkHead) == 40);

inline constexpr std::uint32_t kChunkMagic = 0x43415254;  // "TRAC".
inline constexpr std::size_t kChunkBytesMax = std::size_t{1} << 30;

// Numbers and bytes, back to back.
class ChunkWriter {
 public:
  template <class Number>
  void number(Number value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
  }
  void bytes(std::span<const std::byte> part) {
    bytes_.insert(bytes_.end(), part.begin(), part.end());
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes(std::as_bytes(std::span(text)));
  }
  std::vector<std::byte>& content() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// The same the other way round; past the end everything is zero, and is_fine() false.
class ChunkReader {
 public:
  explicit ChunkReader(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <class Number>
  Number number() {
    Number value{};
    const auto part = take(sizeof value);
    if (is_fine()) std::copy(part.begin(), part.end(), reinterpret_cast<std::byte*>(&value));
    return value;
  }
  std::span<const std::byte> take(std::size_t size) {
    if (size > rest_.size()) {
      fine_ = false;
      rest_ = {};
    }
    if (!fine_) return {};
    const auto part = rest_.first(size);
    rest_ = rest_.subspan(size);
    return part;
  }
  std::string text() {
    const auto part = take(number<std::uint32_t>());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  std::span<const std::byte> rest() const { return rest_; }
  bool is_fine() const { return fine_; }
  bool is_at_end() const { return fine_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool fine_ = true;
};

// Packs a chunk behind what the file holds. False: errno says why.
bool append_chunk(std::FILE* file, ChunkHead head, std::span<const std::byte> content);

// Where a chunk lies, and its head.
struct PlacedChunk {
  ChunkHead head;
  std::uint64_t at = 0;  // Of its packed bytes.
};
// All of them, by their heads alone. Damaged: a head's checksum is wrong, the file ends in one, or
// the last is not End.
std::expected<std::vector<PlacedChunk>, LogError> find_chunks(std::FILE* file);

// Unpacks one. Damaged: its checksum is wrong, or it does not unpack to what its head says.
std::expected<std::vector<std::byte>, LogError> read_chunk(std::FILE* file,
                                                           const PlacedChunk& chunk);

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, FileCloser>;

}  // namespace tranchet
