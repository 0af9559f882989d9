#include "backtest/data_terms.h"

#include <algorithm>

#include "backtest/tape/tape.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

// One step of the last decimal that the data uses: 3 decimals are 0.001.
std::int64_t step_of(int decimals) {
  std::int64_t step = kDecimalOne;
  for (int place = 0; place < std::min(decimals, kDecimalPlaces); ++place) step /= 10;
  return step;
}

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

}  // namespace

std::expected<DataReport, InputError> report_before(const DataOptions& data,
                                                    const InstrumentListed& rules) {
  const auto tape = open_tape(data);
  if (!tape) return std::unexpected(tape.error());
  if (*tape != nullptr) return (*tape)->meta().report;  // Of the whole.
  auto opened = MarketData::open(data);
  if (!opened) return std::unexpected(opened.error());
  DataReport report = (*opened)->report();
  const bool is_capture = !report.has_bars && !report.has_trades;
  const bool rules_missing = !rules.tick_size.is_positive() || !rules.step_size.is_positive();
  if (is_capture || rules_missing) return survey(data);
  return report;
}

void infer_rules(const DataReport& known, InstrumentListed& rules,
                 std::vector<std::string>& notes) {
  if (!rules.tick_size.is_positive()) {
    rules.tick_size = Price::from_raw(step_of(known.price_decimals));
    notes.push_back("tick size " + to_text(rules.tick_size) +
                    " inferred from the prices of the data");
  }
  if (!rules.step_size.is_positive()) {
    rules.step_size = Quantity::from_raw(step_of(known.quantity_decimals));
    notes.push_back("step size " + to_text(rules.step_size) +
                    " inferred from the quantities of the data");
  }
}

void settle_marks(const BacktestOptions& options, bool marks, Settings& settings,
                  SimulationParameters& simulation, std::vector<std::string>& notes) {
  simulation.mark_from_trades = !marks;
  if (marks) return;
  settings.set(Setting::MarkSource, InstrumentId::None,
               static_cast<std::int64_t>(MarkSourceChoice::Trade));
  std::string off;
  if (!options.instant_close_was_set) {
    settings.set(Setting::InstantTakeProfitEnabled, InstrumentId::None, 0);
    off = "instant close";
  }
  if (!options.backstop_was_set) {
    settings.set(Setting::BackstopEnabled, InstrumentId::None, 0);
    off += off.empty() ? "backstop" : " and backstop";
  }
  notes.push_back("the data has no mark price: every trade price is also the mark");
  if (!off.empty()) notes.push_back(off + ": off without a mark, unless set");
}

std::string mark_source(bool marks) {
  return marks ? "mark prices of the data" : "every trade price is also the mark";
}

DataProvenance provenance_of(const DataOptions& data, const DataReport& report) {
  DataProvenance provenance{.instrument = data.symbol,
                            .format = report.format,
                            .rows = report.rows,
                            .used = report.used,
                            .ignored = report.ignored,
                            .duplicates = report.duplicates,
                            .bad = report.bad,
                            .gaps = report.gap_count};
  for (const auto& path : data.paths) provenance.files.push_back(path.filename().string());
  return provenance;
}

}  // namespace tranchet
