#include "backtest/lane_pair.h"

#include <algorithm>
#include <utility>

#include "backtest/assumptions.h"
#include "backtest/data_terms.h"
#include "events/settings_text.h"

namespace tranchet {
LanePair::LanePair(const BacktestOptions& options, const DataReport& known, Names& names,
                   LogWriter* log)
    : options_(options),
      names_(names),
      log_(log),
      instrument_(names.instrument(options.data.symbol)),
      rules_(options.rules),
      settings_(options.settings),
      simulation_(options.simulation),
      bars_(known.has_bars),
      marks_(known.has_marks) {
  rules_.instrument = instrument_;
  rules_.symbol = names.intern(options.data.symbol);
  infer_rules(known, rules_, notes_);
  settle_marks(options, marks_, settings_, simulation_, notes_);
}

std::expected<std::unique_ptr<Lane>, LogError> LanePair::open_lane(BarPath path, Timestamp time) {
  const bool leads = path == BarPath::Pessimistic;
  LaneOptions options{
      .opening = {.account = options_.account, .settings = settings_, .instruments = {rules_}},
      .simulation = simulation_,
      .path = path,
      .bars_are_marks = bars_ && marks_,
      .skip = options_.skip,
      .signals = signals_.get(),
      .journal = {.log = leads ? log_ : nullptr, .durability = Durability::AtClose},
      .rows = leads ? options_.rows : std::vector<Rows*>()};
  if (options_.terms) options.terms[instrument_] = *options_.terms;
  auto lane = std::make_unique<Lane>(options, names_);
  if (auto opened = lane->open(options.opening, time, names_); !opened) {
    return std::unexpected(opened.error());
  }
  return lane;
}

std::expected<void, LogError> LanePair::open(Timestamp time) {
  auto lane = open_lane(BarPath::Pessimistic, time);
  if (!lane) return std::unexpected(lane.error());
  lane_ = std::move(*lane);
  if (!bars_) return {};
  auto optimistic = open_lane(BarPath::Optimistic, time);
  if (!optimistic) return std::unexpected(optimistic.error());
  optimistic_ = std::move(*optimistic);
  return {};
}

bool LanePair::jumps_by_signals() const {
  return options_.skip && log_ == nullptr && !bars_ &&
         settings_.choice<StrategyName>(Setting::Strategy) == StrategyName::Dip;
}

namespace {

void note_ticks(const HistoryPiece& piece, PriceSample& prices) {
  const TickBlock& block = *piece.block;
  const ColumnView column = block.prices();
  for (std::uint32_t at = 0; at < block.size(); ++at) {
    // What is not sound ends the run when the lane comes to it.
    const bool starts = at % kStretchTicks == 0;
    if (starts && piece.guard != nullptr && !piece.guard->is_sound(at / kStretchTicks)) return;
    const Price price = Price::from_raw(column[at]);
    prices.add(Timestamp::from_nanoseconds(block.time(at)), price, price, price);
  }
}

// For the report's chart: what is traded, or the bars.
void note_prices(const HistoryPiece& piece, PriceSample& prices) {
  for (const Occurrence& row : piece.rows) {
    const auto* trade = std::get_if<TradePrinted>(&row.body);
    if (trade != nullptr) prices.add(row.time, trade->price, trade->price, trade->price);
  }
  if (!piece.block) return;
  if (piece.block->kind() == BlockKind::Trades) {
    note_ticks(piece, prices);
  } else if (piece.block->kind() == BlockKind::Bars) {
    for (std::uint32_t at = 0; at < piece.block->size(); ++at) {
      const Bar bar = piece.block->bar(at);
      prices.add(bar.open_time, bar.low, bar.high, bar.close);
    }
  }
}

}  // namespace

std::expected<void, LogError> LanePair::take(const HistoryPiece& piece) {
  if (lane_ == nullptr) {
    if (auto opened = open(piece.first_time()); !opened) return opened;
  }
  if (options_.prices != nullptr) note_prices(piece, *options_.prices);
  if (auto taken = lane_->take(instrument_, piece); !taken) return taken;
  if (optimistic_ == nullptr) return {};
  return optimistic_->take(instrument_, piece);
}

Summary LanePair::summarize(const DataReport& report, const AccountResult& account) const {
  const auto strategy = settings_.get(Setting::Strategy);
  Summary summary;
  summary.instrument = options_.data.symbol;
  summary.strategy = setting_text(info(Setting::Strategy), strategy);
  summary.source = bars_ ? "bars" : "ticks";
  summary.mark_source = mark_source(marks_);
  summary.notes = notes_;
  summary.data.push_back(provenance_of(options_.data, report));
  SimulationParameters venue = simulation_;
  if (options_.terms) venue.terms = *options_.terms;
  summary.assumptions = assumptions_of(venue, bars_);
  if (venue.terms.charges) summary.charges = charges_by_name(lane_->charges());
  if (lane_->bars_beyond_candles() > 0) summary.notes.push_back(kBarsBeyondCandles);
  summary.settings = settings_lines(settings_, names_);
  summary.events = number(lane_->engine().last_sequence());
  summary.ticks = bars_ ? report.used : lane_->ticks();
  summary.first_time = report.first_time;
  summary.last_time = report.last_time;
  summary.account = account;
  summary.ambiguous_bars = lane_->ambiguous_bars();
  summary.state_digest = lane_->engine().state_digest();
  summary.command_digest = lane_->engine().command_digest();
  return summary;
}

std::expected<Summary, BacktestError> LanePair::finish(const DataReport& report) {
  const auto failed = [](auto error) { return std::unexpected(BacktestError(std::move(error))); };
  if (lane_ == nullptr) {
    return failed(InputError{.file = options_.data.paths.front().string(),
                             .message = "there is no row of " + options_.data.symbol});
  }
  const auto account = lane_->finish(*report.last_time);
  if (!account) return failed(account.error());
  Summary summary = summarize(report, *account);
  if (optimistic_ != nullptr) {
    const auto other = optimistic_->finish(*report.last_time);
    if (!other) return failed(other.error());
    summary.interval = BarInterval{.pessimistic = std::min(account->net_pnl, other->net_pnl),
                                   .optimistic = std::max(account->net_pnl, other->net_pnl)};
  }
  return summary;
}

}  // namespace tranchet
