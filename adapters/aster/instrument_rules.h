// The rules of each instrument as the log has them, and what the venue says they are now.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/market_data/market_data.h"
#include "events/event.h"
#include "events/names.h"

namespace tranchet::aster {

class InstrumentRulesBook {
 public:
  InstrumentRulesBook(const std::vector<InstrumentListed>& listed, Names& names);

  // What the venue's list changes: new rules of instruments that the log has, entries that end
  // where a symbol is not TRADING any more and begin again where it is, and a text for people.
  struct Change {
    std::vector<EventBody> events;
    std::vector<std::string> faults;
  };
  Change take(ExchangeInfo info);

  // The instrument of a symbol, which is listed by an event in `out` if the log does not have it.
  // None: the venue does not list it either, as far as is known.
  InstrumentId instrument_of(std::string_view symbol, std::vector<EventBody>& out);
  bool knows_venue() const { return knows_venue_; }

 private:
  struct Known {
    InstrumentListed rules;
    bool trades = true;
  };
  void compare(const InstrumentRules& row, Known& known, Change& change);

  Names& names_;
  std::map<InstrumentId, Known> known_;
  std::map<std::string, InstrumentRules, std::less<>> venue_;
  bool knows_venue_ = false;
};

}  // namespace tranchet::aster
