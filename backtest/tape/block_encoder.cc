#include "backtest/tape/block_encoder.h"

#include <algorithm>
#include <bit>

#include "backtest/tape/column_fold.h"
#include "backtest/tape/column_writer.h"
#include "backtest/tape/mixed_rows.h"
#include "events/ensure.h"
#include "events/log/crc32c.h"

namespace tranchet {
namespace {

// Shorter values would lie within a page of the tree, where LMDB does not align them to 8 bytes.
constexpr std::size_t kLeastWords = 2'560 / 8;

constexpr std::size_t kMostSummaries = kBlockTicks / kGroupTicks + kStretches;

PriceSummary in_prices(const ColumnFold& fold, const Scaled& scaled) {
  const auto price = [&](std::int64_t offset) { return scaled.base + scaled.unit * offset; };
  PriceSummary summary;
  summary.low = price(fold.low);
  summary.high = price(fold.high);
  summary.fall = {scaled.unit * fold.fall, price(fold.fall_from)};
  summary.rise = {scaled.unit * fold.rise, price(fold.rise_from)};
  return summary;
}

void seal(BlockHead& head, EncodedBlock& out) {
  if (out.words.size() < kLeastWords) out.words.resize(kLeastWords);
  head.bytes = static_cast<std::uint32_t>(out.words.size() * 8);
  out.head = head;
  const TickBlock block = out.view();
  out.head.summary_checksum = crc32c({block.bytes(), head.summary_bytes});
  for (std::uint32_t at = 0; at < stretches_of(head); ++at) {
    out.head.checksum[at] = stretch_checksum(block, at);
  }
}

}  // namespace

struct BlockEncoder::Scratch {
  using Values = std::array<std::int64_t, kBlockTicks>;
  Values times;
  Values prices;
  Values quantities;
  Values flags;
  std::array<std::uint64_t, kBlockTicks> offsets;
  std::array<std::uint64_t, kBlockTicks> more_offsets;
  std::array<std::array<std::uint64_t, kMostSummaries>, 6> folds;

