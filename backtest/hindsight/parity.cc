#include "backtest/hindsight/parity.h"

#include <algorithm>
#include <array>
#include <map>

#include "backtest/hindsight/simulated_run.h"
#include "backtest/venue/matching.h"
#include "replay/resume.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

// Where a log's engine begins: before its first event.
std::expected<Engine, LogError> engine_at_beginning(LogReader& log) {
  auto before = engine_before(log);
  if (!before) return std::unexpected(before.error());
  if (*before) return std::move(**before);
  std::expected<Engine, LogError> engine =
      std::unexpected(LogError{.kind = LogErrorKind::NotALog,
                               .sequence = std::nullopt,
                               .message = "the log holds no event"});
  auto scanned = log.scan(Sequence{1}, [&](const Event& event) {
    Names names = log.names();
    engine = engine_of(event, names);
    return false;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return engine;
}

// ---- Worlds in which the twin answers.

struct World {
  bool is_backtest = false;  // Told the market and signals only.
  std::span<const SettingChange> changes;
  bool is_paced = false;   // By the latencies of the log.
  bool is_priced = false;  // By the fills of the log.
};

std::expected<Outcome, LogError> simulated(LogReader& log, const LogFacts& facts,
                                           const SimulationParameters& venue, const World& world) {
  const auto engine = engine_at_beginning(log);
  if (!engine) return std::unexpected(engine.error());
  RunLedger ledger;
  ledger.begin_with(engine->state());
  SimulatedRun run(*engine, venue, facts.rates_settle, ledger);
  if (world.is_paced) run.take_latencies(facts.latencies);
  if (world.is_priced) run.take_prices(facts.fill_prices);
  run.begin(*engine, {},
            {.balance = facts.knows_balance ? facts.initial_balance : venue.initial_balance,
             .last_trade = facts.last_trade});
  const auto change = [&](const Event& at) {
    for (const SettingChange& to : world.changes) {
      run.take({.sequence = at.sequence,
                .time = at.time,
                .body = ConfigChanged{to.setting, to.instrument, to.value}});
    }
  };
  const auto visit = [&](const Event& event) {
    const bool is_start = std::holds_alternative<RunStarted>(event.body);
    if (event.sequence == log.first() && !is_start) change(event);
    const bool is_told = world.is_backtest ? is_backtest_input(event.body) : is_input(event.body);
    if (is_start || is_told) run.take(event);
    if (is_start) change(event);
    return true;
  };
  if (auto scanned = log.scan(log.first(), visit); !scanned) {
    return std::unexpected(scanned.error());
  }
  run.run_until(facts.last_time);
  return ledger.finish(run.engine().state());
}

// ---- The log again, with other amounts. Neither fees nor funding decide anything.

// What funding would have been on what the engine held when a rate was told. Without latency the
// payment stands before its rate: the venue answers before the engine is told.
class ExpectedFunding {
 public:
  explicit ExpectedFunding(const LogFacts& facts) : facts_(facts) {}

  void note(const FundingRate& rate, Timestamp time, const State& state) {
    if (!facts_.rates_settle) return;
    for (const PositionSide side : {PositionSide::Long, PositionSide::Short}) {
      const PositionKey key{rate.instrument, side};
      const auto paid = paid_.find(key);
      if (paid != paid_.end() && paid->second == time) continue;
      if (const auto due = due_on(key, rate.rate, state)) due_[key] = *due;
    }
  }
  // A payment that no rate tells of is taken as it is.
  Money of(const FundingPaid& paid, Timestamp time, const State& state) {
    const PositionKey key{paid.instrument, paid.position_side};
    if (const auto found = due_.find(key); found != due_.end()) {
      const Money due = found->second;
      due_.erase(found);
      return due;
    }
    const auto rate = facts_.rates.find({time, paid.instrument});
    if (!facts_.rates_settle || rate == facts_.rates.end()) return paid.amount;
    paid_[key] = time;
    return due_on(key, rate->second, state).value_or(paid.amount);
  }

 private:
  static std::optional<Money> due_on(PositionKey key, std::int64_t rate, const State& state) {
    if (!state.knows(key.instrument)) return std::nullopt;
    const InstrumentState& instrument = state.instrument(key.instrument);
    const Maybe<Price> mark = instrument.mark ? instrument.mark : instrument.trade;
    const Quantity held = open_quantity(instrument.position(key.side));
    if (!mark || !held.is_positive()) return std::nullopt;
    const Money due = rated(value_of(*mark, held), rate);
    return key.side == PositionSide::Long ? -due : due;
  }

  const LogFacts& facts_;
  std::map<PositionKey, Money> due_;       // Told, and not paid yet.
  std::map<PositionKey, Timestamp> paid_;  // Before its rate was told, at that time.
};

std::expected<Outcome, LogError> rewritten(LogReader& log, const LogFacts& facts,
                                           const SimulationParameters& venue, bool funding_too) {
  auto engine = engine_at_beginning(log);
  if (!engine) return std::unexpected(engine.error());
  RunLedger ledger;
  ledger.begin_with(engine->state());
  ExpectedFunding expected(facts);
  Output output;
  Sequence source{};
  auto scanned = log.scan(log.first(), [&](const Event& event) {
    Event told = event;
    if (auto* filled = std::get_if<OrderFilled>(&told.body);
        filled != nullptr && filled->order != OrderId::None) {
      const bool maker = filled->liquidity == Liquidity::Maker;
      filled->fee = rated(value_of(filled->price, filled->quantity),
                          maker ? venue.maker_fee : venue.taker_fee);
    } else if (const auto* rate = std::get_if<FundingRate>(&told.body)) {
      expected.note(*rate, event.time, engine->state());
    } else if (auto* paid = std::get_if<FundingPaid>(&told.body); paid != nullptr && funding_too) {
      paid->amount = expected.of(*paid, event.time, engine->state());
    }
    if (is_input(told.body)) source = told.sequence;
    output.clear();
    engine->apply(told, output);
    ledger.take(told, output, engine->state(), source);
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return ledger.finish(engine->state());
}

// ---- The parts.

// The backtest; told what the log was told; with its latencies; with its prices; the log with the
// twin's fees and funding; with the twin's fees; and as it is.
enum Step : std::size_t { kBacktest, kTold, kPaced, kPriced, kFilled, kFunded, kLog, kSteps };

std::optional<TrancheRow> row_of(const TrancheOutcome* tranche) {
  return tranche == nullptr ? std::nullopt : std::optional(tranche->row);
}

ParityRow row_of(const TrancheKey& same, const std::array<const TrancheOutcome*, kSteps>& tranche) {
  const auto pnl = [&](Step step) {
    return tranche[step] == nullptr ? Money() : tranche[step]->pnl();
  };
  ParityRow row{.same = same,
                .in_log = row_of(tranche[kLog]),
                .in_backtest = row_of(tranche[kBacktest]),
                .log_pnl = pnl(kLog),
                .backtest_pnl = pnl(kBacktest),
                .parts = {.decisions = pnl(kTold) - pnl(kBacktest),
                          .latency = pnl(kPaced) - pnl(kTold),
                          .fill_price = pnl(kPriced) - pnl(kPaced),
                          .missed_and_extra = pnl(kFilled) - pnl(kPriced),
                          .fees = pnl(kLog) - pnl(kFunded),
                          .funding = pnl(kFunded) - pnl(kFilled)}};
  ENSURE(row.log_pnl - row.backtest_pnl == row.parts.sum());
  return row;
}

Duration median_of(const LogFacts& facts) {
  std::vector<Duration> latencies;
  for (const auto& [time, latency] : facts.latencies) latencies.push_back(latency);
  if (latencies.empty()) return {};
  const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() / 2);
  std::ranges::nth_element(latencies, middle);
  return *middle;
}

}  // namespace

ParityParts& ParityParts::operator+=(const ParityParts& other) {
  decisions += other.decisions;
  latency += other.latency;
  fill_price += other.fill_price;
  missed_and_extra += other.missed_and_extra;
  fees += other.fees;
  funding += other.funding;
  return *this;
}

std::expected<Parity, LogError> parity_of(LogReader& log, const ParityOptions& options) {
  const auto facts = facts_of(log);
  if (!facts) return std::unexpected(facts.error());
  const SimulationParameters& venue = options.venue;
  std::array<Outcome, kSteps> worlds;
  const auto make = [&](Step step,
                        std::expected<Outcome, LogError> made) -> std::expected<void, LogError> {
    if (!made) return std::unexpected(made.error());
    worlds[step] = std::move(*made);
    return {};
  };
  const World backtest{.is_backtest = true, .changes = options.changes};
  const World told{.changes = {}};
  const World paced{.changes = {}, .is_paced = true};
  const World priced{.changes = {}, .is_paced = true, .is_priced = true};
  for (const auto& made : {make(kBacktest, simulated(log, *facts, venue, backtest)),
                           make(kTold, simulated(log, *facts, venue, told)),
                           make(kPaced, simulated(log, *facts, venue, paced)),
                           make(kPriced, simulated(log, *facts, venue, priced)),
                           make(kFilled, rewritten(log, *facts, venue, true)),
                           make(kFunded, rewritten(log, *facts, venue, false))}) {
    if (!made) return std::unexpected(made.error());
  }
  worlds[kLog] = facts->outcome;

  std::map<TrancheKey, std::array<const TrancheOutcome*, kSteps>> tranches;
  for (std::size_t step = 0; step < kSteps; ++step) {
    for (const TrancheOutcome& tranche : worlds[step].tranches) {
      tranches[tranche.same][step] = &tranche;
    }
  }
  Parity parity{
      .events = facts->events, .last_time = facts->last_time, .typical_latency = median_of(*facts)};
  for (const auto& [same, tranche] : tranches) {
    parity.rows.push_back(row_of(same, tranche));
    parity.parts += parity.rows.back().parts;
  }
  parity.in_log = std::move(worlds[kLog]);
  parity.in_backtest = std::move(worlds[kBacktest]);
  ENSURE(parity.in_log.pnl() - parity.in_backtest.pnl() == parity.parts.sum());
  return parity;
}

}  // namespace tranchet
