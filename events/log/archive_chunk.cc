#include "events/log/archive_chunk.h"

#include <zlib.h>

#include <cstring>

#include "events/log/crc32c.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Failure = std::unexpected<LogError>;

// Level 6 packs records to a fifth; 9 takes three times as long for a few percent.
constexpr int kLevel = 6;

std::uint32_t checksum_of(const ChunkHead& head) {
  return crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(ChunkHead, head_checksum)));
}

LogError chunk_flaw(const ChunkHead& head, std::string_view what) {
  if (head.kind == ChunkKind::Events) return damaged_at(Sequence{head.first}, what);
  return damaged(what);
}

}  // namespace

bool append_chunk(std::FILE* file, ChunkHead head, std::span<const std::byte> content) {
  uLongf size = ::compressBound(content.size());
  std::vector<Bytef> packed(size);
  const int packing = ::compress2(
      packed.data(), &size, reinterpret_cast<const Bytef*>(content.data()), content.size(), kLevel);
  ENSURE(packing == Z_OK && content.size() <= kChunkBytesMax);
  head.magic = kChunkMagic;
  head.raw_bytes = static_cast<std::uint32_t>(content.size());
  head.packed_bytes = static_cast<std::uint32_t>(size);
  head.checksum = crc32c(std::as_bytes(std::span(packed).first(size)));
  head.head_checksum = checksum_of(head);
  return std::fwrite(&head, sizeof head, 1, file) == 1 &&
         std::fwrite(packed.data(), 1, size, file) == size;
}

std::expected<std::vector<PlacedChunk>, LogError> find_chunks(std::FILE* file) {
  std::vector<PlacedChunk> chunks;
  std::rewind(file);
  while (chunks.empty() || chunks.back().head.kind != ChunkKind::End) {
    PlacedChunk chunk;
    if (std::fread(&chunk.head, sizeof chunk.head, 1, file) != 1) {
      return Failure(damaged("the archive ends in the middle"));
    }
    if (chunk.head.magic != kChunkMagic || chunk.head.head_checksum != checksum_of(chunk.head) ||
        chunk.head.raw_bytes > kChunkBytesMax) {
      return Failure(chunks.empty() ? damaged("the head of its archive is wrong")
                                    : damaged_at(Sequence{chunks.back().head.last + 1},
                                                 "the head of its chunk is wrong"));
    }
    chunk.at = static_cast<std::uint64_t>(std::ftell(file));
    if (std::fseek(file, static_cast<long>(chunk.head.packed_bytes), SEEK_CUR) != 0) {
      return Failure(damaged("the archive ends in the middle"));
    }
    chunks.push_back(chunk);
  }
  return chunks;
}

std::expected<std::vector<std::byte>, LogError> read_chunk(std::FILE* file,
                                                           const PlacedChunk& chunk) {
  std::vector<std::byte> packed(chunk.head.packed_bytes);
  if (std::fseek(file, static_cast<long>(chunk.at), SEEK_SET) != 0 ||
      std::fread(packed.data(), 1, packed.size(), file) != packed.size()) {
    return Failure(chunk_flaw(chunk.head, "the archive ends in the middle"));
  }
  if (crc32c(packed) != chunk.head.checksum) {
    return Failure(chunk_flaw(chunk.head, "the checksum of its chunk is wrong"));
  }
  std::vector<std::byte> content(chunk.head.raw_bytes);
  uLongf size = content.size();
  const int unpacking = ::uncompress(reinterpret_cast<Bytef*>(content.data()), &size,
                                     reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (unpacking != Z_OK || size != content.size()) {
    return Failure(chunk_flaw(chunk.head, "its chunk cannot be unpacked"));
  }
  return content;
}

}  // namespace tranchet
