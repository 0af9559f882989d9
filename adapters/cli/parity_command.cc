#include "adapters/cli/parity_command.h"

#include <algorithm>
#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/hindsight_text.h"
#include "adapters/cli/text_table.h"
#include "backtest/hindsight/parity.h"
#include "backtest/report/figures.h"
#include "events/log/json_write.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

struct Part {
  std::string_view name;  // In JSON.
  std::string_view heading;
  Money ParityParts::*money;
};
constexpr Part kParts[] = {
    {"decisions", "decisions", &ParityParts::decisions},
    {"latency", "latency", &ParityParts::latency},
    {"fill_price", "fill price", &ParityParts::fill_price},
    {"missed_and_extra", "missed, extra", &ParityParts::missed_and_extra},
    {"fees", "fees", &ParityParts::fees},
    {"funding", "funding", &ParityParts::funding},
};

const TrancheRow& any_of(const ParityRow& row) {
  return row.in_log ? *row.in_log : *row.in_backtest;
}

// Neither the first nor the last world may have it: one between, such as before the latency.
bool has_place(const ParityRow& row) {
  return row.in_log || row.in_backtest;
}

const TrancheRow* pointer_to(const std::optional<TrancheRow>& row) {
  return row ? &*row : nullptr;
}

std::vector<const ParityRow*> in_order(const Parity& parity) {
  std::vector<const ParityRow*> rows;
  for (const ParityRow& row : parity.rows) rows.push_back(&row);
  std::ranges::stable_sort(rows, {}, [](const ParityRow* row) { return row->same.source; });
  return rows;
}

std::vector<std::string> cells(const ParityParts& parts, Money in_log, Money in_backtest) {
  std::vector<std::string> cells = {to_text(in_log), to_text(in_backtest),
                                    to_text(in_log - in_backtest)};
  for (const Part& part : kParts) cells.push_back(to_text(parts.*part.money));
  return cells;
}

void print_text(const ParityArguments& arguments, const Parity& parity, const HindsightSetup& setup,
                const Names& names, std::ostream& out) {
  out << "  log       " << arguments.log << ", " << grouped(parity.events) << " events to "
      << to_text(parity.last_time) << "\n  backtest  of the same period, latency "
      << setup.venue.latency.count() / 1'000'000 << " ms (in the log typically "
      << parity.typical_latency.count() / 1'000'000 << " ms)\n";
  for (const std::string& change : setup.told) out << "  setting   " << change << "\n";
  out << "\n";
  std::vector<std::vector<std::string>> rows = {
      {"tranche", "ended", "backtest", "log", "backtest", "difference"}};
  for (const Part& part : kParts) rows[0].emplace_back(part.heading);
  const auto add = [&](std::vector<std::string> row, const std::vector<std::string>& more) {
    row.insert(row.end(), more.begin(), more.end());
    rows.push_back(std::move(row));
  };
  for (const ParityRow* row : in_order(parity)) {
    add({has_place(*row) ? tranche_label(any_of(*row), names) : "only between",
         end_text(pointer_to(row->in_log)), end_text(pointer_to(row->in_backtest))},
        cells(row->parts, row->log_pnl, row->backtest_pnl));
  }
  add({"all", "", ""}, cells(parity.parts, parity.in_log.pnl(), parity.in_backtest.pnl()));
  print_table(rows, "lllrrrrrrrrr", out);
  out << "\n  what a part holds: backtest/hindsight/parity.h; log less backtest is their sum\n";
}

void append_parts(const ParityParts& parts, Money in_log, Money in_backtest, std::string& json) {
  json += "\"log_pnl\":\"" + to_text(in_log) + "\",\"backtest_pnl\":\"" + to_text(in_backtest) +
          "\",\"difference\":\"" + to_text(in_log - in_backtest) + "\",\"parts\":{";
  bool first = true;
  for (const Part& part : kParts) {
    json += (first ? "\"" : ",\"") + std::string(part.name) + "\":\"" + to_text(parts.*part.money) +
            "\"";
    first = false;
  }
  json += "}";
}

void append_side(std::string_view name, const std::optional<TrancheRow>& row, Money pnl,
                 std::string& json) {
  json += "\"" + std::string(name) + "\":";
  if (row) append_tranche_json(*row, pnl, json);
  if (!row) json += "null";
  json += ",";
}

std::string as_json(const ParityArguments& arguments, const Parity& parity,
                    const HindsightSetup& setup, const Names& names) {
  std::string json = "{\"log\":";
  append_json_text(json, arguments.log);
  json += ",\"events\":" + std::to_string(parity.events) + ",\"last_time\":\"" +
          to_text(parity.last_time) +
          "\",\"latency_ns\":" + std::to_string(setup.venue.latency.count()) +
          ",\"typical_latency_ns\":" + std::to_string(parity.typical_latency.count()) +
          ",\"tranches\":[";
  bool first = true;
  for (const ParityRow* row : in_order(parity)) {
    json += first ? "\n{" : ",\n{";
    first = false;
    if (has_place(*row)) {
      append_place_json(any_of(*row), names, json);
      json += ",";
    }
    append_side("in_log", row->in_log, row->log_pnl, json);
    append_side("in_backtest", row->in_backtest, row->backtest_pnl, json);
    append_parts(row->parts, row->log_pnl, row->backtest_pnl, json);
    json += "}";
  }
  json += "],";
  append_parts(parity.parts, parity.in_log.pnl(), parity.in_backtest.pnl(), json);
  return json + "}\n";
}

}  // namespace

int run_parity_command(const ParityArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto refuse = [&](const std::string& why, int status) {
    err << "tranchet: parity: " << why << "\n";
    return status;
  };
  if (auto sound = check_in_child(arguments.log, CheckDepth::Records); !sound) {
    return refuse(sound.error().message, exit_status(sound.error().kind));
  }
  auto log = LogReader::open(arguments.log);
  if (!log) return refuse(log.error().message, exit_status(log.error().kind));
  const auto setup = hindsight_setup(**log, arguments.backtest);
  if (!setup) return refuse(setup.error(), kBadInput);
  const auto parity = parity_of(**log, {.changes = setup->changes, .venue = setup->venue});
  if (!parity) return refuse(parity.error().message, exit_status(parity.error().kind));
  if (arguments.json) {
    out << as_json(arguments, *parity, *setup, (*log)->names());
  } else {
    print_text(arguments, *parity, *setup, (*log)->names(), out);
  }
  return kDone;
}

}  // namespace tranchet
