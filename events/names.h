// The texts a run refers to by number: symbols, build names, reasons, textual trade ids.
//
// A log holds each text once, before the first event that uses it, so a number means the same text
// wherever the log is read.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.h"

namespace tranchet {

class Names {
 public:
  // The number of `text`, a new one if it was not seen before. Empty text: TextId::None.
  TextId intern(std::string_view text);
  std::string_view text(TextId id) const;  // "" for None.
  std::size_t size() const { return texts_.size(); }

  // The number of a symbol, a new one if it was not seen before.
  InstrumentId instrument(std::string_view symbol);
  InstrumentId find_instrument(std::string_view symbol) const;  // None: never seen.
  std::string_view symbol(InstrumentId id) const;               // "" for None.
  std::size_t instruments() const { return symbols_.size(); }

  // A venue's trade id: its number where the text is one without a leading zero, else interned.
  TradeId trade(std::string_view text);
  std::string trade_text(TradeId id) const;

 private:
  std::map<std::string, TextId, std::less<>> ids_;
  std::vector<std::string> texts_;
  std::map<std::string, InstrumentId, std::less<>> instrument_ids_;
  std::vector<std::string> symbols_;
};

}  // namespace tranchet
