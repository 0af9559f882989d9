// How a state snapshot lies in the log: in pieces that a page likes, each with a checksum of its
// own, under keys that order by sequence, then piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "events/log/event_log.h"

namespace tranchet {

// `piece` is below 65,536.
std::uint64_t snapshot_key(Sequence sequence, std::uint64_t piece);
Sequence snapshot_sequence(std::uint64_t key);

struct SnapshotPiece {
  std::uint64_t key = 0;
  std::vector<std::byte> bytes;
};
// Nullopt: more pieces than there are numbers for, that is above 128 MB.
std::optional<std::vector<SnapshotPiece>> encode_snapshot(const StateSnapshot& snapshot);

// Puts one together from its pieces, given in their order.
class SnapshotAssembly {
 public:
  explicit SnapshotAssembly(Sequence sequence) : sequence_(sequence) {}
  // False: not the piece that comes next, or its checksum is wrong.
  bool add(std::uint64_t key, std::span<const std::byte> bytes);
  bool is_whole() const { return pieces_ > 0 && content_.size() == total_; }
  // Nullopt: not whole, or no snapshot.
  std::optional<StateSnapshot> finish() const;

 private:
  Sequence sequence_;
  std::uint64_t pieces_ = 0;
  std::size_t total_ = 0;  // Bytes of all pieces, as each of them says.
  std::vector<std::byte> content_;
};

}  // namespace tranchet
