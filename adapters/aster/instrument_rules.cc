#include "adapters/aster/instrument_rules.h"

#include <algorithm>

#include "events/event_check.h"

namespace tranchet::aster {
namespace {

bool same_rules(const InstrumentListed& a, const InstrumentListed& b) {
  return a.tick_size == b.tick_size && a.step_size == b.step_size &&
         a.min_quantity == b.min_quantity && a.max_quantity == b.max_quantity &&
         a.market_max_quantity == b.market_max_quantity && a.min_notional == b.min_notional &&
         a.max_conditional_orders == b.max_conditional_orders;
}

bool is_trading(const InstrumentRules& row) {
  return row.status.empty() || row.status == "TRADING";
}

EventBody entries_allowed(InstrumentId instrument, bool allowed) {
  return ConfigChanged{
      .setting = Setting::EntriesAllowed, .instrument = instrument, .value = allowed ? 1 : 0};
}

}  // namespace

InstrumentRulesBook::InstrumentRulesBook(const std::vector<InstrumentListed>& listed, Names& names)
    : names_(names) {
  for (const InstrumentListed& rules : listed) {
    known_[rules.instrument] = {.rules = rules};
  }
}

void InstrumentRulesBook::compare(const InstrumentRules& row, Known& known, Change& change) {
  InstrumentListed rules = row.rules;
  rules.instrument = known.rules.instrument;
  rules.symbol = known.rules.symbol;
  if (!same_rules(rules, known.rules)) {
    known.rules = rules;
    change.events.emplace_back(rules);
  }
  const bool trades = is_trading(row);
  if (trades == known.trades) return;
  known.trades = trades;
  change.events.push_back(entries_allowed(rules.instrument, trades));
  change.faults.push_back(
      row.symbol + " is " + row.status +
      (trades ? ": entries are allowed again" : ": no more entries; what is held stays protected"));
}

InstrumentRulesBook::Change InstrumentRulesBook::take(ExchangeInfo info) {
  Change change;
  for (const std::string& flaw : info.flaws) {
    change.faults.push_back("exchangeInfo: " + flaw + "; its rules stay as they were");
  }
  venue_.clear();
  for (InstrumentRules& row : info.symbols) {
    if (const std::string flaw = flaw_in(row.rules); !flaw.empty()) {
      change.faults.push_back("exchangeInfo: symbol " + row.symbol + ": " + flaw);
      continue;
    }
    const InstrumentId id = names_.find_instrument(row.symbol);
    const auto known = known_.find(id);
    if (id != InstrumentId::None && known != known_.end()) compare(row, known->second, change);
    venue_.insert_or_assign(row.symbol, std::move(row));
  }
  for (auto& [id, known] : known_) {
    const std::string symbol(names_.symbol(id));
    const bool has_flaw = std::ranges::any_of(
        info.flaws, [&](const std::string& flaw) { return flaw.find(symbol) != flaw.npos; });
    if (venue_.contains(symbol) || has_flaw || !known.trades) continue;
    known.trades = false;
    change.events.push_back(entries_allowed(id, false));
    change.faults.push_back(symbol + " is not listed any more: no more entries");
  }
  knows_venue_ = true;
  return change;
}

InstrumentId InstrumentRulesBook::instrument_of(std::string_view symbol,
                                                std::vector<EventBody>& out) {
  const InstrumentId id = names_.find_instrument(symbol);
  if (id != InstrumentId::None && known_.contains(id)) return id;
  const auto row = venue_.find(symbol);
  if (row == venue_.end()) return InstrumentId::None;
  InstrumentListed rules = row->second.rules;
  rules.symbol = names_.intern(symbol);
  rules.instrument = names_.instrument(symbol);
  const bool trades = is_trading(row->second);
  known_[rules.instrument] = {.rules = rules, .trades = trades};
  out.emplace_back(rules);
  if (!trades) out.push_back(entries_allowed(rules.instrument, false));
  return rules.instrument;
}

}  // namespace tranchet::aster
