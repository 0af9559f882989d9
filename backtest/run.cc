#include "backtest/run.h"

#include <memory>
#include <span>

#include "backtest/data_terms.h"
#include "backtest/feed.h"
#include "backtest/joined_run.h"

namespace tranchet {
std::expected<Summary, BacktestError> run_backtest(const BacktestOptions& options, Names& names) {
  if (!options.beside.empty()) return run_joined(options, names);
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
  const auto source = HistorySource::open(data_options);
  if (!source) return failed(source.error());
  const auto history = source->read(data_options.instrument);
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
