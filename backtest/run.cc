#include "backtest/run.h"

#include <memory>

#include "backtest/lane_pair.h"

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

std::expected<DataReport, InputError> report_before(const DataOptions& data,
                                                    const InstrumentListed& rules) {
  auto opened = MarketData::open(data);
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
  auto data = MarketData::open(data_options);
  if (!data) return failed(data.error());
  Block block;
  while (true) {
    const auto more = (*data)->next(block);
    if (!more) return failed(more.error());
    if (!*more) break;
    if (auto taken = lanes.take(block); !taken) return failed(taken.error());
  }
  auto summary = lanes.finish((*data)->report());
  if (!summary) return summary;
  if (log != nullptr) {
    if (auto closed = log->close(); !closed) return failed(closed.error());
  }
  return summary;
}

}  // namespace tranchet
