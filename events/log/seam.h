// Where the events of data.mdb begin. In a log with segments those before have moved there, and
// have been removed here; the last seal among them stays, for the chain goes on from it.
//
// The database "about" says so: under key 1 what makes the file a log, with its format, under key
// 2 the last event that was removed. Both change with the transaction that removes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "events/log/environment.h"

namespace tranchet {

// A program that does not know a format says so, and does not call it a gap.
enum class LogFormat : std::uint32_t {
  Whole = 1,
  Moved = 2,  // The oldest events are in segments.
  Newest = Moved,
};

inline constexpr std::uint64_t kAboutKey = 1;
inline constexpr std::size_t kAboutBytes = 16;
using AboutBytes = std::array<std::byte, kAboutBytes>;
AboutBytes encode_about(LogFormat format);
// Nullopt: not what a log says of itself. May be a format that is newer than Newest.
std::optional<LogFormat> decode_about(std::span<const std::byte> bytes);

// The last event that was removed; 0: none.
std::expected<Sequence, LogError> moved_until(const ReadTransaction& transaction,
                                              const Environment& environment);

// Removes commits from the front, whole ones: so many that `records` are gone, and at least one;
// none that ends above `until`. MDB_SUCCESS, or what failed.
int remove_front(MDB_txn* transaction, const Environment& environment, Sequence until,
                 std::size_t records);

}  // namespace tranchet
