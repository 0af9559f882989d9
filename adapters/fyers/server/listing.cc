#include "adapters/fyers/server/listing.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "adapters/port/json.h"
#include "adapters/venue_server/json_text.h"

namespace tranchet::fyers_venue {
namespace {

struct Known {
  std::string_view symbol;
  std::string_view token;
  std::string_view index_name;
  std::string_view description;
};
// What streams call an index is in no symbol master; clients have this table built in.
constexpr auto kKnown = std::to_array<Known>({
    {"NSE:SBIN-EQ", "3045", "", "STATE BANK OF INDIA"},
    {"NSE:NIFTY50-INDEX", "26000", "Nifty 50", "NIFTY50"},
    {"NSE:NIFTYBANK-INDEX", "26009", "Nifty Bank", "NIFTYBANK"},
    {"NSE:FINNIFTY-INDEX", "26037", "Nifty Fin Service", "FINNIFTY"},
    {"NSE:MIDCPNIFTY-INDEX", "26074", "NIFTY MID SELECT", "MIDCPNIFTY"},
    {"NSE:INDIAVIX-INDEX", "26017", "India VIX", "INDIAVIX"},
    {"BSE:SENSEX-INDEX", "1", "SENSEX", "SENSEX"},
    {"BSE:BANKEX-INDEX", "12", "BANKEX", "BANKEX"},
});

const Known* find_known(std::string_view symbol) {
  const auto* found = std::ranges::find(kKnown, symbol, &Known::symbol);
  return found == kKnown.end() ? nullptr : found;
}

struct Segment {
  std::string_view digits;  // That a fyToken begins with.
  std::string_view stream;
};
constexpr auto kSegments = std::to_array<Segment>({
    {"1010", "nse_cm"},
    {"1011", "nse_fo"},
    {"1012", "cde_fo"},
    {"1020", "nse_com"},
    {"1120", "mcx_fo"},
    {"1210", "bse_cm"},
    {"1211", "bse_fo"},
    {"1212", "bcs_fo"},
});

std::string_view stream_of(std::string_view fy_token) {
  const auto* found = std::ranges::find(kSegments, fy_token.substr(0, 4), &Segment::digits);
  return found == kSegments.end() ? std::string_view() : found->stream;
}

std::string bare_name(const std::string& symbol) {
  const std::size_t colon = symbol.find(':');
  return symbol.substr(colon + 1, symbol.rfind('-') - colon - 1);
}

std::optional<Listing> listing_from(const std::string& symbol, const Json& entry,
                                    std::string& flaw) {
  auto made = make_listing(symbol, 0);
  // What is neither equity nor index is not played here, and takes nothing from the rest.
  if (!made) return std::nullopt;
  Listing listing = std::move(*made);
  Fields fields(entry, "");
  listing.fy_token = std::string(fields.text("fyToken"));
  listing.token = std::string(fields.text("exToken"));
  listing.tick = fields.decimal<Price>("tickSize");
  listing.lot = fields.decimal<Quantity>("minLotSize");
  if (entry.find("qtyFreeze") != nullptr && !fields.text_or("qtyFreeze", "").empty()) {
    listing.freeze = fields.decimal<Quantity>("qtyFreeze");
  }
  listing.description = std::string(fields.text_or("symbolDesc", listing.description));
  listing.upper = fields.price_if_any("upperPrice");
  listing.lower = fields.price_if_any("lowerPrice");
  listing.previous_close = fields.price_if_any("previousClose");
  flaw = fields.flaw();
  if (flaw.empty() && stream_of(listing.fy_token).empty()) flaw = "fyToken is of no segment";
  if (flaw.empty() && !listing.tick.is_positive()) flaw = "tickSize is not above 0";
  if (flaw.empty() && !listing.lot.is_positive()) flaw = "minLotSize is not above 0";
  if (!flaw.empty()) return std::nullopt;
  listing.stream_segment = std::string(stream_of(listing.fy_token));
  return listing;
}

}  // namespace

std::string Listing::short_name() const {
  return symbol.substr(symbol.find(':') + 1);
}

std::string Listing::exchange_symbol() const {
  return bare_name(symbol);
}

int Listing::precision() const {
  int decimals = kDecimalPlaces;
  for (std::int64_t step = tick.raw(); decimals > 2 && step % 10 == 0; step /= 10) --decimals;
  return decimals;
}

std::string Listing::topic(std::string_view kind) const {
  return std::string(kind) + "|" + stream_segment + "|" + (kind == "if" ? index_name : token);
}

std::expected<Listing, std::string> make_listing(const std::string& symbol, std::size_t number) {
  const bool nse = symbol.starts_with("NSE:");
  const std::size_t dash = symbol.rfind('-');
  if ((!nse && !symbol.starts_with("BSE:")) || dash == std::string::npos || dash < 5) {
    return std::unexpected("\"" + symbol +
                           "\" is no symbol of an equity or an index, as NSE:SBIN-EQ or "
                           "NSE:NIFTY50-INDEX");
  }
  const Known* known = find_known(symbol);
  Listing listing;
  listing.symbol = symbol;
  listing.token = known != nullptr ? std::string(known->token) : std::to_string(90'000 + number);
  listing.exchange = nse ? 10 : 12;
  listing.stream_segment = nse ? "nse_cm" : "bse_cm";
  listing.fy_token = (nse ? "1010000000" : "1210000000") + listing.token;
  listing.description = known != nullptr ? std::string(known->description) : bare_name(symbol);
  if (symbol.ends_with("-INDEX")) {
    listing.instrument = 10;
    listing.index_name = known != nullptr ? std::string(known->index_name) : bare_name(symbol);
  }
  return listing;
}

std::expected<std::vector<Listing>, std::string> read_symbol_master(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(file + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const auto document = parse_json(text);
  if (!document) return std::unexpected(file + ": " + document.error());
  if (!document->is_object()) return std::unexpected(file + ": is no symbol master");
  std::vector<Listing> listings;
  for (const auto& [symbol, entry] : document->members) {
    std::string flaw = entry.is_object() ? "" : "is no object";
    if (flaw.empty()) {
      if (auto listing = listing_from(symbol, entry, flaw)) listings.push_back(std::move(*listing));
    }
    if (!flaw.empty()) return std::unexpected(file + ": " + symbol + ": " + flaw);
  }
  return listings;
}

std::string master_entry(const Listing& listing, Price upper, Price lower, Price previous_close) {
  return venue_server::JsonObject()
      .text("fyToken", listing.fy_token)
      .text("isin", "")
      .text("exSymbol", listing.exchange_symbol())
      .text("symDetails", listing.description)
      .text("symTicker", listing.symbol)
      .number("exchange", listing.exchange)
      .number("segment", listing.segment)
      .text("exSymName", listing.exchange_symbol())
      .json("exToken", listing.token)
      .text("exSeries", listing.is_index() ? "" : "EQ")
      .text("optType", "XX")
      .text("underSym", listing.exchange_symbol())
      .text("underFyTok", listing.fy_token)
      .number("exInstType", listing.instrument)
      .decimal_number("minLotSize", listing.lot)
      .decimal_number("tickSize", listing.tick)
      .text("tradingSession", "0915-1530|1815-1915:")
      .text("lastUpdate", "")
      .text("expiryDate", "")
      .json("strikePrice", "-1.0")
      .text("qtyFreeze", listing.freeze.is_positive() ? to_text(listing.freeze) : "")
      .number("tradeStatus", 1)
      .text("currencyCode", "INR")
      .decimal_number("upperPrice", upper)
      .decimal_number("lowerPrice", lower)
      .json("faceValue", "0")
      .json("qtyMultiplier", "1")
      .decimal_number("previousClose", previous_close)
      .number("previousOi", 0)
      .text("asmGsmVal", "")
      .text("exchangeName", listing.exchange_name())
      .text("symbolDesc", listing.description)
      .json("originalExpDate", "null")
      .number("is_mtf_tradable", listing.is_index() ? 0 : 1)
      .json("mtf_margin", listing.is_index() ? "0" : "4.0")
      .text("stream", "W")
      .str();
}

}  // namespace tranchet::fyers_venue
