// What a log holds beside the events: a seal for each commit, the names that events refer to, and
// what the engine had come to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"
#include "events/log/chain.h"
#include "events/log/event_log.h"

namespace tranchet {

// Ends a commit. Its key is `last`.
struct Seal {
  Sequence first{};
  Sequence last{};
  std::uint32_t texts = 0;  // In the log up to here.
  std::uint32_t symbols = 0;
  ChainHash chain{};  // Over the seal before, the fields above, the commit's names and its records.
};
inline constexpr std::size_t kSealBytes = 64;
using SealBytes = std::array<std::byte, kSealBytes>;

SealBytes encode_seal(const Seal& seal);
// Nullopt: not a seal, or its checksum is wrong.
std::optional<Seal> decode_seal(std::span<const std::byte> bytes);
// Starts a commit's hash: the chain so far and the seal's own fields.
void start_seal_hash(ChainHasher& hasher, const ChainHash& previous, const Seal& seal);

// A digest note, under its sequence. `ordinal` counts them from 1, so that none can go missing.
inline constexpr std::size_t kNoteBytes = 32;
using NoteBytes = std::array<std::byte, kNoteBytes>;
struct StoredNote {
  DigestNote note;
  std::uint64_t ordinal = 0;
};
NoteBytes encode_note(const StoredNote& note);
// Nullopt: not the note that belongs under `key`, or its checksum is wrong.
std::optional<StoredNote> decode_note(std::uint64_t key, std::span<const std::byte> bytes);

// A name is one value, or several where it is longer than a page likes.
enum class NameTable : std::uint8_t { Texts = 1, Symbols = 2 };
inline constexpr std::size_t kNamePieceBytes = 1'960;

// Orders by table, number, piece.
std::uint64_t name_key(NameTable table, std::uint32_t id, std::size_t piece);

struct NamePiece {
  std::uint64_t key = 0;
  std::vector<std::byte> bytes;
};
void append_name_pieces(NameTable table, std::uint32_t id, std::string_view text,
                        std::vector<NamePiece>& out);

struct NameContent {
  std::string_view part;
  std::size_t total = 0;  // Of the whole name, bytes.
};
// Nullopt: not the piece that belongs under `key`, or its checksum is wrong.
std::optional<NameContent> decode_name_piece(std::uint64_t key, std::span<const std::byte> bytes);

}  // namespace tranchet
