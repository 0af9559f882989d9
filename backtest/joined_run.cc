#include "backtest/joined_run.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "backtest/assumptions.h"
#include "backtest/data_terms.h"
#include "backtest/joined_history.h"
#include "backtest/market_data/detect.h"
#include "backtest/tape/tape.h"
#include "backtest/tape/tape_data.h"
#include "events/settings_text.h"

namespace tranchet {
namespace {

// What one lane makes of the moments: an event, or the next price of a bar on its own path.
class JoinedLane {
 public:
  JoinedLane(const LaneOptions& options, Names& names, std::size_t sources)
      : lane_(options, names), bars_(sources) {}

  std::expected<void, LogError> take(const JoinedHistory::Moment& moment, InstrumentId instrument,
                                     bool are_marks) {
    if (moment.event != nullptr) return lane_.take(*moment.event);
    std::optional<Lane::BarAtHand>& bar = bars_[moment.source];
    if (moment.point == 0) {
      auto begun = lane_.begin_bar(instrument, *moment.bar, are_marks);
      if (!begun) return std::unexpected(begun.error());
      bar = *begun;
    }
    return lane_.take_point(*bar, moment.point);
  }

  Lane& lane() { return lane_; }

 private:
  Lane lane_;
  std::vector<std::optional<Lane::BarAtHand>> bars_;  // By source.
};

class JoinedRun {
 public:
  JoinedRun(const BacktestOptions& options, Names& names)
      : options_(options),
        names_(names),
        settings_(options.settings),
        simulation_(options.simulation) {
    add_source({options.data, options.rules, options.terms});
    for (const MarketOptions& market : options.beside) add_source(market);
  }

  std::expected<Summary, BacktestError> run() {
    if (auto settled = settle(); !settled) return std::unexpected(settled.error());
    std::vector<DataOptions> data;
    for (const Source& source : sources_) data.push_back(source.data);
    auto history = JoinedHistory::open(data);
    if (!history) return failed(history.error());
    if (options_.log) {
      auto created = LogWriter::create(*options_.log, Durability::AtClose);
      if (!created) return failed(created.error());
      log_ = std::move(*created);
    }
    if (auto played = play(**history); !played) return std::unexpected(played.error());
    auto summary = finish(**history);
    if (!summary || log_ == nullptr) return summary;
    if (auto closed = log_->close(); !closed) return failed(closed.error());
    return summary;
  }

 private:
  struct Source {
    DataOptions data;
    InstrumentListed rules;
    DataReport known;
  };
  // An instrument, with all of its sources.
  struct Market {
    InstrumentListed rules;
    std::optional<VenueTerms> terms;
    std::string symbol;
    DataReport known;  // Decimals and marks, of its sources together.
  };

  template <class Error>
  static std::unexpected<BacktestError> failed(Error error) {
    return std::unexpected(BacktestError(std::move(error)));
  }

  void add_source(const MarketOptions& market) {
    Source source{.data = market.data, .rules = market.rules};
    source.data.instrument = names_.instrument(market.data.symbol);
    if (std::ranges::find(markets_, market.data.symbol, &Market::symbol) == markets_.end()) {
      Market& added = markets_.emplace_back(
          Market{.rules = market.rules, .terms = market.terms, .symbol = market.data.symbol});
      added.rules.instrument = source.data.instrument;
      added.rules.symbol = names_.intern(market.data.symbol);
    }
    sources_.push_back(std::move(source));
  }

  Market& market_of(InstrumentId instrument) {
    return *std::ranges::find_if(
        markets_, [&](const Market& market) { return market.rules.instrument == instrument; });
  }

  // Everything that must be known before the first event.
  std::expected<void, BacktestError> settle() {
    for (Source& source : sources_) {
      auto known = report_before(source.data, source.rules);
      if (!known) return failed(known.error());
      source.known = *known;
      DataReport& all = market_of(source.data.instrument).known;
      all.price_decimals = std::max(all.price_decimals, known->price_decimals);
      all.quantity_decimals = std::max(all.quantity_decimals, known->quantity_decimals);
      all.has_marks |= known->has_marks;
      bars_ |= known->has_bars;
      ticks_ |= !known->has_bars;
    }
    for (Market& market : markets_) {
      std::vector<std::string> notes;
      infer_rules(market.known, market.rules, notes);
      for (const std::string& note : notes) {
        notes_.push_back(markets_.size() == 1 ? note : market.symbol + ": " + note);
      }
    }
    return settle_the_mark();
  }

