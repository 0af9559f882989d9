#include "backtest/tape/tick_block.h"

#include <algorithm>

#include "backtest/market_data/processor.h"
#include "events/ensure.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

std::uint64_t bytes_needed(std::uint32_t bits, std::uint64_t count) {
  return (bits * count + 7) / 8;
}

// How many values a column has in a block of that kind; 0: there is no such column.
std::uint64_t values_in(const BlockHead& head, std::size_t column) {
  if (head.kind == BlockKind::Mixed) return 0;
  if (head.kind == BlockKind::Bars) {
    return column <= static_cast<std::size_t>(BarColumn::Volume) ? head.count : 0;
  }
  return values_in(head, static_cast<TickColumn>(column));
}

template <class Offset>
[[gnu::always_inline]] inline void widen_offsets(const Offset* offsets, std::int64_t base,
                                                 std::int64_t unit, std::span<std::int64_t> out) {
  // A product of two 32-bit numbers is one instruction for two values; of 64 bits it is several.
  if (sizeof(Offset) <= 4 && unit >= 0 && unit <= std::int64_t{0xFFFF'FFFF}) {
    const auto narrow = static_cast<std::uint32_t>(unit);
    for (std::size_t at = 0; at < out.size(); ++at) {
      const auto offset = static_cast<std::uint32_t>(offsets[at]);
      out[at] = static_cast<std::int64_t>(static_cast<std::uint64_t>(base) +
                                          std::uint64_t{offset} * narrow);
    }
    return;
  }
  for (std::size_t at = 0; at < out.size(); ++at) {
    out[at] = static_cast<std::int64_t>(static_cast<std::uint64_t>(base) +
                                        static_cast<std::uint64_t>(offsets[at]) *
                                            static_cast<std::uint64_t>(unit));
  }
}

// Of columns of whole bytes.
[[gnu::always_inline]] inline void widen_bytes(const ColumnView& column, std::size_t from,
                                               std::span<std::int64_t> out) {
  switch (column.bits()) {
    case 8:
      return widen_offsets(column.offsets<std::uint8_t>() + from, column.base(), column.unit(),
                           out);
    case 16:
      return widen_offsets(column.offsets<std::uint16_t>() + from, column.base(), column.unit(),
                           out);
    case 32:
      return widen_offsets(column.offsets<std::uint32_t>() + from, column.base(), column.unit(),
                           out);
    default:
      return widen_offsets(column.offsets<std::uint64_t>() + from, column.base(), column.unit(),
                           out);
  }
}

#if defined(TRANCHET_HAS_AVX2_BUILD)
TRANCHET_AVX2 void widen_bytes_by_avx2(const ColumnView& column, std::size_t from,
                                       std::span<std::int64_t> out) {
  widen_bytes(column, from, out);
}
#endif

}  // namespace

void ColumnView::widen(std::size_t from, std::span<std::int64_t> out) const {
  ENSURE(from + out.size() <= size_);
  if (layout_.bits == 0) {
    std::ranges::fill(out, base());
    return;
  }
  if (layout_.bits == 1) {
    for (std::size_t at = 0; at < out.size(); ++at) out[at] = (*this)[from + at];
    return;
  }
#if defined(TRANCHET_HAS_AVX2_BUILD)
  if (has_avx2()) return widen_bytes_by_avx2(*this, from, out);
#endif
  widen_bytes(*this, from, out);
}

ColumnView TickBlock::column(BarColumn which) const {
  ENSURE(kind() == BlockKind::Bars);
  return {head_->columns[static_cast<std::size_t>(which)], bytes_, head_->count};
}

void TickBlock::widen_times(std::uint32_t from, std::span<std::int64_t> out) const {
  column(TickColumn::TimeInGroup).widen(from, out);
  const ColumnView groups = column(TickColumn::GroupTime);
  const auto end = from + static_cast<std::uint32_t>(out.size());
  for (std::uint32_t at = from; at < end;) {
    const std::int64_t start = groups[at / kGroupTicks];
    const std::uint32_t stop = std::min(end, (at / kGroupTicks + 1) * kGroupTicks);
    for (; at < stop; ++at) out[at - from] += start;
  }
}

