// exchangeInfo of the Binance family of venues, as downloaded.
#include <simdjson.h>

#include <filesystem>
#include <string>
#include <utility>

#include "backtest/market_data/market_data.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

namespace dom = simdjson::dom;

// Reads decimals that the venue writes as strings or numbers; remembers the first that is wrong.
class FieldReader {
 public:
  explicit FieldReader(std::string symbol) : symbol_(std::move(symbol)) {}

  // 0 when the field is not there.
  std::int64_t decimal(const dom::object& object, std::string_view key, int places) {
    dom::element element;
    if (object[key].get(element)) return 0;
    const std::string text = element.is_string() ? std::string(element.get_string().value_unsafe())
                                                 : simdjson::to_string(element);
    const ParsedDecimal parsed = parse_decimal(text, places);
    if (!parsed.error && parsed.count >= 0) return parsed.count;
    const std::string why(parsed.error ? describe(*parsed.error) : "is negative");
    fail(std::string(key) + " " + in_quotes(text) + " " + why);
    return 0;
  }
  void fail(std::string message) {
    if (fault_.empty()) fault_ = "symbol " + symbol_ + ": " + std::move(message);
  }
  const std::string& fault() const { return fault_; }

 private:
  std::string symbol_;
  std::string fault_;
};

constexpr int kPpmPlaces = 6;

void read_filter(const dom::object& filter, std::string_view type, FieldReader& fields,
                 InstrumentRules& out) {
  const auto quantity = [&](std::string_view key) {
    return Quantity::from_raw(fields.decimal(filter, key, kDecimalPlaces));
  };
  if (type == "PRICE_FILTER") {
    out.rules.tick_size = Price::from_raw(fields.decimal(filter, "tickSize", kDecimalPlaces));
  } else if (type == "LOT_SIZE") {
    out.rules.step_size = quantity("stepSize");
    out.rules.min_quantity = quantity("minQty");
    out.rules.max_quantity = quantity("maxQty");
  } else if (type == "MARKET_LOT_SIZE") {
    out.rules.market_max_quantity = quantity("maxQty");
  } else if (type == "MIN_NOTIONAL") {
    out.rules.min_notional = Money::from_raw(fields.decimal(filter, "notional", kDecimalPlaces));
  } else if (type == "MAX_NUM_ALGO_ORDERS") {
    const std::int64_t limit = fields.decimal(filter, "limit", 0);
    if (limit > 0xFFFF) return fields.fail("limit " + std::to_string(limit) + " is out of range");
    out.rules.max_conditional_orders = static_cast<std::uint16_t>(limit);
  } else if (type == "PERCENT_PRICE") {
    out.multiplier_up = fields.decimal(filter, "multiplierUp", kPpmPlaces);
    out.multiplier_down = fields.decimal(filter, "multiplierDown", kPpmPlaces);
  }
}

// 10^-places, in counts of 1e-8. A venue lists symbols that do not trade yet with the filter's size
// still 0, which means "not restricted": the precision of the field is then the finest step there
// is. Worked: WIFUSDT, PENDING_TRADING, tickSize "0" and pricePrecision 1: tick 0.1.
std::int64_t step_of_precision(const dom::object& symbol, std::string_view key,
                               FieldReader& fields) {
  const std::int64_t places = fields.decimal(symbol, key, 0);
  if (places > kDecimalPlaces) {
    fields.fail(std::string(key) + " " + std::to_string(places) + " is more than 8");
    return 1;
  }
  std::int64_t step = kDecimalOne;
  for (std::int64_t place = 0; place < places; ++place) step /= 10;
  return step;
}

std::expected<InstrumentRules, std::string> read_symbol(const dom::object& symbol) {
  InstrumentRules out;
  std::string_view text;
  if (symbol["symbol"].get(text) || text.empty()) return std::unexpected("a symbol has no name");
  out.symbol = text;
  FieldReader fields(out.symbol);
  if (!symbol["status"].get(text)) out.status = text;
  out.market_take_bound = fields.decimal(symbol, "marketTakeBound", kPpmPlaces);

  dom::array filters;
  if (symbol["filters"].get(filters)) {
    return std::unexpected("symbol " + out.symbol + ": has no filters");
  }
  for (const dom::element element : filters) {
    dom::object filter;
    std::string_view type;
    if (element.get(filter) || filter["filterType"].get(type)) {
      fields.fail("a filter has no filterType");
      break;
    }
    read_filter(filter, type, fields, out);
  }
  if (fields.fault().empty() && !out.rules.tick_size.is_positive()) {
    out.rules.tick_size = Price::from_raw(step_of_precision(symbol, "pricePrecision", fields));
  }
  if (fields.fault().empty() && !out.rules.step_size.is_positive()) {
    out.rules.step_size =
        Quantity::from_raw(step_of_precision(symbol, "quantityPrecision", fields));
  }
  if (!fields.fault().empty()) return std::unexpected(fields.fault());
  return out;
}

}  // namespace

std::expected<ExchangeInfo, std::string> parse_exchange_info(std::string_view text) {
  const simdjson::padded_string padded(text);
  dom::parser parser;
  dom::element document;
  if (const auto error = parser.parse(padded).get(document); error) {
    return std::unexpected(std::string("is not JSON: ") + simdjson::error_message(error));
  }
  dom::array symbols;
  if (document["symbols"].get(symbols)) {
    return std::unexpected("is no exchangeInfo: it has no \"symbols\"");
  }
  ExchangeInfo info;
  for (const dom::element element : symbols) {
    dom::object symbol;
    if (element.get(symbol)) {
      info.flaws.emplace_back("a symbol is not a JSON object");
    } else if (auto rules = read_symbol(symbol)) {
      info.symbols.push_back(std::move(*rules));
    } else {
      info.flaws.push_back(rules.error());
    }
  }
  return info;
}

std::expected<std::vector<InstrumentRules>, InputError> read_exchange_info(
    const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return input_error(name, 0, "there is no such file");
  }
  if (std::filesystem::is_directory(file, failed)) {
    return input_error(name, 0, "is a directory, not a file");
  }
  simdjson::padded_string text;
  if (simdjson::padded_string::load(name).get(text)) return input_error(name, 0, "cannot read it");
  auto info = parse_exchange_info(text);
  if (!info) return input_error(name, 0, info.error());
  if (!info->flaws.empty()) return input_error(name, 0, info->flaws.front());
  return std::move(info->symbols);
}

}  // namespace tranchet