  std::expected<void, BacktestError> settle_the_mark() {
    const auto without = std::ranges::find(
        markets_, false, [](const Market& market) { return market.known.has_marks; });
    const auto with = std::ranges::find(
        markets_, true, [](const Market& market) { return market.known.has_marks; });
    marks_ = with != markets_.end();
    if (marks_ && without != markets_.end()) {
      return failed(InputError{
          .file = options_.data.paths.front().string(),
          .message = with->symbol + " has mark prices and " + without->symbol +
                     " has none: in one run all have them, or every trade is taken for the mark"});
    }
    settle_marks(options_, marks_, settings_, simulation_, notes_);
    settle_stale_after();
    return {};
  }

  // Bars of a minute have a price every 20 s; a liquidation in between finds it too old otherwise.
  void settle_stale_after() {
    const bool hunts =
        settings_.choice<StrategyName>(Setting::Strategy) == StrategyName::LiquidationHunter;
    const Duration longest = longest_bar();
    if (!hunts || options_.stale_after_was_set ||
        settings_.duration(Setting::StaleAfter) >= longest) {
      return;
    }
    settings_.set(Setting::StaleAfter, InstrumentId::None, longest.count());
    notes_.push_back("stale_after: " + to_text(longest) +
                     ", the length of the bars, unless set: a liquidation meets a price of before");
  }

  Duration longest_bar() const {
    Duration longest;
    for (const Source& source : sources_) {
      if (!source.known.has_bars) continue;
      auto data = open_data(source.data);
      Block block;
      const auto more = data ? (*data)->next(block) : false;
      if (!more || !*more || block.bars.empty()) continue;
      const Bar& bar = block.bars.front();
      longest = std::max(longest, bar.close_time - bar.open_time + Duration::milliseconds(1));
    }
    return longest;
  }

  std::expected<std::unique_ptr<JoinedLane>, BacktestError> open_lane(BarPath path,
                                                                      Timestamp time) {
    const bool leads = path == BarPath::Pessimistic;
    LaneOptions options;
    options.opening.account = options_.account;
    options.opening.settings = settings_;
    options.simulation = simulation_;
    options.path = path;
    options.skip = options_.skip;
    options.journal.durability = Durability::AtClose;
    if (leads) {
      options.journal.log = log_.get();
      options.rows = options_.rows;
    }
    for (const Market& market : markets_) {
      options.opening.instruments.push_back(market.rules);
      if (market.terms) options.terms[market.rules.instrument] = *market.terms;
    }
    auto joined = std::make_unique<JoinedLane>(options, names_, sources_.size());
    if (auto opened = joined->lane().open(options.opening, time, names_); !opened) {
      return failed(opened.error());
    }
    return joined;
  }

  std::expected<void, BacktestError> play(JoinedHistory& history) {
    JoinedHistory::Moment moment;
    while (true) {
      const auto more = history.next(moment);
      if (!more) return failed(more.error());
      if (!*more) return {};
      for (const BarPath path : {BarPath::Pessimistic, BarPath::Optimistic}) {
        if (path == BarPath::Optimistic && !bars_) continue;
        std::unique_ptr<JoinedLane>& lane = path == BarPath::Pessimistic ? lane_ : optimistic_;
        if (lane == nullptr) {
          auto opened = open_lane(path, moment.time);
          if (!opened) return std::unexpected(opened.error());
          lane = std::move(*opened);
        }
        const Source& source = sources_[moment.source];
        auto taken = lane->take(moment, source.data.instrument, source.known.has_marks);
        if (!taken) return failed(taken.error());
      }
      note_price(moment);
    }
  }

  // The chart of the report has one price, so several instruments have none.
  void note_price(const JoinedHistory::Moment& moment) {
    if (options_.prices == nullptr || markets_.size() > 1) return;
    if (moment.bar != nullptr && moment.point == 0 && !sources_[moment.source].known.has_marks) {
      options_.prices->add(moment.time, moment.bar->low, moment.bar->high, moment.bar->close);
    } else if (moment.event != nullptr) {
      const auto* trade = std::get_if<TradePrinted>(&moment.event->body);
      if (trade != nullptr) {
        options_.prices->add(moment.time, trade->price, trade->price, trade->price);
      }
    }
  }

