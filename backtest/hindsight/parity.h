// Why a live or paper log earned other than a backtest of the same period: the difference split by
// cause, tranche by tranche, to the last decimal.
//
// Each part is the difference between two worlds that one thing sets apart:
//
//   backtest       the market and the signals, with the settings and the latency of the backtest
//   decisions      + the settings of the log, people, streams: what a backtest is not told
//   latency        + requests take as long as they did by the log
//   fill price     + orders that filled in the log, too, fill at the log's prices
//   missed, extra  + what filled in the log, when, and how much: the log's own answers
//   funding        + what the log's account was paid
//   fees           + what the log's fills cost: that is the log
//
// So what follows from a cause is the cause's: a worse entry moves the targets, and the exit that
// differs because of it is in the fill price as well.
#pragma once

#include <expected>
#include <vector>

#include "backtest/hindsight/log_facts.h"
#include "backtest/venue/parameters.h"
#include "replay/shadow.h"

namespace tranchet {

struct ParityOptions {
  std::vector<SettingChange> changes;  // Of the backtest, against the settings of the log.
  SimulationParameters venue;
};

struct ParityParts {
  Money decisions, latency, fill_price, missed_and_extra, fees, funding;

  Money sum() const { return decisions + latency + fill_price + missed_and_extra + fees + funding; }
  ParityParts& operator+=(const ParityParts& other);
  friend bool operator==(const ParityParts&, const ParityParts&) = default;
};

struct ParityRow {
  TrancheKey same;
  std::optional<TrancheRow> in_log;  // Empty: it was never opened there.
  std::optional<TrancheRow> in_backtest;
  Money log_pnl;       // With what is open at the end, at the mark; less fees, with funding.
  Money backtest_pnl;  // log_pnl - backtest_pnl = parts.sum().
  ParityParts parts;
};

struct Parity {
  std::uint64_t events = 0;
  Timestamp last_time;
  Outcome in_log;
  Outcome in_backtest;
  std::vector<ParityRow> rows;  // By instrument, side, and when they were decided.
  ParityParts parts;            // Their sums.
  Duration typical_latency;     // Of the log's requests: the median.
};

// Errors: what the log refuses; Diverged, see facts_of.
std::expected<Parity, LogError> parity_of(LogReader& log, const ParityOptions& options);

}  // namespace tranchet