std::uint32_t TickBlock::first_at(std::uint32_t from, std::int64_t time) const {
  if (from >= size()) return size();
  if (kind() == BlockKind::Bars) {
    const ColumnView opens = column(BarColumn::OpenTime);
    while (from < size() && opens[from] < time) ++from;
    return from;
  }
  // The last group that begins before `time`: the tick is in it, or the first of the next one.
  const ColumnView groups = column(TickColumn::GroupTime);
  const ColumnView in_group = column(TickColumn::TimeInGroup);
  std::uint32_t first = from / kGroupTicks;
  std::uint32_t last = static_cast<std::uint32_t>(groups.size());
  while (first + 1 < last) {
    const std::uint32_t middle = first + (last - first) / 2;
    if (groups[middle] < time) {
      first = middle;
    } else {
      last = middle;
    }
  }
  std::uint32_t at = std::max(from, first * kGroupTicks);
  const std::uint32_t end = std::min(size(), (first + 1) * kGroupTicks);
  const std::int64_t start = groups[first];
  while (at < end && start + in_group[at] < time) ++at;
  return at;
}

Bar TickBlock::bar(std::uint32_t index) const {
  Bar bar;
  const std::int64_t opened = column(BarColumn::OpenTime)[index];
  bar.open_time = Timestamp::from_nanoseconds(opened);
  bar.close_time = Timestamp::from_nanoseconds(opened + column(BarColumn::Length)[index]);
  bar.open = Price::from_raw(column(BarColumn::Open)[index]);
  bar.high = Price::from_raw(column(BarColumn::High)[index]);
  bar.low = Price::from_raw(column(BarColumn::Low)[index]);
  bar.close = Price::from_raw(column(BarColumn::Close)[index]);
  const std::int64_t volume = column(BarColumn::Volume)[index];
  if (volume != kAbsent) bar.volume = Quantity::from_raw(volume);
  return bar;
}

std::uint32_t stretches_of(const BlockHead& head) {
  return head.kind == BlockKind::Mixed ? 1 : (head.count + kStretchTicks - 1) / kStretchTicks;
}

std::uint32_t stretch_checksum(const TickBlock& block, std::uint32_t stretch) {
  const BlockHead& head = block.head();
  if (head.kind == BlockKind::Mixed) {
    return crc32c({block.bytes() + head.summary_bytes, head.bytes - head.summary_bytes});
  }
  std::uint32_t sum = 0;
  const bool is_last = stretch + 1 == stretches_of(head);
  for (std::size_t column = 0; column < kColumns; ++column) {
    const ColumnLayout& layout = head.columns[column];
    if (layout.at < head.summary_bytes) continue;
    const std::uint64_t values = values_in(head, column);
    const std::uint64_t all = bytes_needed(layout.bits, values);
    const std::uint64_t part =
        bytes_needed(layout.bits, values == head.count ? kStretchTicks : kStretchGroups);
    const std::uint64_t first = std::min(all, part * stretch);
    const std::uint64_t last = is_last ? all : std::min(all, first + part);
    sum = crc32c({block.bytes() + layout.at + first, last - first}, sum);
  }
  return sum;
}

bool is_well_formed(const BlockHead& head) {
  if (head.kind < BlockKind::Trades || head.kind > BlockKind::Mixed) return false;
  if (head.count == 0 || head.count > kBlockTicks) return false;
  if (head.summary_bytes > head.bytes || head.summary_bytes % 8 != 0) return false;
  for (std::size_t column = 0; column < kColumns; ++column) {
    const ColumnLayout& layout = head.columns[column];
    const std::uint32_t bits = layout.bits;
    if (bits != 0 && bits != 1 && bits != 8 && bits != 16 && bits != 32 && bits != 64) return false;
    if (layout.at % 8 != 0 || layout.unit <= 0) return false;
    if (layout.at + bytes_needed(bits, values_in(head, column)) > head.bytes) return false;
  }
  if (head.kind != BlockKind::Trades && head.kind != BlockKind::Marks) return true;
  // Searches are compiled for the width of the prices, at least a byte, and read summaries by it.
  const auto bits_of = [&](TickColumn column) {
    return head.columns[static_cast<std::size_t>(column)].bits;
  };
  const std::uint32_t bits = bits_of(TickColumn::Prices);
  bool alike = bits >= 8;
  for (const TickColumn column : {TickColumn::Low, TickColumn::High, TickColumn::Fall,
                                  TickColumn::FallFrom, TickColumn::Rise, TickColumn::RiseFrom}) {
    alike = alike && bits_of(column) == bits &&
            head.columns[static_cast<std::size_t>(column)].at < head.summary_bytes;
  }
  return alike;
}

}  // namespace tranchet
