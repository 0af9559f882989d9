// What data decides about a run: the rules of its instrument where nobody gave them, and what is
// the mark.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "backtest/run.h"

namespace tranchet {

// What must be known of a data set before its first row. Reads all of it once if that takes
// reading: the decimals, where rules are missing, and whether a capture holds marks.
std::expected<DataReport, InputError> report_before(const DataOptions& data,
                                                    const InstrumentListed& rules);

// A tick_size or step_size of 0 becomes one step of the data's last decimal, with a note.
void infer_rules(const DataReport& known, InstrumentListed& rules, std::vector<std::string>& notes);

// Data without marks: every trade is one, and what the mark sets off is off, unless it was set.
void settle_marks(const BacktestOptions& options, bool marks, Settings& settings,
                  SimulationParameters& simulation, std::vector<std::string>& notes);
std::string mark_source(bool marks);

DataProvenance provenance_of(const DataOptions& data, const DataReport& report);

}  // namespace tranchet
