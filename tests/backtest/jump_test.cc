// A lane that jumps from event to event ends as one that works every price: the same commands,
// state and rows, whatever the prices, the settings and the borders of blocks.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "backtest/tape/block_encoder.h"
#include "tests/backtest/dice.h"
#include "tests/backtest/every_event.h"
#include "tests/support/coin.h"

namespace tranchet {
namespace {

constexpr std::int64_t kTick = kDecimalOne / 10;
constexpr std::int64_t kHour = Duration::hours(1).count();
constexpr std::int64_t kMillisecond = 1'000'000;

enum class Kind : std::uint8_t { Trades, Marks, Both };

// ---- A made-up history: calm and wild stretches, times that stand still and hours that strike.

class MadeUpPrices {
 public:
  explicit MadeUpPrices(Dice& random) : random_(random) {}

  std::int64_t next() {
    if (random_.once_in(200)) reach_ = random_.one_of({0, 1, 1, 2, 5});
    ticks_ += random_.from(-reach_, reach_);
    if (random_.once_in(400)) ticks_ += random_.from(-30, 30);
    ticks_ = std::clamp<std::int64_t>(ticks_, 700, 1'400);
    return ticks_ * kTick;
  }
  Timestamp time() {
    if (random_.once_in(150)) pace_ = random_.one_of({0, 1, 40, 1'000, 20'000});
    now_ += random_.from(0, 2 * pace_) * kMillisecond;
    if (random_.once_in(300)) now_ = (now_ / kHour + 1) * kHour - random_.from(0, 1);
    return Timestamp::from_nanoseconds(now_);
  }

 private:
  Dice& random_;
  std::int64_t ticks_ = 1'000;
  std::int64_t reach_ = 1;
  std::int64_t pace_ = 100;
  std::int64_t now_ = 1'767'225'600'000 * kMillisecond;
};

std::vector<Occurrence> made_up_history(Dice& random, Kind kind, int count) {
  MadeUpPrices prices(random);
  std::vector<Occurrence> history;
  bool marks = kind == Kind::Marks;
  for (int at = 0; at < count; ++at) {
    if (kind == Kind::Both && random.once_in(at < count / 2 ? 3 : 300)) marks = !marks;
    const Price price = Price::from_raw(prices.next());
    const Timestamp time = prices.time();
    if (marks) {
      history.push_back({time, MarkPrice{kCoin, price}});
    } else {
      const auto quantity = Quantity::from_raw(random.from(1, 40) * kDecimalOne / 10);
      history.push_back(
          {time, TradePrinted{.instrument = kCoin, .quantity = quantity, .price = price}});
    }
  }
  return history;
}

std::vector<Bar> made_up_bars(Dice& random, int count) {
  MadeUpPrices prices(random);
  std::vector<Bar> bars;
  const std::int64_t length = random.one_of({60'000, 60'000, 420'000, 7'200'000}) * kMillisecond;
  std::int64_t opened = 1'767'225'600'000 * kMillisecond;
  for (int at = 0; at < count; ++at) {
    Bar bar{.open_time = Timestamp::from_nanoseconds(opened),
            .close_time = Timestamp::from_nanoseconds(opened + length - kMillisecond),
            .open = Price::from_raw(prices.next()),
            .close = Price::from_raw(prices.next()),
            .volume = Quantity::from_raw(random.from(1, 40) * kDecimalOne)};
    bar.high = Price::from_raw(std::max(bar.open, bar.close).raw() + random.from(0, 2) * kTick);
    bar.low = Price::from_raw(std::min(bar.open, bar.close).raw() - random.from(0, 2) * kTick);
    bars.push_back(bar);
    opened += length * (random.once_in(50) ? random.from(1, 90) : 1);
  }
  return bars;
}

// What people ask for between the blocks; the strategy `signals` has nothing else.
EventBody made_up_request(Dice& random) {
  if (random.once_in(4)) return CloseRequested{.instrument = kCoin, .reason = ExitReason::Manual};
  return EntrySignal{.instrument = kCoin,
                     .side = random.one_of({Side::Buy, Side::Sell}),
                     .order_type = OrderType::Market};
}

// At prices near those of the history, few and in bursts.
void add_liquidations(Dice& random, std::vector<Occurrence>& history) {
  for (std::size_t at = 20; at < history.size();
       at += random.one_of<std::size_t>({1, 1, 40, 200})) {
    history[at].body =
        LiquidationPrinted{.instrument = kCoin,
                           .side = random.one_of({Side::Buy, Side::Sell}),
                           .average_price = Price::from_raw(random.from(900, 1'100) * kTick),
                           .quantity = Quantity::from_raw(random.from(1, 5) * kDecimalOne / 10)};
  }
}

// ---- Made-up settings.

LaneOptions made_up_options(Dice& random, StrategyName strategy, bool marks_of_trades,
                            Names& names) {
  LaneOptions options;
  Settings& settings = options.opening.settings;
  const auto set = [&](Setting setting, std::int64_t value) {
    settings.set(setting, InstrumentId::None, value);
  };
  set(Setting::Strategy, static_cast<std::int64_t>(strategy));
  set(Setting::StrategySides, random.from(1, 3));
  set(Setting::StrategyCooldown, random.one_of({0, 500, 30'000}) * kMillisecond);
  set(Setting::DipDrop, random.from(1, 40) * 500);
  set(Setting::DipWindow, random.one_of({1'000, 60'000, 3'600'000}) * kMillisecond);
  set(Setting::HunterTrigger, random.from(1, 2));
  set(Setting::HunterLongThreshold, random.from(1, 200) * kDecimalOne);
  set(Setting::HunterShortThreshold, random.from(1, 200) * kDecimalOne);
  set(Setting::HunterWindow, random.one_of({1'000, 60'000}) * kMillisecond);
  set(Setting::HunterVwapFilter, random.from(0, 1));
  set(Setting::HunterVwapWindow, random.one_of({60'000, 600'000}) * kMillisecond);
  set(Setting::HunterMarkRatio, random.one_of({0, 1'000, 100'000}));
  set(Setting::TrancheIncrement, random.one_of<std::int64_t>({-kPpmOne, 1'000, 10'000}));
  set(Setting::MaxTranches, random.from(1, 5));
  set(Setting::AtCap, random.from(1, 3));
  set(Setting::TakeProfit, random.from(1, 12) * 1'000);
  set(Setting::StopLoss, random.from(1, 12) * 1'000);
  set(Setting::TradeValue, random.from(1, 20) * 100 * kDecimalOne);
  set(Setting::MaxPositionValue, 100'000 * kDecimalOne);
  set(Setting::MaxTotalValue, 100'000 * kDecimalOne);
  set(Setting::StopWorkingType, random.from(1, 2));
  set(Setting::InstantTakeProfitEnabled, random.from(0, 1));
  set(Setting::BackstopEnabled, random.from(0, 1));
  const bool one_way = random.once_in(2);
  set(Setting::PositionModeChoice,
      static_cast<std::int64_t>(one_way ? PositionMode::OneWay : PositionMode::Hedge));
  const MarkSourceChoice source =
      marks_of_trades ? MarkSourceChoice::Trade : MarkSourceChoice::Mark;
  set(Setting::MarkSource, static_cast<std::int64_t>(source));
  options.opening.instruments = {{.tick_size = Price::from_raw(kTick),
                                  .step_size = Quantity::from_raw(kDecimalOne / 10),
                                  .symbol = names.intern("COINUSDT"),
                                  .instrument = kCoin}};
  SimulationParameters& simulation = options.simulation;
  simulation.initial_balance = Money::from_raw(random.one_of({200, 10'000}) * kDecimalOne);
  simulation.position_mode = one_way ? PositionMode::OneWay : PositionMode::Hedge;
  if (random.once_in(2)) simulation.maker_fee = simulation.taker_fee = 0;
  simulation.latency = Duration::milliseconds(random.one_of({0, 0, 50, 5'000}));
  simulation.queue = random.one_of({QueueAssumption::Touch, QueueAssumption::Through});
  simulation.market_slippage = random.one_of({0, 200});
  simulation.take_share = random.one_of({0, 0, 100'000});
  simulation.mark_from_trades = marks_of_trades;
  return options;
}

// ---- Runs.

RunOutcome outcome_of(Lane& lane, const KeptRows& rows, Timestamp end) {
  const auto account = lane.finish(end);
  ENSURE(account.has_value());
  return {.trades = rows.trades,
          .tranches = rows.tranches,
          .equity = rows.equity,
          .account = *account,
          .last = lane.engine().last_sequence(),
          .command_digest = lane.engine().command_digest(),
          .state_digest = lane.engine().state_digest()};
}

// Blocks of random sizes, broken off wherever the kind changes when asked to, and at requests.
RunOutcome run_jumping(LaneOptions options, Names& names, const std::vector<Occurrence>& history,
                       Dice& random, bool part_kinds) {
  KeptRows rows(names);
  SignalIndex index(options.opening.settings);
  options.rows = {&rows};
  options.signals = random.once_in(4) ? nullptr : &index;
  options.skip = !random.once_in(5);
  Lane lane(options, names);
  ENSURE(lane.open(options.opening, history.front().time, names).has_value());
  BlockEncoder encoder;
  EncodedBlock encoded;
  const auto is_request = [](const Occurrence& occurrence) {
    return std::holds_alternative<EntrySignal>(occurrence.body) ||
           std::holds_alternative<CloseRequested>(occurrence.body);
  };
  for (std::size_t at = 0; at < history.size();) {
    if (is_request(history[at])) {
      ENSURE(lane.take(history[at++]).has_value());
      continue;
    }
    const auto most = static_cast<std::size_t>(random.one_of({1, 40, 700, 3'000}));
    std::size_t size = 1;
    while (size < most && at + size < history.size() && !is_request(history[at + size]) &&
           !(part_kinds && history[at + size].body.index() != history[at].body.index())) {
      ++size;
    }
    encoder.encode(std::span(history).subspan(at, size), encoded);
    HistoryPiece piece{.block = encoded.view()};
    if (piece.block->kind() == BlockKind::Mixed) {
      piece = {.block = {}, .rows = std::span(history).subspan(at, size)};
    }
    index.take(piece);
    ENSURE(lane.take(kCoin, piece).has_value());
    at += size;
  }
  RC_ASSERT(lane.ticks() <= history.size());
  return outcome_of(lane, rows, history.back().time);
}

void expect_same(const RunOutcome& jumping, const RunOutcome& every) {
  RC_ASSERT(jumping.trades == every.trades);
  RC_ASSERT(jumping.tranches == every.tranches);
  RC_ASSERT(jumping.equity == every.equity);
  RC_ASSERT(jumping.account == every.account);
  RC_ASSERT(number(jumping.last) == number(every.last));
  RC_ASSERT(jumping.command_digest == every.command_digest);
  RC_ASSERT(jumping.state_digest == every.state_digest);
}

void expect_jumps_change_nothing(std::uint64_t seed, StrategyName strategy, Kind kind) {
  Dice random(seed);
  Names names;
  ENSURE(names.instrument("COINUSDT") == kCoin);
  const bool marks_of_trades = kind == Kind::Trades;
  const LaneOptions options = made_up_options(random, strategy, marks_of_trades, names);
  std::vector<Occurrence> history = made_up_history(random, kind, 3'000);
  if (strategy == StrategyName::Signals || random.once_in(3)) {
    for (std::size_t at = 40; at < history.size(); at += 40) {
      if (random.once_in(2)) history[at] = {history[at].time, made_up_request(random)};
    }
  }
  if (strategy == StrategyName::LiquidationHunter) add_liquidations(random, history);
  const RunOutcome every = run_every_event(options, names, history);
  const bool part_kinds = random.once_in(2);
  const RunOutcome jumping = run_jumping(options, names, history, random, part_kinds);
  expect_same(jumping, every);
  RC_CLASSIFY(every.account.trades > 5, "trades");
  RC_CLASSIFY(every.account.exits_by(ExitReason::Liquidation) > 0, "liquidations");
}

std::uint64_t any_seed() {
  return *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
}

RC_GTEST_PROP(Jump, ChangesNothingForRefillOnTrades, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Refill, Kind::Trades);
}
RC_GTEST_PROP(Jump, ChangesNothingForRefillOnMarks, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Refill, Kind::Marks);
}
RC_GTEST_PROP(Jump, ChangesNothingForRefillOnBoth, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Refill, Kind::Both);
}
RC_GTEST_PROP(Jump, ChangesNothingForDipOnTrades, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Dip, Kind::Trades);
}
RC_GTEST_PROP(Jump, ChangesNothingForDipOnBoth, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Dip, Kind::Both);
}
RC_GTEST_PROP(Jump, ChangesNothingForTheHunter, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::LiquidationHunter,
                              *rc::gen::element(Kind::Trades, Kind::Marks, Kind::Both));
}
RC_GTEST_PROP(Jump, ChangesNothingForSignals, ()) {
  expect_jumps_change_nothing(any_seed(), StrategyName::Signals,
                              *rc::gen::element(Kind::Trades, Kind::Marks, Kind::Both));
}

// Without fees and with far targets equity falls from peaks that lie within the jumps.
RC_GTEST_PROP(Jump, SeesFallsFromPeaksThatItPassesOver, ()) {
  Dice random(any_seed());
  Names names;
  ENSURE(names.instrument("COINUSDT") == kCoin);
  LaneOptions options = made_up_options(random, StrategyName::Refill, true, names);
  for (const Setting target : {Setting::TakeProfit, Setting::StopLoss}) {
    options.opening.settings.set(target, InstrumentId::None, 900'000);
  }
  options.opening.settings.set(Setting::MaxTranches, InstrumentId::None, 1);
  options.simulation.maker_fee = options.simulation.taker_fee = 0;
  options.simulation.market_slippage = 0;
  const std::vector<Occurrence> history = made_up_history(random, Kind::Trades, 1'000);
  const RunOutcome every = run_every_event(options, names, history);
  expect_same(run_jumping(options, names, history, random, true), every);
  RC_CLASSIFY(every.account.max_drawdown > Money(), "falls");
}

// ---- Bars: against a lane that is shown every point of every bar, for each order of extremes.

RunOutcome run_bars(LaneOptions options, Names& names, const std::vector<Bar>& bars, BarPath path,
                    Dice* random, std::uint64_t& ambiguous) {
  KeptRows rows(names);
  options.rows = {&rows};
  options.path = path;
  options.skip = random != nullptr;
  Lane lane(options, names);
  ENSURE(lane.open(options.opening, bars.front().open_time, names).has_value());
  BlockEncoder encoder;
  EncodedBlock encoded;
  for (std::size_t at = 0; at < bars.size();) {
    if (random == nullptr) {
      ENSURE(lane.take(kCoin, bars[at++]).has_value());
      continue;
    }
    const auto most = static_cast<std::size_t>(random->one_of({1, 40, 700}));
    const std::size_t size = std::min(most, bars.size() - at);
    encoder.encode(std::span(bars).subspan(at, size), encoded);
    ENSURE(lane.take(kCoin, {.block = encoded.view()}).has_value());
    at += size;
  }
  RC_ASSERT(lane.ticks() == 4 * bars.size());
  ambiguous = lane.ambiguous_bars();
  return outcome_of(lane, rows, bars.back().close_time);
}

RC_GTEST_PROP(Jump, ChangesNothingOnBars, ()) {
  Dice random(any_seed());
  Names names;
  ENSURE(names.instrument("COINUSDT") == kCoin);
  const auto strategy =
      random.one_of({StrategyName::Refill, StrategyName::Dip, StrategyName::LiquidationHunter});
  LaneOptions options = made_up_options(random, strategy, true, names);
  options.bars_are_marks = random.once_in(3);
  options.simulation.mark_from_trades = !options.bars_are_marks;
  if (options.bars_are_marks) {
    options.opening.settings.set(Setting::MarkSource, InstrumentId::None,
                                 static_cast<std::int64_t>(MarkSourceChoice::Mark));
  }
  const std::vector<Bar> bars = made_up_bars(random, 300);
  for (const BarPath path : {BarPath::Pessimistic, BarPath::Optimistic}) {
    std::uint64_t ambiguous = 0, ambiguous_each = 0;
    const RunOutcome jumping = run_bars(options, names, bars, path, &random, ambiguous);
    const RunOutcome every = run_bars(options, names, bars, path, nullptr, ambiguous_each);
    expect_same(jumping, every);
    RC_ASSERT(ambiguous == ambiguous_each);
  }
}

}  // namespace
}  // namespace tranchet
