#include "backtest/run.h"

#include <algorithm>
#include <memory>

#include "backtest/assumptions.h"
#include "events/settings_text.h"

namespace tranchet {
namespace {

// Reads the whole data once, for what must be known before the first event.
std::expected<DataReport, InputError> survey(const DataOptions& options) {
  auto data = MarketData::open(options);
  if (!data) return std::unexpected(data.error());
  Block block;
  while (true) {
    const auto more = (*data)->next(block);
    if (!more) return std::unexpected(more.error());
    if (!*more) return (*data)->report();
  }
}

// One step of the last decimal that the data uses: 3 decimals are 0.001.
std::int64_t step_of(int decimals) {
  std::int64_t step = kDecimalOne;
  for (int place = 0; place < std::min(decimals, kDecimalPlaces); ++place) step /= 10;
  return step;
}

class Backtest {
 public:
  Backtest(const BacktestOptions& options, Names& names) : options_(options), names_(names) {}

  std::expected<Summary, BacktestError> run();

 private:
  std::expected<void, InputError> prepare();
  void infer_rules(const DataReport& report);
  void settle_marks(bool has_marks);
  std::expected<void, LogError> open_lanes(Timestamp time);
  std::expected<void, LogError> feed(const Block& block);
  void note_prices(const Block& block);
  std::expected<void, BacktestError> read_all(MarketData& data);
  LaneOptions lane_options(BarPath path);
  Summary summarize(const DataReport& report, const AccountResult& account);

