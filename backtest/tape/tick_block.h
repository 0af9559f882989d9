// A block of a tape as it lies in memory and in the file: columns, each as narrow as its values
// allow. Reading needs no unpacking: a value is base + unit x offset.
//
// Worked: the prices 45000.1, 45000.3, 44999.9 are the base 44999.9, the unit 0.1 and the offsets
// 2, 4, 0 of one byte each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "backtest/market_data/market_data.h"
#include "backtest/tape/price_summary.h"
#include "events/ensure.h"

namespace tranchet {

// Ticks lie in groups, groups in stretches, stretches in a block; groups and stretches have
// summaries of their own, so that a search skips what it may skip.
inline constexpr std::uint32_t kGroupTicks = 32;
inline constexpr std::uint32_t kStretchGroups = 16;
inline constexpr std::uint32_t kStretchTicks = kGroupTicks * kStretchGroups;
inline constexpr std::uint32_t kStretches = 16;
inline constexpr std::uint32_t kBlockTicks = kStretchTicks * kStretches;  // The most a block holds.

// The raw value of an absent quantity, in a column.
inline constexpr std::int64_t kAbsent = std::numeric_limits<std::int64_t>::min();

enum class BlockKind : std::uint8_t {
  Trades = 1,  // TradePrinted and nothing else.
  Marks,       // MarkPrice and nothing else.
  Bars,
  Mixed,  // Occurrences of any kind, in their order: only `decode` reads them.
};

// Where a column lies, and what its offsets mean. `bits` 0: every value is the base, and there are
// no bytes; 1: eight values a byte, the first in its lowest bit; 8, 16, 32, 64: little endian.
// Arithmetic is modulo 2^64, so that any 64-bit values fit in a column.
struct ColumnLayout {
  std::int64_t base = 0;
  std::int64_t unit = 1;
  std::uint32_t at = 0;  // First byte, from the start of the block; a multiple of 8.
  std::uint32_t bits = 0;
};

// The columns of a block of trades or marks.
enum class TickColumn : std::uint8_t {
  Prices,
  Quantities,   // Raw value of Maybe<Quantity>.
  Aggressor,    // TradePrinted::aggressor.
  GroupTime,    // One a group: time of its first tick.
  TimeInGroup,  // One a tick: nanoseconds since then.
  // One a group, then one a stretch: their summaries. Count and times follow from the others.
  Low,
  High,
  Fall,
  FallFrom,
  Rise,
  RiseFrom,
};
// The columns of a block of bars.
enum class BarColumn : std::uint8_t { OpenTime, Length, Open, High, Low, Close, Volume };
// Of a mixed block: rows one after the other; of the other columns only the units are used.
enum class MixedColumn : std::uint8_t { Rows, Prices, Quantities, Times };
inline constexpr std::size_t kColumns = 11;

// Everything about a block but its columns. Written to a tape as it is.
struct BlockHead {
  BlockKind kind{};
  std::array<std::uint8_t, 3> reserved{};
  std::uint32_t count = 0;             // Ticks, bars or occurrences.
  std::uint32_t bytes = 0;             // Of the block: group summaries, then columns.
  std::uint32_t summary_bytes = 0;     // Of the group summaries, at the front. A multiple of 8.
  std::uint32_t summary_checksum = 0;  // CRC-32C of those.
  // CRC-32C of each stretch's part of every column; of a mixed block all is in the first. So that a
  // search that reads one group need not check the whole block.
  std::array<std::uint32_t, kStretches> checksum{};
  std::uint32_t reserved_word = 0;
  std::array<ColumnLayout, kColumns> columns{};
  // Trades and marks: the prices, twice the same. Bars: each as four prices, open, the extremes a
  // third and two thirds of the way, close; [0] with the low first, [1] with the high first; count
  // is the bars, times are those of the first opening and the last close. Mixed: count and times.
  std::array<PriceSummary, 2> summary{};
};
static_assert(std::is_trivially_copyable_v<BlockHead>);
static_assert(std::has_unique_object_representations_v<BlockHead>);  // No padding.

// One column for reading. Valid as long as the bytes of its block.
class ColumnView {
 public:
  ColumnView() = default;
  ColumnView(const ColumnLayout& layout, const std::byte* block, std::size_t size)
      : layout_(layout), data_(block + layout.at), size_(size) {}

