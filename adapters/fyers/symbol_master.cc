#include "adapters/fyers/symbol_master.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include "adapters/fyers/data_requests.h"
#include "adapters/port/json.h"

namespace tranchet::fyers {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::int64_t kTrades = 1;

// A price, quantity or nothing: the venue writes "" where there is no freeze quantity.
bool is_given(const Json& row, std::string_view key) {
  const Json* found = row.find(key);
  return found != nullptr && found->kind != Json::Kind::Null && !found->text.empty();
}

std::string read_row(std::string_view symbol, const Json& json, SymbolRow& row) {
  Fields fields(json, "");
  row.symbol = symbol;
  row.fy_token = fields.text("fyToken");
  row.tick_size = fields.rounded_or_zero<Price>("tickSize");
  row.lot = fields.decimal_or_zero<Quantity>("minLotSize");
  if (is_given(json, "qtyFreeze")) row.freeze = fields.decimal_or_zero<Quantity>("qtyFreeze");
  if (is_given(json, "upperPrice")) row.upper = fields.price_if_any("upperPrice");
  if (is_given(json, "lowerPrice")) row.lower = fields.price_if_any("lowerPrice");
  row.trades = fields.integer_or("tradeStatus", kTrades) == kTrades;
  if (!fields.flaw().empty()) return fields.flaw();
  if (row.fy_token.empty()) return "fyToken is empty";
  if (!row.tick_size.is_positive()) return "tickSize is not above 0";
  if (is_index(symbol)) return {};
  if (!row.lot.is_positive() || row.lot.raw() % kDecimalOne != 0) {
    return "minLotSize " + to_text(row.lot) + " is not a whole number above 0";
  }
  return {};
}

}  // namespace

std::expected<SymbolMaster, std::string> read_symbol_master(std::string_view text,
                                                            std::string_view file,
                                                            std::span<const std::string> wanted) {
  const auto fail = [file](std::string why) {
    return std::unexpected(std::string(file) + ": " + std::move(why));
  };
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) || document.get_object().get(object)) {
    return fail("is not a JSON object");
  }
  SymbolMaster rows;
  for (auto each : object) {
    ondemand::field field;
    std::string_view symbol;
    if (std::move(each).get(field) || field.unescaped_key().get(symbol)) {
      return fail("is not JSON behind " + std::to_string(rows.size()) + " of the wanted symbols");
    }
    if (std::ranges::find(wanted, symbol) == wanted.end()) continue;
    const std::string name(symbol);
    ondemand::object row;
    std::string_view raw;
    if (field.value().get_object().get(row) || row.raw_json().get(raw)) {
      return fail(name + " is not an object");
    }
    const auto json = parse_json(raw);
    if (!json) return fail(name + " is " + json.error());
    if (const std::string flaw = read_row(name, *json, rows[name]); !flaw.empty()) {
      return fail(name + ": " + flaw);
    }
  }
  std::string missing;
  for (const std::string& symbol : wanted) {
    if (rows.contains(symbol)) continue;
    missing += (missing.empty() ? "" : ", ") + symbol;
  }
  if (!missing.empty()) {
    return fail("has no symbol " + missing +
                "; the exchange may have renamed or delisted it, or it is in the file of another "
                "segment");
  }
  return rows;
}

std::expected<SymbolMaster, std::string> read_symbol_master(const std::filesystem::path& file,
                                                            std::span<const std::string> wanted) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  if (!in || !(content << in.rdbuf())) {
    return std::unexpected(file.string() + ": cannot be read");
  }
  return read_symbol_master(content.view(), file.string(), wanted);
}

std::string_view segment_of_token(std::string_view fy_token) {
  struct Segment {
    std::string_view prefix;
    std::string_view name;
  };
  static constexpr auto kSegments = std::to_array<Segment>({
      {"1010", "NSE_CM"},
      {"1011", "NSE_FO"},
      {"1012", "NSE_CD"},
      {"1020", "NSE_COM"},
      {"1120", "MCX_COM"},
      {"1210", "BSE_CM"},
      {"1211", "BSE_FO"},
  });
  const auto found = std::ranges::find(kSegments, fy_token.substr(0, 4), &Segment::prefix);
  return found == kSegments.end() ? std::string_view() : found->name;
}

// An order must stay below the freeze quantity: the most is the largest number of lots below it.
InstrumentListed listed(const SymbolRow& row, Names& names) {
  const Quantity lot = row.lot.is_positive() ? row.lot : Quantity::from_raw(kDecimalOne);
  Quantity most;
  if (row.freeze > lot) most = floor_to(row.freeze - Quantity::from_raw(1), lot);
  return {.tick_size = row.tick_size,
          .step_size = lot,
          .min_quantity = lot,
          .max_quantity = most,
          .market_max_quantity = most,
          .symbol = names.intern(row.symbol),
          .instrument = names.instrument(row.symbol)};
}

}  // namespace tranchet::fyers