  const BacktestOptions& options_;
  Names& names_;
  InstrumentId instrument_{};
  DataOptions data_options_;
  InstrumentListed rules_;
  Settings settings_;
  SimulationParameters simulation_;
  bool bars_ = false;
  bool marks_ = false;
  std::vector<std::string> notes_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<Lane> lane_;        // Of ticks, or pessimistic.
  std::unique_ptr<Lane> optimistic_;  // Of bars.
};

std::expected<void, InputError> Backtest::prepare() {
  instrument_ = names_.instrument(options_.data.symbol);
  data_options_ = options_.data;
  data_options_.instrument = instrument_;
  rules_ = options_.rules;
  rules_.instrument = instrument_;
  rules_.symbol = names_.intern(options_.data.symbol);
  settings_ = options_.settings;
  simulation_ = options_.simulation;

  auto data = MarketData::open(data_options_);
  if (!data) return std::unexpected(data.error());
  DataReport report = (*data)->report();
  // A capture may hold marks or not; what else must be read first is the decimals.
  const bool is_capture = !report.has_bars && !report.has_trades;
  const bool rules_missing = !rules_.tick_size.is_positive() || !rules_.step_size.is_positive();
  if (is_capture || rules_missing) {
    auto surveyed = survey(data_options_);
    if (!surveyed) return std::unexpected(surveyed.error());
    report = std::move(*surveyed);
  }
  bars_ = report.has_bars;
  marks_ = report.has_marks;
  if (rules_missing) infer_rules(report);
  settle_marks(report.has_marks);
  return {};
}

void Backtest::infer_rules(const DataReport& report) {
  if (!rules_.tick_size.is_positive()) {
    rules_.tick_size = Price::from_raw(step_of(report.price_decimals));
    notes_.push_back("tick size " + to_text(rules_.tick_size) +
                     " inferred from the prices of the data");
  }
  if (!rules_.step_size.is_positive()) {
    rules_.step_size = Quantity::from_raw(step_of(report.quantity_decimals));
    notes_.push_back("step size " + to_text(rules_.step_size) +
                     " inferred from the quantities of the data");
  }
}

void Backtest::settle_marks(bool has_marks) {
  simulation_.mark_from_trades = !has_marks;
  if (has_marks) return;
  settings_.set(Setting::MarkSource, InstrumentId::None,
                static_cast<std::int64_t>(MarkSourceChoice::Trade));
  std::string off;
  if (!options_.instant_close_was_set) {
    settings_.set(Setting::InstantTakeProfitEnabled, InstrumentId::None, 0);
    off = "instant close";
  }
  if (!options_.backstop_was_set) {
    settings_.set(Setting::BackstopEnabled, InstrumentId::None, 0);
    off += off.empty() ? "backstop" : " and backstop";
  }
  notes_.push_back("the data has no mark price: every trade price is also the mark");
  if (!off.empty()) notes_.push_back(off + ": off without a mark, unless set");
}

LaneOptions Backtest::lane_options(BarPath path) {
  const bool leads = path == BarPath::Pessimistic;
  LaneOptions lane{
      .opening = {.account = options_.account, .settings = settings_, .instruments = {rules_}},
      .simulation = simulation_,
      .path = path,
      .bars_are_marks = bars_ && marks_,
      .skip = options_.skip,
      .journal = {.log = leads ? log_.get() : nullptr, .durability = Durability::AtClose},
      .rows = leads ? options_.rows : std::vector<Rows*>()};
  if (options_.terms) lane.terms[instrument_] = *options_.terms;
  return lane;
}

std::expected<void, LogError> Backtest::open_lanes(Timestamp time) {
  const auto open = [&](BarPath path) -> std::expected<std::unique_ptr<Lane>, LogError> {
    const LaneOptions options = lane_options(path);
    auto lane = std::make_unique<Lane>(options, names_);
    if (auto opened = lane->open(options.opening, time, names_); !opened) {
      return std::unexpected(opened.error());
    }
    return lane;
  };
  auto lane = open(BarPath::Pessimistic);
  if (!lane) return std::unexpected(lane.error());
  lane_ = std::move(*lane);
  if (!bars_) return {};
  auto optimistic = open(BarPath::Optimistic);
  if (!optimistic) return std::unexpected(optimistic.error());
  optimistic_ = std::move(*optimistic);
  return {};
}

// For the report's chart.
void Backtest::note_prices(const Block& block) {
  if (options_.prices == nullptr) return;
  for (const Bar& bar : block.bars) {
    options_.prices->add(bar.open_time, bar.low, bar.high, bar.close);
  }
  for (const Occurrence& occurrence : block.events) {
    if (const auto* trade = std::get_if<TradePrinted>(&occurrence.body)) {
      options_.prices->add(occurrence.time, trade->price, trade->price, trade->price);
    }
  }
}

std::expected<void, LogError> Backtest::feed(const Block& block) {
  if (lane_ == nullptr) {
    const Timestamp first =
        block.bars.empty() ? block.events.front().time : block.bars.front().open_time;
    if (auto opened = open_lanes(first); !opened) return opened;
  }
  note_prices(block);
  for (const Bar& bar : block.bars) {
    if (auto taken = lane_->take(instrument_, bar); !taken) return taken;
    if (auto taken = optimistic_->take(instrument_, bar); !taken) return taken;
  }
  for (const Occurrence& occurrence : block.events) {
    if (auto taken = lane_->take(occurrence); !taken) return taken;
  }
  return {};
}

std::expected<void, BacktestError> Backtest::read_all(MarketData& data) {
  Block block;
  while (true) {
    const auto more = data.next(block);
    if (!more) return std::unexpected(BacktestError(more.error()));
    if (!*more) return {};
    if (auto fed = feed(block); !fed) return std::unexpected(BacktestError(fed.error()));
  }
}

Summary Backtest::summarize(const DataReport& report, const AccountResult& account) {
  const auto strategy = settings_.get(Setting::Strategy);
  Summary summary;
  summary.instrument = options_.data.symbol;
  summary.strategy = setting_text(info(Setting::Strategy), strategy);
  summary.source = bars_ ? "bars" : "ticks";
  summary.mark_source = marks_ ? "mark prices of the data" : "every trade price is also the mark";
  summary.notes = notes_;
  DataProvenance provenance{.instrument = options_.data.symbol,
                            .format = report.format,
                            .rows = report.rows,
                            .used = report.used,
                            .ignored = report.ignored,
                            .duplicates = report.duplicates,
                            .bad = report.bad,
                            .gaps = report.gap_count};
  for (const auto& path : options_.data.paths) provenance.files.push_back(path.filename().string());
  summary.data.push_back(std::move(provenance));
  summary.assumptions = assumptions_of(simulation_, bars_);
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

std::expected<Summary, BacktestError> Backtest::run() {
  const auto failed = [](auto error) { return std::unexpected(BacktestError(std::move(error))); };
  if (auto prepared = prepare(); !prepared) return failed(prepared.error());
  if (options_.log) {
    auto created = LogWriter::create(*options_.log, Durability::AtClose);
    if (!created) return failed(created.error());
    log_ = std::move(*created);
  }
  auto data = MarketData::open(data_options_);
  if (!data) return failed(data.error());
  if (auto read = read_all(**data); !read) return std::unexpected(read.error());

  const DataReport& report = (*data)->report();
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
  if (log_ != nullptr) {
    if (auto closed = log_->close(); !closed) return failed(closed.error());
  }
  return summary;
}

}  // namespace

std::expected<Summary, BacktestError> run_backtest(const BacktestOptions& options, Names& names) {
  return Backtest(options, names).run();
}

}  // namespace tranchet
