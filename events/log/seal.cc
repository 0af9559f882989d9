#include "events/log/seal.h"

#include <cstring>

#include "events/ensure.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

constexpr std::uint32_t kSealMagic = 0x4C53'5254;  // "TRSL".
constexpr std::uint32_t kNoteMagic = 0x4744'5254;  // "TRDG".
constexpr std::uint32_t kNameMagic = 0x4D4E'5254;  // "TRNM".

struct SealLayout {
  std::uint32_t magic = kSealMagic;
  std::uint32_t checksum = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint32_t texts = 0;
  std::uint32_t symbols = 0;
  ChainHash chain{};
};
static_assert(sizeof(SealLayout) == kSealBytes);
constexpr std::size_t kSealChecked = 8, kSealFields = 24;

struct NoteLayout {
  std::uint32_t magic = kNoteMagic;
  std::uint32_t checksum = 0;  // Of the key and everything that follows.
  std::uint64_t ordinal = 0;
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
};
static_assert(sizeof(NoteLayout) == kNoteBytes);

struct NameLayout {
  std::uint32_t magic = kNameMagic;
  std::uint32_t checksum = 0;  // Of the key and everything that follows.
  std::uint32_t total = 0;
  std::uint32_t part = 0;
};

// Of a value whose checksum ends at byte 8, and of the key it belongs under.
std::uint32_t keyed_checksum(std::uint64_t key, std::span<const std::byte> bytes) {
  return crc32c(bytes.subspan(8), crc32c(std::as_bytes(std::span(&key, 1))));
}

}  // namespace

SealBytes encode_seal(const Seal& seal) {
  SealLayout layout;
  layout.first = number(seal.first);
  layout.last = number(seal.last);
  layout.texts = seal.texts;
  layout.symbols = seal.symbols;
  layout.chain = seal.chain;
  layout.checksum = crc32c(std::as_bytes(std::span(&layout, 1)).subspan(kSealChecked));
  SealBytes bytes;
  std::memcpy(bytes.data(), &layout, sizeof layout);
  return bytes;
}

std::optional<Seal> decode_seal(std::span<const std::byte> bytes) {
  SealLayout layout;
  if (bytes.size() != sizeof layout) return std::nullopt;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout.magic != kSealMagic || layout.checksum != crc32c(bytes.subspan(kSealChecked)) ||
      layout.first == 0 || layout.last < layout.first) {
    return std::nullopt;
  }
  return Seal{.first = Sequence{layout.first},
              .last = Sequence{layout.last},
              .texts = layout.texts,
              .symbols = layout.symbols,
              .chain = layout.chain};
}

void start_seal_hash(ChainHasher& hasher, const ChainHash& previous, const Seal& seal) {
  const SealBytes bytes = encode_seal(seal);
  hasher.start(previous);
  hasher.add(std::span(bytes).subspan(kSealChecked, kSealFields));
}

NoteBytes encode_note(const StoredNote& stored) {
  NoteLayout layout;
  layout.ordinal = stored.ordinal;
  layout.command_digest = stored.note.command_digest;
  layout.state_digest = stored.note.state_digest;
  layout.checksum =
      keyed_checksum(number(stored.note.sequence), std::as_bytes(std::span(&layout, 1)));
  NoteBytes bytes;
  std::memcpy(bytes.data(), &layout, sizeof layout);
  return bytes;
}

std::optional<StoredNote> decode_note(std::uint64_t key, std::span<const std::byte> bytes) {
  NoteLayout layout;
  if (bytes.size() != sizeof layout) return std::nullopt;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout.magic != kNoteMagic || layout.checksum != keyed_checksum(key, bytes)) {
    return std::nullopt;
  }
  return StoredNote{.note = {.sequence = Sequence{key},
                             .command_digest = layout.command_digest,
                             .state_digest = layout.state_digest},
                    .ordinal = layout.ordinal};
}

std::uint64_t name_key(NameTable table, std::uint32_t id, std::size_t piece) {
  ENSURE(piece <= 0xFFFF);
  return static_cast<std::uint64_t>(table) << 56 | static_cast<std::uint64_t>(id) << 16 | piece;
}

void append_name_pieces(NameTable table, std::uint32_t id, std::string_view text,
                        std::vector<NamePiece>& out) {
  std::size_t at = 0;
  for (std::size_t piece = 0; piece == 0 || at < text.size(); ++piece) {
    const std::string_view part = text.substr(at, kNamePieceBytes);
    NameLayout layout;
    layout.total = static_cast<std::uint32_t>(text.size());
    layout.part = static_cast<std::uint32_t>(part.size());
    NamePiece& made = out.emplace_back();
    made.key = name_key(table, id, piece);
    made.bytes.resize(sizeof layout + (part.size() + 7) / 8 * 8);
    std::memcpy(made.bytes.data(), &layout, sizeof layout);
    if (!part.empty()) std::memcpy(made.bytes.data() + sizeof layout, part.data(), part.size());
    layout.checksum = keyed_checksum(made.key, made.bytes);
    std::memcpy(made.bytes.data(), &layout, sizeof layout);
    at += part.size();
  }
}

std::optional<NameContent> decode_name_piece(std::uint64_t key, std::span<const std::byte> bytes) {
  NameLayout layout;
  if (bytes.size() < sizeof layout) return std::nullopt;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout.magic != kNameMagic || layout.checksum != keyed_checksum(key, bytes) ||
      layout.part > bytes.size() - sizeof layout) {
    return std::nullopt;
  }
  const char* text = reinterpret_cast<const char*>(bytes.data() + sizeof layout);
  return NameContent{.part = {text, layout.part}, .total = layout.total};
}

}  // namespace tranchet
