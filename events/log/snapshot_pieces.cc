#include "events/log/snapshot_pieces.h"

#include <algorithm>
#include <cstring>

#include "events/ensure.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

constexpr std::uint32_t kPieceMagic = 0x5353'5254;  // "TRSS".
constexpr std::size_t kPieceBytes = 1'960;          // With its header below what a page likes.
constexpr std::uint64_t kPiecesMax = 65'536;

struct PieceLayout {
  std::uint32_t magic = kPieceMagic;
  std::uint32_t checksum = 0;  // Of the key and everything that follows.
  std::uint32_t total = 0;     // Bytes of the whole content.
  std::uint32_t part = 0;      // Bytes of it that are here.
};
static_assert(sizeof(PieceLayout) == 16);

// What the content begins with; the build's name and the image follow.
struct ContentLayout {
  std::uint64_t command_digest = 0;
  std::uint64_t state_digest = 0;
  std::uint64_t build_bytes = 0;
};
static_assert(sizeof(ContentLayout) == 24);

std::uint32_t piece_checksum(std::uint64_t key, std::span<const std::byte> bytes) {
  return crc32c(bytes.subspan(8), crc32c(std::as_bytes(std::span(&key, 1))));
}

}  // namespace

std::uint64_t snapshot_key(Sequence sequence, std::uint64_t piece) {
  ENSURE(piece < kPiecesMax && number(sequence) < std::uint64_t{1} << 48);
  return number(sequence) << 16 | piece;
}

Sequence snapshot_sequence(std::uint64_t key) {
  return Sequence{key >> 16};
}

std::optional<std::vector<SnapshotPiece>> encode_snapshot(const StateSnapshot& snapshot) {
  const ContentLayout head{.command_digest = snapshot.command_digest,
                           .state_digest = snapshot.state_digest,
                           .build_bytes = snapshot.build.size()};
  const std::size_t total = sizeof head + snapshot.build.size() + snapshot.image.size();
  if (total > kPiecesMax * kPieceBytes) return std::nullopt;
  std::vector<std::byte> content;
  content.reserve(total);
  for (const auto bytes :
       {std::as_bytes(std::span(&head, 1)), std::as_bytes(std::span(snapshot.build)),
        std::span<const std::byte>(snapshot.image)}) {
    content.insert(content.end(), bytes.begin(), bytes.end());
  }

  std::vector<SnapshotPiece> pieces;
  for (std::size_t at = 0; at < total; at += kPieceBytes) {
    const std::size_t part = std::min(kPieceBytes, total - at);
    SnapshotPiece& piece = pieces.emplace_back();
    piece.key = snapshot_key(snapshot.sequence, pieces.size() - 1);
    PieceLayout layout;
    layout.total = static_cast<std::uint32_t>(total);
    layout.part = static_cast<std::uint32_t>(part);
    piece.bytes.resize(sizeof layout + (part + 7) / 8 * 8);
    std::memcpy(piece.bytes.data(), &layout, sizeof layout);
    std::memcpy(piece.bytes.data() + sizeof layout, content.data() + at, part);
    layout.checksum = piece_checksum(piece.key, piece.bytes);
    std::memcpy(piece.bytes.data(), &layout, sizeof layout);
  }
  return pieces;
}

bool SnapshotAssembly::add(std::uint64_t key, std::span<const std::byte> bytes) {
  PieceLayout layout;
  if (bytes.size() < sizeof layout || key != snapshot_key(sequence_, pieces_)) return false;
  std::memcpy(&layout, bytes.data(), sizeof layout);
  if (layout.magic != kPieceMagic || layout.checksum != piece_checksum(key, bytes)) return false;
  if (layout.part == 0 || layout.part > bytes.size() - sizeof layout) return false;
  if (pieces_ > 0 && layout.total != total_) return false;
  total_ = layout.total;
  const auto part = bytes.subspan(sizeof layout, layout.part);
  content_.insert(content_.end(), part.begin(), part.end());
  ++pieces_;
  return content_.size() <= total_;
}

std::optional<StateSnapshot> SnapshotAssembly::finish() const {
  ContentLayout head;
  if (!is_whole() || content_.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, content_.data(), sizeof head);
  const auto rest = std::span(content_).subspan(sizeof head);
  if (head.build_bytes > rest.size()) return std::nullopt;
  const auto build = rest.first(head.build_bytes);
  const auto image = rest.subspan(head.build_bytes);
  return StateSnapshot{
      .sequence = sequence_,
      .command_digest = head.command_digest,
      .state_digest = head.state_digest,
      .build = std::string(reinterpret_cast<const char*>(build.data()), build.size()),
      .image = std::vector<std::byte>(image.begin(), image.end())};
}

}  // namespace tranchet
