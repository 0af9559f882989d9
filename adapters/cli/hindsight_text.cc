#include "adapters/cli/hindsight_text.h"

#include <ostream>
#include <sstream>

#include "backtest/report/figures.h"
#include "events/log/json_write.h"

namespace tranchet {
namespace {

std::string price_text(Maybe<Price> price) {
  return price ? to_text(*price) : "-";
}

void append_price(std::string_view name, Maybe<Price> price, std::string& json) {
  json += ",\"" + std::string(name) + "\":" + (price ? "\"" + to_text(*price) + "\"" : "null");
}

}  // namespace

std::string tranche_label(const TrancheRow& row, const Names& names) {
  if (row.tranche_id == TrancheId::None) return "no tranche";
  return std::string(names.symbol(row.key.instrument)) + " " + std::string(to_text(row.key.side)) +
         " " + std::to_string(row.tranche) + " #" +
         std::to_string(static_cast<std::uint64_t>(row.tranche_id));
}

std::string entry_text(const TrancheRow* row) {
  return row == nullptr ? "-" : price_text(row->average_entry);
}

std::string exit_text(const TrancheRow* row) {
  return row == nullptr ? "-" : price_text(row->average_exit);
}

std::string end_text(const TrancheRow* row) {
  if (row == nullptr) return "-";
  switch (row->end) {
    case TrancheEnd::Open:
      return "open";
    case TrancheEnd::Merged:
      return "merged";
    case TrancheEnd::Correction:
      return "correction";
    case TrancheEnd::Exited:
      break;
  }
  return std::string(exit_words(row->exit_reason.value_or(ExitReason::Venue)));
}

void print_decision(std::string_view who, const std::string& lines, std::ostream& out) {
  out << "    " << who << ":\n";
  if (lines.empty()) out << "      nothing\n";
  std::istringstream input(lines);
  for (std::string line; std::getline(input, line);) out << "      " << line << "\n";
}

std::string json_array(const std::string& lines) {
  std::string array;
  std::istringstream input(lines);
  for (std::string line; std::getline(input, line);) array += (array.empty() ? "" : ",") + line;
  return "[" + array + "]";
}

void append_place_json(const TrancheRow& row, const Names& names, std::string& json) {
  json += "\"instrument\":";
  append_json_text(json, names.symbol(row.key.instrument));
  json += ",\"position_side\":\"" + std::string(to_text(row.key.side)) + "\",\"opened\":\"" +
          to_text(row.opened) + "\"";
}

void append_tranche_json(const TrancheRow& row, Money pnl, std::string& json) {
  json += "{\"tranche_id\":" + std::to_string(static_cast<std::uint64_t>(row.tranche_id)) +
          ",\"tranche\":" + std::to_string(row.tranche);
  append_price("average_entry", row.average_entry, json);
  append_price("average_exit", row.average_exit, json);
  json += ",\"quantity\":\"" + to_text(row.quantity) + "\",\"end\":";
  append_json_text(json, end_text(&row));
  json += ",\"realized_pnl\":\"" + to_text(row.realized_pnl) + "\",\"fees\":\"" +
          to_text(row.fees) + "\",\"funding\":\"" + to_text(row.funding) + "\",\"pnl\":\"" +
          to_text(pnl) + "\"}";
}

}  // namespace tranchet
