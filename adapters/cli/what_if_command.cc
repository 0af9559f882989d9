#include "adapters/cli/what_if_command.h"

#include <algorithm>
#include <map>
#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/hindsight_text.h"
#include "adapters/cli/moment.h"
#include "adapters/cli/text_table.h"
#include "backtest/hindsight/what_if.h"
#include "backtest/report/figures.h"
#include "events/log/json_write.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

using Pair = std::array<const TrancheOutcome*, 2>;

// The same tranche in both, in the order in which they were decided.
std::vector<std::pair<TrancheKey, Pair>> pairs_of(const WhatIf& found) {
  std::map<TrancheKey, Pair> by_key;
  for (const TrancheOutcome& tranche : found.in_log.tranches) by_key[tranche.same][0] = &tranche;
  for (const TrancheOutcome& tranche : found.otherwise.tranches) {
    by_key[tranche.same][1] = &tranche;
  }
  std::vector<std::pair<TrancheKey, Pair>> pairs(by_key.begin(), by_key.end());
  std::ranges::stable_sort(pairs, {}, [](const auto& pair) { return pair.first.source; });
  return pairs;
}

Money pnl_of(const TrancheOutcome* tranche) {
  return tranche == nullptr ? Money() : tranche->pnl();
}

void print_tranches(const WhatIf& found, const Names& names, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"tranche", "opened", "entry", "exit", "reason",
                                                 "pnl", "| entry", "exit", "reason", "pnl",
                                                 "| difference"}};
  for (const auto& [same, pair] : pairs_of(found)) {
    const TrancheRow& any = (pair[0] != nullptr ? pair[0] : pair[1])->row;
    std::vector<std::string>& row = rows.emplace_back();
    row = {tranche_label(any, names), day_and_minute(any.opened)};
    for (const TrancheOutcome* tranche : pair) {
      const TrancheRow* at = tranche == nullptr ? nullptr : &tranche->row;
      row.insert(row.end(), {(tranche == pair[1] && row.size() > 4 ? "| " : "") + entry_text(at),
                             exit_text(at), end_text(at), to_text(pnl_of(tranche))});
    }
    row.push_back("| " + to_text(pnl_of(pair[1]) - pnl_of(pair[0])));
  }
  print_table(rows, "llrrlrrrlrr", out);
}

void print_totals(const WhatIf& found, std::ostream& out) {
  const auto row = [](const char* what, Money in_log, Money otherwise) {
    return std::vector<std::string>{what, to_text(in_log), to_text(otherwise),
                                    to_text(otherwise - in_log)};
  };
  const Outcome &a = found.in_log, &b = found.otherwise;
  print_table({{"", "in the log", "otherwise", "difference"},
               row("realized", a.realized, b.realized),
               row("unrealized", a.unrealized, b.unrealized),
               row("fees", -a.fees, -b.fees),
               row("funding", a.funding, b.funding),
               row("net", a.pnl(), b.pnl())},
              "lrrr", out);
}

void print_text(const WhatIfArguments& arguments, const WhatIf& found, const HindsightSetup& setup,
                const Names& names, std::ostream& out) {
  out << "  log         " << arguments.log << ", " << grouped(found.events) << " events to "
      << to_text(found.last_time) << "\n";
  for (const std::string& change : setup.told) out << "  otherwise   " << change << "\n";
  if (setup.told.empty()) out << "  otherwise   every setting as it was\n";
  if (!found.parting) {
    out << "  simulation  nowhere: every decision is the same\n\n";
  } else {
    out << "  simulation  from sequence " << number(found.parting->sequence) << " on, "
        << to_text(found.parting->time) << ": the first decision that differs\n";
    print_decision("in the log", found.parting->in_log, out);
    print_decision("otherwise", found.parting->otherwise, out);
    out << "\n";
  }
  print_tranches(found, names, out);
  out << "\n";
  print_totals(found, out);
}

void append_outcome(const Outcome& outcome, std::string& json) {
  json += "{\"realized_pnl\":\"" + to_text(outcome.realized) + "\",\"unrealized_pnl\":\"" +
          to_text(outcome.unrealized) + "\",\"fees\":\"" + to_text(outcome.fees) +
          "\",\"funding\":\"" + to_text(outcome.funding) + "\",\"net_pnl\":\"" +
          to_text(outcome.pnl()) + "\"}";
}

void append_side(std::string_view name, const TrancheOutcome* tranche, std::string& json) {
  json += ",\"" + std::string(name) + "\":";
  if (tranche == nullptr) {
    json += "null";
    return;
  }
  append_tranche_json(tranche->row, tranche->pnl(), json);
}

std::string as_json(const WhatIfArguments& arguments, const WhatIf& found,
                    const HindsightSetup& setup, const Names& names) {
  std::string json = "{\"log\":";
  append_json_text(json, arguments.log);
  json += ",\"events\":" + std::to_string(found.events) + ",\"changes\":[";
  for (std::size_t at = 0; at < setup.told.size(); ++at) {
    if (at > 0) json += ",";
    append_json_text(json, setup.told[at]);
  }
  json += "],\"simulation\":";
  if (found.parting) {
    json += "{\"seq\":" + std::to_string(number(found.parting->sequence)) + ",\"time\":\"" +
            to_text(found.parting->time) + "\",\"in_log\":" + json_array(found.parting->in_log) +
            ",\"otherwise\":" + json_array(found.parting->otherwise) + "}";
  } else {
    json += "null";
  }
  json += ",\"tranches\":[";
  bool first = true;
  for (const auto& [same, pair] : pairs_of(found)) {
    json += first ? "\n{" : ",\n{";
    first = false;
    append_place_json((pair[0] != nullptr ? pair[0] : pair[1])->row, names, json);
    append_side("in_log", pair[0], json);
    append_side("otherwise", pair[1], json);
    json += ",\"difference\":\"" + to_text(pnl_of(pair[1]) - pnl_of(pair[0])) + "\"}";
  }
  json += "],\"in_log\":";
  append_outcome(found.in_log, json);
  json += ",\"otherwise\":";
  append_outcome(found.otherwise, json);
  return json + ",\"difference\":\"" + to_text(found.otherwise.pnl() - found.in_log.pnl()) +
         "\"}\n";
}

}  // namespace

int run_what_if_command(const WhatIfArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto refuse = [&](const std::string& why, int status) {
    err << "tranchet: replay: " << why << "\n";
    return status;
  };
  auto log = LogReader::open(arguments.log);
  if (!log) return refuse(log.error().message, exit_status(log.error().kind));
  const auto setup = hindsight_setup(**log, arguments.other);
  if (!setup) return refuse(setup.error(), kBadInput);
  WhatIfOptions options{.changes = setup->changes, .venue = setup->venue};
  if (!arguments.from.empty()) {
    const auto moment = parse_moment(arguments.from);
    if (!moment) {
      return refuse("--from \"" + arguments.from + "\" is neither a sequence nor a time",
                    kBadInput);
    }
    const auto first = first_from(**log, *moment);
    if (!first) return refuse(first.error().message, exit_status(first.error().kind));
    options.from = *first;
  }
  const auto found = what_if(**log, options);
  if (!found) return refuse(found.error().message, exit_status(found.error().kind));
  if (arguments.json) {
    out << as_json(arguments, *found, *setup, (*log)->names());
  } else {
    print_text(arguments, *found, *setup, (*log)->names(), out);
  }
  return kDone;
}

}  // namespace tranchet
