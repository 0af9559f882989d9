#include "backtest/run.h"

#include <memory>
#include <span>

#include "backtest/feed.h"
#include "backtest/tape/tape_data.h"

namespace tranchet {
namespace {

// Reads the whole data once, for what must be known before the first event.
std::expected<DataReport, InputError> survey(const DataOptions& options) {
  auto data = open_data(options);
  if (!data) return std::unexpected(data.error());
  Block block;
  while (true) {
    const auto more = (*data)->next(block);
    if (!more) return std::unexpected(more.error());
    if (!*more) return (*data)->report();
  }
}

std::expected<DataReport, InputError> report_before(const DataOptions& data,
                                                    const InstrumentListed& rules) {
  auto opened = open_data(data);
  if (!opened) return std::unexpected(opened.error());
  DataReport report = (*opened)->report();
  // A capture may hold marks or not; what else must be read first is the decimals.
  const bool is_capture = !report.has_bars && !report.has_trades;
  const bool rules_missing = !rules.tick_size.is_positive() || !rules.step_size.is_positive();
  if (is_capture || rules_missing) return survey(data);
  return report;
}

}  // namespace

std::expected<Summary, BacktestError> run_backtest(const BacktestOptions& options, Names& names) {
  const auto failed = [](auto error) { return std::unexpected(BacktestError(std::move(error))); };
  DataOptions data_options = options.data;
  data_options.instrument = names.instrument(options.data.symbol);
  const auto known = report_before(data_options, options.rules);
  if (!known) return failed(known.error());
  std::unique_ptr<LogWriter> log;
  if (options.log) {
    auto created = LogWriter::create(*options.log, Durability::AtClose);
    if (!created) return failed(created.error());
    log = std::move(*created);
  }
  LanePair lanes(options, *known, names, log.get());
  auto history = History::open(data_options);
  if (!history) return failed(history.error());
  const auto fed = feed(**history, std::span(&lanes, 1), [](std::uint64_t) { return true; });
  if (!fed) return std::unexpected(fed.error());
  auto summary = lanes.finish((*history)->report());
  if (!summary) return summary;
  if (log != nullptr) {
    if (auto closed = log->close(); !closed) return failed(closed.error());
  }
  return summary;
}

}  // namespace tranchet