  ColumnFold write_folds(std::size_t count, std::uint64_t most, ColumnWriter& writer,
                         BlockHead& head);
  void write_times(std::size_t count, ColumnWriter& writer, BlockHead& head);
  ColumnLayout write(const Values& values, std::size_t count, ColumnWriter& writer);
  void write_ticks(BlockKind kind, std::size_t count, EncodedBlock& out);
};

BlockEncoder::BlockEncoder() : scratch_(std::make_unique<Scratch>()) {}
BlockEncoder::~BlockEncoder() = default;

// The summaries of groups and stretches of the prices in `offsets`; returns that of all.
ColumnFold BlockEncoder::Scratch::write_folds(std::size_t count, std::uint64_t most,
                                              ColumnWriter& writer, BlockHead& head) {
  std::size_t summaries = 0;
  const auto put = [&](const ColumnFold& fold) {
    const std::array<std::int64_t, 6> numbers{fold.low,       fold.high, fold.fall,
                                              fold.fall_from, fold.rise, fold.rise_from};
    for (std::size_t column = 0; column < 6; ++column) {
      folds[column][summaries] = static_cast<std::uint64_t>(numbers[column]);
    }
    ++summaries;
  };
  std::array<ColumnFold, kStretches> stretches;
  for (std::size_t group = 0; group * kGroupTicks < count; ++group) {
    const std::size_t first = group * kGroupTicks;
    const std::size_t end = std::min(count, first + kGroupTicks);
    auto fold = ColumnFold::of(static_cast<std::int64_t>(offsets[first]));
    for (std::size_t at = first + 1; at < end; ++at) {
      fold.add(static_cast<std::int64_t>(offsets[at]));
    }
    put(fold);
    ColumnFold& stretch = stretches[group / kStretchGroups];
    if (group % kStretchGroups == 0) {
      stretch = fold;
    } else {
      stretch.append(fold);
    }
  }
  const std::size_t stretch_count = (count + kStretchTicks - 1) / kStretchTicks;
  ColumnFold whole = stretches[0];
  for (std::size_t at = 0; at < stretch_count; ++at) {
    put(stretches[at]);
    if (at > 0) whole.append(stretches[at]);
  }
  // All as wide as the prices, so that a search is compiled once for each width.
  const std::uint64_t wide = std::max<std::uint64_t>(most, 0xFF);
  for (std::size_t column = 0; column < 6; ++column) {
    head.columns[static_cast<std::size_t>(TickColumn::Low) + column] =
        writer.put(std::span(folds[column]).first(summaries), wide, 0, 1);
  }
  return whole;
}

ColumnLayout BlockEncoder::Scratch::write(const Values& values, std::size_t count,
                                          ColumnWriter& writer) {
  const Scaled scaled = scale(std::span(values).first(count), more_offsets);
  return writer.put(std::span(more_offsets).first(count), scaled.most, scaled.base, scaled.unit);
}

void BlockEncoder::Scratch::write_times(std::size_t count, ColumnWriter& writer, BlockHead& head) {
  Values& starts = flags;  // Free by now.
  std::size_t groups = 0;
  std::array<std::int64_t, kBlockTicks / kGroupTicks> firsts;
  for (std::size_t first = 0; first < count; first += kGroupTicks) {
    const std::int64_t start = times[first];
    firsts[groups++] = start;
    const std::size_t end = std::min(count, first + kGroupTicks);
    for (std::size_t at = first; at < end; ++at) starts[at] = times[at] - start;
  }
  head.columns[static_cast<std::size_t>(TickColumn::TimeInGroup)] = write(starts, count, writer);
  std::copy_n(firsts.begin(), groups, times.begin());
  head.columns[static_cast<std::size_t>(TickColumn::GroupTime)] = write(times, groups, writer);
}

// Prices, quantities, flags and times are in their arrays.
void BlockEncoder::Scratch::write_ticks(BlockKind kind, std::size_t count, EncodedBlock& out) {
  BlockHead head{.kind = kind, .count = static_cast<std::uint32_t>(count)};
  const auto layout = [&](TickColumn column) -> ColumnLayout& {
    return head.columns[static_cast<std::size_t>(column)];
  };
  ColumnWriter writer(out.words);
  const Scaled scaled = scale(std::span(prices).first(count), offsets);
  // A column of at least a byte, for the same reason as its summaries.
  const std::uint64_t most = std::max<std::uint64_t>(scaled.most, 0xFF);
  const ColumnFold whole = write_folds(count, most, writer, head);
  head.summary_bytes = writer.size();
  layout(TickColumn::Prices) =
      writer.put(std::span(offsets).first(count), most, scaled.base, scaled.unit);
  layout(TickColumn::Quantities) = write(quantities, count, writer);
  layout(TickColumn::Aggressor) = write(flags, count, writer);
  PriceSummary summary = in_prices(whole, scaled);
  summary.count = count;
  summary.first_time = times[0];
  summary.last_time = times[count - 1];
  summary.first = prices[0];
  summary.last = prices[count - 1];
  head.summary = {summary, summary};
  write_times(count, writer, head);
  seal(head, out);
}

void BlockEncoder::encode(std::span<const PlainTrade> trades, EncodedBlock& out) {
  ENSURE(!trades.empty() && trades.size() <= kBlockTicks);
  Scratch& scratch = *scratch_;
  for (std::size_t at = 0; at < trades.size(); ++at) {
    const PlainTrade& trade = trades[at];
    scratch.times[at] = trade.time.nanoseconds();
    scratch.prices[at] = trade.price.raw();
    scratch.quantities[at] = trade.quantity.value_or(Quantity::from_raw(kAbsent)).raw();
    scratch.flags[at] = trade.aggressor;
  }
  scratch.write_ticks(BlockKind::Trades, trades.size(), out);
}

void BlockEncoder::encode(std::span<const Occurrence> events, EncodedBlock& out) {
  ENSURE(!events.empty() && events.size() <= kBlockTicks);
  Scratch& scratch = *scratch_;
  bool alike = true;
  if (std::holds_alternative<TradePrinted>(events.front().body)) {
    for (std::size_t at = 0; at < events.size() && alike; ++at) {
      const auto* const trade = std::get_if<TradePrinted>(&events[at].body);
      alike = trade != nullptr;
      if (!alike) break;
      scratch.times[at] = events[at].time.nanoseconds();
      scratch.prices[at] = trade->price.raw();
      scratch.quantities[at] = trade->quantity.value_or(Quantity::from_raw(kAbsent)).raw();
      scratch.flags[at] = trade->aggressor;
    }
    if (alike) return scratch.write_ticks(BlockKind::Trades, events.size(), out);
  } else if (std::holds_alternative<MarkPrice>(events.front().body)) {
    for (std::size_t at = 0; at < events.size() && alike; ++at) {
      const auto* const mark = std::get_if<MarkPrice>(&events[at].body);
      alike = mark != nullptr;
      if (!alike) break;
      scratch.times[at] = events[at].time.nanoseconds();
      scratch.prices[at] = mark->price.raw();
      scratch.quantities[at] = kAbsent;
      scratch.flags[at] = 0;
    }
    if (alike) return scratch.write_ticks(BlockKind::Marks, events.size(), out);
  }
  BlockHead head{.kind = BlockKind::Mixed, .count = static_cast<std::uint32_t>(events.size())};
  head.summary[0].count = events.size();
  head.summary[0].first_time = events.front().time.nanoseconds();
  head.summary[0].last_time = events.back().time.nanoseconds();
  head.summary[1] = head.summary[0];
  write_mixed_rows(events, head, out.words);
  seal(head, out);
}

void BlockEncoder::encode(std::span<const Bar> bars, EncodedBlock& out) {
  ENSURE(!bars.empty() && bars.size() <= kBlockTicks);
  Scratch& scratch = *scratch_;
  const std::size_t count = bars.size();
  BlockHead head{.kind = BlockKind::Bars, .count = static_cast<std::uint32_t>(count)};
  ColumnWriter writer(out.words);
  const auto put = [&](BarColumn column, auto value_of) {
    for (std::size_t at = 0; at < count; ++at) scratch.prices[at] = value_of(bars[at]);
    head.columns[static_cast<std::size_t>(column)] = scratch.write(scratch.prices, count, writer);
  };
  put(BarColumn::OpenTime, [](const Bar& bar) { return bar.open_time.nanoseconds(); });
  put(BarColumn::Length,
      [](const Bar& bar) { return bar.close_time.nanoseconds() - bar.open_time.nanoseconds(); });
  put(BarColumn::Open, [](const Bar& bar) { return bar.open.raw(); });
  put(BarColumn::High, [](const Bar& bar) { return bar.high.raw(); });
  put(BarColumn::Low, [](const Bar& bar) { return bar.low.raw(); });
  put(BarColumn::Close, [](const Bar& bar) { return bar.close.raw(); });
  put(BarColumn::Volume,
      [](const Bar& bar) { return bar.volume.value_or(Quantity::from_raw(kAbsent)).raw(); });
  for (std::size_t high_first = 0; high_first < 2; ++high_first) {
    PriceSummary& summary = head.summary[high_first];
    for (const Bar& bar : bars) {
      const Price one = high_first != 0 ? bar.high : bar.low;
      const Price other = high_first != 0 ? bar.low : bar.high;
      summary.add(bar.open.raw(), bar.open_time.nanoseconds());
      summary.add(one.raw(), 0);
      summary.add(other.raw(), 0);
      summary.add(bar.close.raw(), bar.close_time.nanoseconds());
    }
    summary.count = count;
  }
  seal(head, out);
}

}  // namespace tranchet
