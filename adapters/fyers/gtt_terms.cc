#include "adapters/fyers/gtt_terms.h"

#include "adapters/port/json.h"
#include "events/ids.h"

namespace tranchet::fyers {
namespace {

std::string leg_text(std::string_view name, const std::optional<GttLeg>& leg) {
  return leg ? " " + std::string(name) + " " + to_text(leg->trigger) : std::string();
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string written_leg(std::string_view name, const std::optional<GttLeg>& leg) {
  if (!leg) return {};
  return "," + in_quotes(std::string(name) + "_trigger") + ":" + to_text(leg->trigger) + "," +
         in_quotes(std::string(name) + "_limit") + ":" + to_text(leg->limit);
}

std::optional<GttLeg> read_leg(Fields& fields, const std::string& name) {
  const Maybe<Price> trigger = fields.price_if_any(name + "_trigger");
  const Maybe<Price> limit = fields.price_if_any(name + "_limit");
  if (trigger.has_value() != limit.has_value()) {
    fields.fail(name + "_trigger", "and " + name + "_limit go together");
  }
  if (!trigger || !limit) return std::nullopt;
  return GttLeg{.trigger = *trigger, .limit = *limit};
}

Read<GttRecord> read_record(std::string_view line, const std::string& where) {
  const auto json = parse_json(line);
  if (!json) return std::unexpected(where + json.error());
  if (!json->is_object()) return std::unexpected(where + "is no object");
  Fields fields(*json, where);
  GttRecord record;
  GttTerms& terms = record.terms;
  terms.symbol = fields.text("symbol");
  if (!is_plain_id(terms.symbol)) fields.fail("symbol", "\"" + terms.symbol + "\" is none");
  const std::string word(fields.text("product"));
  if (const auto known = product(word)) {
    terms.product = *known;
  } else {
    fields.fail("product", "\"" + word + "\" is none");
  }
  const std::int64_t side = fields.integer("side");
  if (const auto known = side_of(side)) {
    terms.side = *known;
  } else {
    fields.fail("side", std::to_string(side) + " is neither 1 nor -1");
  }
  terms.quantity = fields.decimal<Quantity>("qty");
  terms.above = read_leg(fields, "above");
  terms.below = read_leg(fields, "below");
  record.id = fields.text_or("id", "");
  if (!record.id.empty() && !is_plain_id(record.id)) {
    fields.fail("id", "\"" + record.id + "\" is none");
  }
  if (!terms.quantity.is_positive()) fields.fail("qty", "is not above 0");
  if (!terms.above && !terms.below) fields.fail("above_trigger", "and below_trigger are missing");
  if (!fields.flaw().empty()) return std::unexpected(fields.flaw());
  return record;
}

bool has_trigger(const std::optional<GttLeg>& some, const std::optional<GttLeg>& other) {
  if (!some || !other) return some.has_value() == other.has_value();
  return some->trigger == other->trigger;
}

}  // namespace

std::string to_text(const GttTerms& terms) {
  return std::string(terms.side == Side::Buy ? "buy " : "sell ") + to_text(terms.quantity) + " " +
         terms.symbol + " " + std::string(to_text(terms.product)) + leg_text("above", terms.above) +
         leg_text("below", terms.below);
}

bool protects_alike(const GttTerms& some, const GttTerms& others) {
  return some.symbol == others.symbol && some.product == others.product &&
         some.side == others.side && some.quantity == others.quantity &&
         has_trigger(some.above, others.above) && has_trigger(some.below, others.below);
}

bool is_row_of(const GttRow& row, const GttTerms& terms) {
  const bool is_oco = terms.above && terms.below;
  const GttLeg& first = terms.above ? *terms.above : *terms.below;
  return row.symbol == terms.symbol && row.product == to_text(terms.product) &&
         row.side == terms.side && row.quantity == terms.quantity && row.is_oco == is_oco &&
         row.trigger == Maybe<Price>(first.trigger) &&
         (!is_oco || row.second_trigger == Maybe<Price>(terms.below->trigger));
}

// The book has the public numbers, or those of the broker's system: nowhere is it written which.
// One that is neither says nothing, and the order stands.
bool has_ended(const GttRow& row) {
  auto status = order_status(row.status);
  if (!status) status = order_status_of_oms(row.status);
  return status && is_final(*status);
}

bool is_triggered_leg(const OrderRow& row, const GttTerms& terms) {
  const auto has_limit = [&row](const std::optional<GttLeg>& leg) {
    return leg && row.limit_price == Maybe<Price>(leg->limit);
  };
  // The engine's own have a tag of its making; which one the venue gives, if any, is not known.
  return !is_final(row.status) && !parse_order_id(row.tag) && row.symbol == terms.symbol &&
         row.product == to_text(terms.product) && row.side == terms.side &&
         row.quantity == terms.quantity && (has_limit(terms.above) || has_limit(terms.below));
}

std::string written_records(std::span<const GttRecord> records) {
  std::string text;
  for (const auto& [terms, id] : records) {
    text += "{\"symbol\":" + in_quotes(terms.symbol) +
            ",\"product\":" + in_quotes(to_text(terms.product)) +
            ",\"side\":" + (terms.side == Side::Buy ? "1" : "-1") +
            ",\"qty\":" + to_text(terms.quantity) + written_leg("above", terms.above) +
            written_leg("below", terms.below);
    if (!id.empty()) text += ",\"id\":" + in_quotes(id);
    text += "}\n";
  }
  return text;
}

Read<std::vector<GttRecord>> read_records(std::string_view text) {
  std::vector<GttRecord> records;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    auto record = read_record(line, "line " + std::to_string(number) + ": ");
    if (!record) return std::unexpected(std::move(record.error()));
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace tranchet::fyers
