// The venue's symbol master: what a symbol is and by what rules it trades. A file a segment and
// day, public: https://public.fyers.in/sym_details/NSE_CM_sym_master.json.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "events/event.h"
#include "events/names.h"

namespace tranchet::fyers {

struct SymbolRow {
  std::string symbol;    // "NSE:SBIN-EQ"
  std::string fy_token;  // "10100000003045"
  Price tick_size;
  Quantity lot;        // The smallest quantity, and its step.
  Quantity freeze;     // No order may reach it; 0: none.
  Maybe<Price> upper;  // Circuit limits of the day.
  Maybe<Price> lower;
  bool trades = true;  // tradeStatus 1.
};

using SymbolMaster = std::map<std::string, SymbolRow, std::less<>>;

// Of a file only the wanted symbols: it has up to a hundred thousand. The error names the file and
// the symbol: one that is not there, a row without a tick size.
std::expected<SymbolMaster, std::string> read_symbol_master(std::string_view text,
                                                            std::string_view file,
                                                            std::span<const std::string> wanted);
std::expected<SymbolMaster, std::string> read_symbol_master(const std::filesystem::path& file,
                                                            std::span<const std::string> wanted);

// "NSE_CM" for "NSE:SBIN-EQ", "NSE_FO" for a future or option, "NSE_CM" for an index, "MCX_COM",
// ... By the token's first digits where there is one. Empty: not known.
std::string_view segment_of_token(std::string_view fy_token);

// The rules as the log has them. An index has no lot: it is priced, not traded.
InstrumentListed listed(const SymbolRow& row, Names& names);

}  // namespace tranchet::fyers