  std::expected<Summary, BacktestError> finish(const JoinedHistory& history) {
    Summary summary;
    for (std::size_t at = 0; at < sources_.size(); ++at) {
      const DataReport& report = history.report(at);
      summary.data.push_back(provenance_of(sources_[at].data, report));
      summary.ticks += report.used;
      if (!summary.first_time || report.first_time < summary.first_time) {
        summary.first_time = report.first_time;
      }
      if (!summary.last_time || report.last_time > summary.last_time) {
        summary.last_time = report.last_time;
      }
    }
    Lane& lane = lane_->lane();
    const auto account = lane.finish(*summary.last_time);
    if (!account) return failed(account.error());
    summary.account = *account;
    describe(summary);
    if (optimistic_ == nullptr) return summary;
    const auto other = optimistic_->lane().finish(*summary.last_time);
    if (!other) return failed(other.error());
    summary.interval = BarInterval{.pessimistic = std::min(account->net_pnl, other->net_pnl),
                                   .optimistic = std::max(account->net_pnl, other->net_pnl)};
    return summary;
  }

  void describe(Summary& summary) {
    const Lane& lane = lane_->lane();
    for (const Market& market : markets_) {
      summary.instrument += (summary.instrument.empty() ? "" : ",") + market.symbol;
    }
    summary.strategy = setting_text(info(Setting::Strategy), settings_.get(Setting::Strategy));
    summary.source = bars_ && ticks_ ? "bars and ticks" : bars_ ? "bars" : "ticks";
    summary.mark_source = mark_source(marks_);
    summary.notes = notes_;
    summary.assumptions = assumptions_of(simulation_, bars_);
    if (simulation_.terms.charges) summary.charges = charges_by_name(lane.charges());
    if (lane.bars_beyond_candles() > 0) summary.notes.push_back(kBarsBeyondCandles);
    summary.settings = settings_lines(settings_, names_);
    summary.events = number(lane.engine().last_sequence());
    summary.ambiguous_bars = lane.ambiguous_bars();
    summary.state_digest = lane.engine().state_digest();
    summary.command_digest = lane.engine().command_digest();
    if (markets_.size() == 1) return;
    std::map<InstrumentId, InstrumentResult> parts;
    for (const InstrumentResult& part : lane.instrument_results()) parts[part.instrument] = part;
    for (const Market& market : markets_) {
      summary.instruments.emplace_back(market.symbol, parts[market.rules.instrument]);
    }
  }

  const BacktestOptions& options_;
  Names& names_;
  Settings settings_;
  SimulationParameters simulation_;
  std::vector<Source> sources_;
  std::vector<Market> markets_;  // In the order of their first sources.
  std::vector<std::string> notes_;
  bool bars_ = false;
  bool ticks_ = false;
  bool marks_ = false;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<JoinedLane> lane_;        // Of ticks, or pessimistic.
  std::unique_ptr<JoinedLane> optimistic_;  // Where there are bars.
};

// The kind that a venue's file name says: "1m" of FILUSDT-1m-2024-04.csv. Empty: it says none.
std::string kind_in_name(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (symbol_in_name(name).empty()) return {};
  const std::size_t first = name.find('-');
  return first == std::string::npos ? std::string()
                                    : name.substr(first, name.find('-', first + 1) - first);
}

// As the content says it.
std::expected<std::string, InputError> kind_of_file(DataOptions data) {
  const std::filesystem::path path = data.paths.front();
  auto opened = open_data(std::move(data));
  if (!opened) return std::unexpected(opened.error());
  const DataReport& report = (*opened)->report();
  if (Tape::is_tape(path)) return "tape " + path.string();  // Is read alone.
  if (report.has_bars) return report.has_marks ? "bars of marks" : "bars";
  if (report.has_trades) return "trades";
  return report.format.substr(0, report.format.find(' '));
}

}  // namespace

std::expected<std::vector<DataOptions>, InputError> apart_by_kind(const DataOptions& data) {
  std::vector<DataOptions> sources;
  std::vector<std::string> kinds;
  const std::string named = kind_in_name(data.paths.front());
  const auto is_like_the_first = [&](const auto& path) { return kind_in_name(path) == named; };
  const bool is_one = data.paths.size() == 1 ||
                      (!named.empty() && std::ranges::all_of(data.paths, is_like_the_first));
  if (is_one) return std::vector{data};
  for (const std::filesystem::path& path : data.paths) {
    DataOptions one = data;
    one.paths = {path};
    const auto kind = kind_of_file(one);
    if (!kind) return std::unexpected(kind.error());
    const auto known = std::ranges::find(kinds, *kind);
    if (known != kinds.end()) {
      sources[static_cast<std::size_t>(known - kinds.begin())].paths.push_back(path);
    } else {
      kinds.push_back(*kind);
      sources.push_back(std::move(one));
    }
  }
  return sources;
}

std::expected<Summary, BacktestError> run_joined(const BacktestOptions& options, Names& names) {
  return JoinedRun(options, names).run();
}

}  // namespace tranchet
