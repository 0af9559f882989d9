// Blocks: rows come back as they were, summaries add up, searches find what a plain loop finds.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "backtest/tape/block_encoder.h"
#include "backtest/tape/block_exit.h"
#include "tests/backtest/market_data/input_files.h"
#include "tests/backtest/tape/made_up_rows.h"

namespace tranchet {
namespace {

RowVariety any_variety() {
  RowVariety variety;
  variety.seed = *rc::gen::arbitrary<std::uint64_t>();
  variety.tick = *rc::gen::element<std::int64_t>(1, 100, 10'000'000, 1'000'000'000, 3);
  variety.most_step = *rc::gen::element<std::int64_t>(0, 1, 2, 40, 3'000);
  variety.time_unit = *rc::gen::element<std::int64_t>(1, 1'000, 1'000'000, 1'000'000'000);
  variety.most_wait = *rc::gen::element<std::int64_t>(0, 1, 3, 100'000);
  variety.odd_values = *rc::gen::arbitrary<bool>();
  return variety;
}

std::size_t any_count() {
  // Borders of groups, stretches and blocks on purpose.
  return *rc::gen::oneOf(rc::gen::inRange<std::size_t>(1, 200),
                         rc::gen::element<std::size_t>(31, 32, 33, 511, 512, 513, 8'191, 8'192));
}

std::vector<Occurrence> any_ticks(std::size_t count) {
  const RowVariety variety = any_variety();
  return *rc::gen::arbitrary<bool>() ? made_up_trades(count, variety)
                                     : made_up_marks(count, variety);
}

PriceSummary summary_of(std::span<const Occurrence> events) {
  PriceSummary summary;
  for (const Occurrence& event : events) summary.add(price_of(event), event.time.nanoseconds());
  return summary;
}

RC_GTEST_PROP(Blocks, GiveTheirOccurrencesBack, ()) {
  const std::size_t count = any_count();
  const RowVariety variety = any_variety();
  const std::vector<Occurrence> rows =
      *rc::gen::arbitrary<bool>() ? any_ticks(count) : made_up_capture(count, variety);
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(rows, block);
  RC_ASSERT(is_well_formed(block.head));
  Block back;
  block.view().decode(kInstrument, back);
  std::vector<Occurrence> events;
  append_events(back, kInstrument, events);
  RC_ASSERT(difference(rows, events) == "");
  // Trades alone are the same block.
  if (block.head.kind != BlockKind::Trades) return;
  EncodedBlock again;
  encoder.encode(back.trades, again);
  RC_ASSERT(again.words == block.words);
}

RC_GTEST_PROP(Blocks, GiveTheirBarsBack, ()) {
  const std::vector<Bar> bars = made_up_bars(any_count(), any_variety());
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(bars, block);
  RC_ASSERT(is_well_formed(block.head));
  Block back;
  block.view().decode(kInstrument, back);
  RC_ASSERT(difference(bars, back.bars) == "");
}

RC_GTEST_PROP(Blocks, SummariesAddUpHoweverTheyAreCut, ()) {
  const auto rows = made_up_trades(*rc::gen::inRange<std::size_t>(0, 60), any_variety());
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, rows.size() + 1);
  PriceSummary merged = summary_of(std::span(rows).first(cut));
  merged.append(summary_of(std::span(rows).subspan(cut)));
  RC_ASSERT(merged == summary_of(rows));
}

// Ticks from 0 on that are few, so that equal swings are frequent.
RC_GTEST_PROP(Blocks, EqualSwingsKeepTheEarlier, ()) {
  const auto prices =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(1, 5));
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, prices.size() + 1);
  PriceSummary left, right, whole;
  for (std::size_t at = 0; at < prices.size(); ++at) {
    whole.add(prices[at], static_cast<std::int64_t>(at));
    (at < cut ? left : right).add(prices[at], static_cast<std::int64_t>(at));
  }
  left.append(right);
  RC_ASSERT(left == whole);
}

RC_GTEST_PROP(Blocks, TheHeadHasTheSummaryOfAll, ()) {
  const auto rows = any_ticks(any_count());
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(rows, block);
  RC_ASSERT(block.head.summary[0] == summary_of(rows));
}

RC_GTEST_PROP(Blocks, ExitsAreThoseOfAPlainLoop, ()) {
  const auto rows = any_ticks(any_count());
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(rows, block);
  for (int round = 0; round < 20; ++round) {
    const auto from = *rc::gen::inRange<std::uint32_t>(0, block.head.count);
    const auto end = *rc::gen::inRange<std::uint32_t>(from, block.head.count + 1);
    // Bounds at prices of the block, so that "at or below" is told from "below".
    const auto bound = [&] {
      const std::int64_t nudge = *rc::gen::inRange<std::int64_t>(-1, 2);
      return price_of(rows[*rc::gen::inRange<std::size_t>(0, rows.size())]) + nudge;
    };
    std::int64_t low = bound(), high = bound();
    if (low > high) std::swap(low, high);
    if (*rc::gen::inRange(0, 8) == 0) low = std::numeric_limits<std::int64_t>::min();
    if (*rc::gen::inRange(0, 8) == 0) high = std::numeric_limits<std::int64_t>::max();
    std::uint32_t wanted = from;
    while (wanted < end && price_of(rows[wanted]) > low && price_of(rows[wanted]) < high) ++wanted;
    const PriceSummary passed = summary_of(std::span(rows).subspan(from, wanted - from));
    PriceSummary unswung = passed;
    unswung.fall = unswung.rise = {};
    for (const Looks looks : {Looks::AtEveryPrice, Looks::AtSummaries, Looks::AtExtremes}) {
      const BlockExit found = find_exit(block.view(), from, end, low, high, nullptr, looks);
      RC_ASSERT(found.at == wanted);
      RC_ASSERT(found.passed == (looks == Looks::AtExtremes ? unswung : passed));
    }
  }
}

RC_GTEST_PROP(Blocks, TheFirstTickAtATimeIsThatOfAPlainLoop, ()) {
  const auto rows = any_ticks(any_count());
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(rows, block);
  for (int round = 0; round < 20; ++round) {
    const auto from = *rc::gen::inRange<std::uint32_t>(0, block.head.count + 1);
    const std::int64_t time =
        rows[*rc::gen::inRange<std::size_t>(0, rows.size())].time.nanoseconds() +
        *rc::gen::inRange<std::int64_t>(-1, 2);
    std::uint32_t wanted = from;
    while (wanted < rows.size() && rows[wanted].time.nanoseconds() < time) ++wanted;
    RC_ASSERT(block.view().first_at(from, time) == wanted);
  }
}

RC_GTEST_PROP(Blocks, BarExitsAreThoseOfAPlainLoop, ()) {
  const std::vector<Bar> bars = made_up_bars(any_count(), any_variety());
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(bars, block);
  const std::int64_t low = bars[*rc::gen::inRange<std::size_t>(0, bars.size())].low.raw();
  const std::int64_t high = bars[*rc::gen::inRange<std::size_t>(0, bars.size())].high.raw();
  const auto from = *rc::gen::inRange<std::uint32_t>(0, block.head.count);
  std::uint32_t wanted = from;
  while (wanted < bars.size() && bars[wanted].low.raw() > low && bars[wanted].high.raw() < high) {
    ++wanted;
  }
  for (const bool high_first : {false, true}) {
    PriceSummary passed;
    for (std::size_t at = from; at < wanted; ++at) {
      const Bar& bar = bars[at];
      passed.add(bar.open.raw(), bar.open_time.nanoseconds());
      passed.add((high_first ? bar.high : bar.low).raw(), 0);
      passed.add((high_first ? bar.low : bar.high).raw(), 0);
      passed.add(bar.close.raw(), bar.close_time.nanoseconds());
    }
    passed.count = wanted - from;
    PriceSummary unswung = passed;
    unswung.fall = unswung.rise = {};
    for (const Looks looks : {Looks::AtEveryPrice, Looks::AtExtremes}) {
      const BlockExit found =
          find_bar_exit(block.view(), from, block.head.count, low, high, high_first, looks);
      RC_ASSERT(found.at == wanted);
      RC_ASSERT(found.passed == (looks == Looks::AtExtremes ? unswung : passed));
    }
  }
}

TEST(Blocks, QuietTradesTakeFewBytes) {
  BlockEncoder encoder;
  EncodedBlock block;
  encoder.encode(made_up_trades(kBlockTicks, {}), block);
  EXPECT_LT(block.head.bytes, 7U * kBlockTicks);
}

}  // namespace
}  // namespace tranchet
