// The bot's settings as a configuration of ours: what each key becomes, and why some become
// nothing.
//
// Its collateral figures become notional, times leverage. Where it says nothing, its code's
// defaults hold, not ours, so that the same settings decide the same. What cannot be read is
// refused by name, and the instrument gets no entries until a person has looked at it; its
// positions are protected.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/legacy/bot_settings.h"
#include "backtest/market_data/market_data.h"

namespace tranchet::legacy {

struct MappedKey {
  std::string from;      // "symbols.BTCUSDT.take_profit_pct = 1"
  std::string to;        // "instrument.BTCUSDT.take_profit_pct = 1"
  std::string how = {};  // "times leverage 10"; "": as it is.
};
struct UnmappedKey {
  std::uint64_t line = 0;
  std::string from;
  std::string why;  // The end of a sentence that begins with the key.
};

struct ConfigurationMapping {
  std::vector<MappedKey> mapped;
  std::vector<UnmappedKey> unneeded;      // Nothing is lost without them.
  std::vector<UnmappedKey> refused;       // Somebody must look at them.
  std::vector<std::string> remarks;       // About the whole.
  std::vector<std::string> symbols;       // With a table of their own.
  std::set<std::string> without_entries;  // Of those, or of all where `entries_allowed` is false.
  bool entries_allowed = true;
  std::string toml;  // Complete; loads as it is.
};

struct MappingPlaces {
  std::string log;   // Folder of the event log.
  std::string keys;  // File of the venue's keys.
  std::string rest;  // "": as by default, and so on.
  std::string stream;
  std::string certificates;
  std::uint8_t account = 1;
};

// `rules`: what the venue lists; null where it could not be asked.
ConfigurationMapping map_configuration(const BotSettings& settings, const MappingPlaces& places,
                                       const ExchangeInfo* rules);

}  // namespace tranchet::legacy