  std::size_t size() const { return size_; }
  std::int64_t base() const { return layout_.base; }
  std::int64_t unit() const { return layout_.unit; }
  std::uint32_t bits() const { return layout_.bits; }
  // The offsets in place, for bits() == 8 * sizeof(Offset).
  template <class Offset>
  const Offset* offsets() const {
    return reinterpret_cast<const Offset*>(data_);
  }

  std::uint64_t offset(std::size_t index) const {
    switch (layout_.bits) {
      case 0:
        return 0;
      case 1:
        return static_cast<std::uint64_t>(data_[index / 8] >> (index % 8) & std::byte{1});
      case 8:
        return offsets<std::uint8_t>()[index];
      case 16:
        return offsets<std::uint16_t>()[index];
      case 32:
        return offsets<std::uint32_t>()[index];
      default:
        return offsets<std::uint64_t>()[index];
    }
  }
  std::int64_t operator[](std::size_t index) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(layout_.base) +
                                     static_cast<std::uint64_t>(layout_.unit) * offset(index));
  }
  // The values from `from` on, as many as `out` holds.
  void widen(std::size_t from, std::span<std::int64_t> out) const;

 private:
  ColumnLayout layout_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

constexpr std::uint32_t groups_of(std::uint32_t ticks) {
  return (ticks + kGroupTicks - 1) / kGroupTicks;
}

// How many values a column has in a block of trades or marks.
constexpr std::uint32_t values_in(const BlockHead& head, TickColumn which) {
  if (which == TickColumn::GroupTime) return groups_of(head.count);
  if (which < TickColumn::Low) return head.count;
  return groups_of(head.count) + (head.count + kStretchTicks - 1) / kStretchTicks;
}

// A block for reading. Copies are cheap; head and bytes outlive it. Its bytes are taken for sound:
// whoever makes one of bytes from a file has compared the checksums.
class TickBlock {
 public:
  TickBlock(const BlockHead& head, const std::byte* bytes) : head_(&head), bytes_(bytes) {}

  const BlockHead& head() const { return *head_; }
  const std::byte* bytes() const { return bytes_; }
  BlockKind kind() const { return head_->kind; }
  std::uint32_t size() const { return head_->count; }

  // Trades and marks.
  ColumnView column(TickColumn which) const {
    ENSURE(kind() == BlockKind::Trades || kind() == BlockKind::Marks);
    return {head_->columns[static_cast<std::size_t>(which)], bytes_, values_in(*head_, which)};
  }
  ColumnView prices() const { return column(TickColumn::Prices); }
  std::int64_t time(std::uint32_t index) const {
    return column(TickColumn::GroupTime)[index / kGroupTicks] +
           column(TickColumn::TimeInGroup)[index];
  }
  // The times from `from` on, as many as `out` holds, in epoch nanoseconds.
  void widen_times(std::uint32_t from, std::span<std::int64_t> out) const;
  // The first tick from `from` on that is at or after `time`; size() if there is none.
  std::uint32_t first_at(std::uint32_t from, std::int64_t time) const;

  // Bars.
  ColumnView column(BarColumn which) const;
  Bar bar(std::uint32_t index) const;

  // Any kind: appends all that the block holds, as the files it was made of gave it.
  void decode(InstrumentId instrument, Block& out) const;

 private:
  const BlockHead* head_;
  const std::byte* bytes_;
};

// The CRC-32C of one stretch's part of every column; of a mixed block (stretch 0) of all of it.
std::uint32_t stretch_checksum(const TickBlock& block, std::uint32_t stretch);
// How many stretches have a checksum.
std::uint32_t stretches_of(const BlockHead& head);
// Whether every column lies within the block and the counts fit, so that reading it cannot go
// astray. For heads out of files.
bool is_well_formed(const BlockHead& head);

}  // namespace tranchet
