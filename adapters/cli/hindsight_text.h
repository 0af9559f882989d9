// How what-if and parity speak of a tranche, and of what was asked for.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "backtest/report/rows.h"
#include "events/names.h"

namespace tranchet {

std::string tranche_label(const TrancheRow& row, const Names& names);  // "BTCUSDT Long 0 #12"
// "-" where there is no tranche, or nothing to say.
std::string entry_text(const TrancheRow* row);
std::string exit_text(const TrancheRow* row);
std::string end_text(const TrancheRow* row);  // "take profit", "open", "merged"

// Lines of commands under a heading; none: "nothing".
void print_decision(std::string_view who, const std::string& lines, std::ostream& out);
// Lines of JSON as an array.
std::string json_array(const std::string& lines);
// "instrument":..,"position_side":..,"opened":..
void append_place_json(const TrancheRow& row, const Names& names, std::string& json);
void append_tranche_json(const TrancheRow& row, Money pnl, std::string& json);

}  // namespace tranchet
