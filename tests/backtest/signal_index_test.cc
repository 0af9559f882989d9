// The index, which looks at summaries, against the strategy's window, which is shown every price.
#include "backtest/signal_index.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "backtest/tape/block_encoder.h"
#include "tests/backtest/dice.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

// Calm, wild and trending stretches; times that stand still, creep and leap.
std::vector<Occurrence> made_up_marks(Dice& random, std::size_t count) {
  std::int64_t ticks = 10'000, reach = 1, trend = 0, pace = 20, now = 1'767'225'600'000;
  std::vector<Occurrence> marks;
  for (std::size_t at = 0; at < count; ++at) {
    if (random.once_in(700)) reach = random.one_of({0, 1, 2, 20});
    if (random.once_in(900)) trend = random.one_of({-1, 0, 0, 1});
    if (random.once_in(600)) pace = random.one_of({0, 1, 20, 20, 400, 30'000});
    ticks = std::clamp<std::int64_t>(ticks + trend + random.from(-reach, reach), 5'000, 20'000);
    now += random.from(0, 2 * pace);
    marks.push_back({Timestamp::from_nanoseconds(now * 1'000'000),
                     MarkPrice{kCoin, Price::from_raw(ticks * kDecimalOne / 100)}});
  }
  return marks;
}

Settings made_up_settings(Dice& random) {
  Settings settings;
  settings.set(Setting::DipDrop, InstrumentId::None, random.one_of({100, 1'000, 5'000, 20'000}));
  settings.set(Setting::DipWindow, InstrumentId::None,
               Duration::seconds(random.one_of({1, 10, 60, 3'600, 86'400})).count());
  settings.set(Setting::MarkSource, InstrumentId::None,
               static_cast<std::int64_t>(MarkSourceChoice::Mark));
  return settings;
}

bool same(const DipWindow& a, const DipWindow& b) {
  return std::ranges::equal(a.highs(), b.highs()) && std::ranges::equal(a.lows(), b.lows());
}

RC_GTEST_PROP(SignalIndex, FindsWhatTheWindowFindsPriceByPrice, ()) {
  Dice random(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()));
  const Settings settings = made_up_settings(random);
  const Ppm drop = settings.percent(Setting::DipDrop);
  const std::vector<Occurrence> marks = made_up_marks(random, 20'000);
  SignalIndex index(settings);
  DipWindow window;
  BlockEncoder encoder;
  EncodedBlock encoded;
  std::size_t falls = 0, rises = 0;
  for (std::size_t first = 0; first < marks.size();) {
    const auto wanted = static_cast<std::size_t>(random.one_of({1, 33, 1'100, 5'000, 8'192}));
    const auto size = static_cast<std::uint32_t>(std::min(wanted, marks.size() - first));
    const auto rows = std::span(marks).subspan(first, size);
    if (random.once_in(8)) {
      index.take({.block = {}, .rows = rows});
      RC_ASSERT(index.next(Side::Buy, 0) == 0U);
    } else {
      encoder.encode(rows, encoded);
      index.take({.block = encoded.view()});
      RC_ASSERT(same(index.window_before(0), window));
    }
    const bool is_block = index.next(Side::Buy, size) == size;
    for (std::uint32_t at = 0; at < size; ++at) {
      const Price price = std::get<MarkPrice>(rows[at].body).price;
      window.add(price, rows[at].time, settings.duration(Setting::DipWindow));
      if (!is_block) continue;
      const bool fallen = window.has_fallen(price, drop), risen = window.has_risen(price, drop);
      RC_ASSERT((index.next(Side::Buy, at) == at) == fallen);
      RC_ASSERT((index.next(Side::Sell, at) == at) == risen);
      falls += fallen ? 1U : 0U;
      rises += risen ? 1U : 0U;
      if (!random.once_in(200)) continue;
      RC_ASSERT(same(index.window_before(at + 1), window));
      DipWindow extremes = index.extremes_before(at);
      extremes.add(price, rows[at].time, settings.duration(Setting::DipWindow));
      RC_ASSERT(extremes.highs().front() == window.highs().front());
      RC_ASSERT(extremes.lows().front() == window.lows().front());
    }
    RC_ASSERT(same(index.window(), window));
    first += size;
  }
  RC_CLASSIFY(falls > 0 && falls < marks.size() / 2, "falls");
  RC_CLASSIFY(rises > 0 && rises < marks.size() / 2, "rises");
}

}  // namespace
}  // namespace tranchet
