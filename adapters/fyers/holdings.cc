#include "adapters/fyers/holdings.h"

#include "adapters/port/json.h"

namespace tranchet::fyers {

Call holdings_call() {
  return {.method = HttpMethod::Get,
          .target = "/api/v3/holdings",
          .body = {},
          .cost = {},
          .label = "GET holdings"};
}

Read<std::vector<HoldingRow>> read_holdings(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return std::unexpected("holdings: " + document.error());
  if (!document->is_object()) return std::unexpected("holdings: is no object");
  const Json* rows = document->find("holdings");
  if (rows == nullptr || !rows->is_array()) return std::unexpected("holdings is no list");
  std::vector<HoldingRow> holdings;
  for (const Json& row : rows->items) {
    const std::string where = "holdings row " + std::to_string(holdings.size() + 1) + ": ";
    if (!row.is_object()) return std::unexpected(where + "is no object");
    Fields fields(row, where);
    HoldingRow holding;
    holding.symbol = fields.text("symbol");
    holding.quantity = fields.decimal<Quantity>("quantity");
    const Price average = fields.rounded_or_zero<Price>("costPrice");
    if (average.is_positive()) holding.average = average;
    const Price last = fields.rounded_or_zero<Price>("ltp");
    if (last.is_positive()) holding.last = last;
    if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
    holdings.push_back(std::move(holding));
  }
  return holdings;
}

}  // namespace tranchet::fyers
