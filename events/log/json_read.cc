#include "events/log/json_read.h"

#include <algorithm>

#include "events/settings.h"

namespace tranchet {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

const SettingInfo* find_instrument_setting(std::string_view name) {
  for (const SettingInfo& setting : all_settings()) {
    if (setting.per_instrument && setting.name == name) return &setting;
  }
  return nullptr;
}

}  // namespace

const JsonField* FieldReader::take(std::string_view name) {
  for (JsonField& field : fields_) {
    if (!field.taken && field.name == name) {
      field.taken = true;
      return &field;
    }
  }
  return nullptr;
}

const JsonField* FieldReader::need(std::string_view name) {
  const JsonField* field = take(name);
  if (field == nullptr) fail(std::string(type_) + " needs " + std::string(name));
  return field;
}

JsonField* FieldReader::take_next() {
  for (JsonField& field : fields_) {
    if (field.taken) continue;
    field.taken = true;
    return &field;
  }
  return nullptr;
}

bool FieldReader::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [name](const JsonField& field) { return field.name == name; });
}

std::size_t FieldReader::left() const {
  const auto is_left = [](const JsonField& field) { return !field.taken; };
  return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), is_left));
}

void FieldReader::fail(std::string error) {
  if (error_.empty()) error_ = std::move(error);
}

void FieldReader::fail(const JsonField& field, std::string_view what) {
  fail(std::string(field.name) + " " + quoted(field.text) + " " + std::string(what));
}

std::string FieldReader::finish() {
  const JsonField* left = take_next();
  if (left != nullptr) {
    const auto same_name = [&](const JsonField& field) { return field.name == left->name; };
    fail(std::count_if(fields_.begin(), fields_.end(), same_name) > 1
             ? quoted(left->name) + " is there twice"
             : quoted(left->name) + " is not a field of " + std::string(type_));
  }
  return error_;
}

bool FieldReader::is_scalar(const JsonField& field) {
  if (field.kind == JsonKind::Text || field.kind == JsonKind::Number) return true;
  fail(field, "is neither a text nor a number");
  return false;
}

bool FieldReader::is_text(const JsonField& field) {
  if (field.kind == JsonKind::Text) return true;
  fail(field, "is not a text");
  return false;
}

std::optional<std::int64_t> FieldReader::decimal(const JsonField& field, Range range) {
  if (!is_scalar(field)) return std::nullopt;
  const ParsedDecimal parsed = parse_decimal(field.text);
  if (parsed.error) {
    fail(field, describe(*parsed.error));
  } else if (range == Range::Positive && parsed.count <= 0) {
    fail(field, "is not above 0");
  } else if (range == Range::NotNegative && parsed.count < 0) {
    fail(field, "is below 0");
  } else {
    return parsed.count;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FieldReader::whole(const JsonField& field, std::uint64_t max) {
  if (!is_scalar(field)) return std::nullopt;
  std::uint64_t value = 0;
  bool fits = !field.text.empty();
  for (const char c : field.text) {
    if (c < '0' || c > '9') {
      fail(field, "is not a whole number");
      return std::nullopt;
    }
    const auto digit = static_cast<std::uint64_t>(c - '0');
    fits = fits && value <= (max - digit) / 10;
    if (fits) value = value * 10 + digit;
  }
  if (fits) return value;
  fail(field, field.text.empty() ? "is not a whole number" : "is above " + std::to_string(max));
  return std::nullopt;
}

void FieldReader::read(const JsonField& field, bool& value, Range) {
  if (field.kind != JsonKind::Bool) return fail(field, "is neither true nor false");
  value = field.text == "true";
}

void FieldReader::read(const JsonField& field, InstrumentId& value, Range) {
  if (!is_text(field)) return;
  if (field.text.empty()) return fail(field, "is not a symbol");
  value = names_.find_instrument(field.text);
  if (value != InstrumentId::None) return;
  if (names_.instruments() >= std::numeric_limits<std::uint16_t>::max()) {
    return fail(field, "is one instrument too many: a run has at most 65535");
  }
  value = names_.instrument(field.text);
}

void FieldReader::read(const JsonField& field, TextId& value, Range) {
  if (is_text(field)) value = names_.intern(field.text);
}

void FieldReader::read(const JsonField& field, TradeId& value, Range) {
  if (!is_scalar(field)) return;
  if (field.text.empty()) return fail(field, "is empty");
  value = names_.trade(field.text);
}

void FieldReader::read(const JsonField& field, OrderId& value, Range) {
  if (!is_text(field)) return;
  value = OrderId::None;
  if (field.text.empty()) return;
  const auto parsed = parse_order_id(field.text);
  if (!parsed) return fail(field, "is not an order id such as T1S4N0A0");
  value = *parsed;
}

void FieldReader::read(const JsonField& field, TimerId& value, Range) {
  if (!is_text(field)) return;
  const auto parsed = parse_timer_id(field.text);
  if (!parsed) return fail(field, "is not a timer such as stop_retry:3");
  value = *parsed;
}

void FieldReader::read(const JsonField& field, Timestamp& value, Range) {
  if (!is_text(field)) return;
  const auto parsed = parse_time(field.text);
  if (!parsed) return fail(field, "is not a time such as 2026-01-01T00:00:00Z");
  value = *parsed;
}

void FieldReader::read(const JsonField& field, Sequence& value, Range) {
  const auto parsed = whole(field, std::numeric_limits<std::uint64_t>::max() - 1);
  if (!parsed) return;
  if (*parsed == 0) return fail(field, "is not above 0");
  value = Sequence{*parsed};
}

void FieldReader::digest(std::string_view name, std::uint64_t& value) {
  const JsonField* field = need(name);
  if (field == nullptr || !is_text(*field)) return;
  std::uint64_t digest = 0;
  bool valid = field->text.size() == 16;
  for (const char c : field->text) {
    const bool digit = c >= '0' && c <= '9';
    valid = valid && (digit || (c >= 'a' && c <= 'f'));
    if (valid) digest = digest << 4 | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  if (!valid) return fail(*field, "is not 16 hexadecimal digits");
  value = digest;
}

void FieldReader::rate(std::string_view name, std::int64_t& count) {
  const JsonField* field = need(name);
  if (field == nullptr) return;
  if (const auto parsed = decimal(*field, Range::Any)) count = *parsed;
}

// Takes the next member: "defaults.leverage": 5, "instrument.BTCUSDT.leverage": "5".
void FieldReader::setting(ConfigChanged& changed) {
  const JsonField* field = take_next();
  if (field == nullptr) return fail("ConfigChanged needs a setting such as defaults.leverage");
  constexpr std::string_view kInstrument = "instrument.";
  const std::size_t dot = field->name.rfind('.');
  const SettingInfo* about = nullptr;
  changed.instrument = InstrumentId::None;
  if (dot != std::string_view::npos && dot > kInstrument.size() &&
      field->name.starts_with(kInstrument)) {
    about = find_instrument_setting(field->name.substr(dot + 1));
    const JsonField symbol{.name = "instrument",
                           .text = field->name.substr(kInstrument.size(), dot - kInstrument.size()),
                           .kind = JsonKind::Text};
    if (about != nullptr) read(symbol, changed.instrument, Range::Any);
  } else if (dot != std::string_view::npos) {
    about = find_setting(field->name.substr(0, dot), field->name.substr(dot + 1));
  }
  if (about == nullptr) return fail(quoted(field->name) + " is not a setting");
  if (field->kind != JsonKind::Bool && !is_scalar(*field)) return;
  ParsedSetting parsed = parse_setting(*about, field->text);
  if (!parsed.error.empty()) return fail(*field, parsed.error);
  changed.setting = about->id;
  changed.value = parsed.value;
}

void FieldReader::listed_symbol(InstrumentId instrument, TextId& symbol) {
  if (const JsonField* field = take("symbol")) {
    read(*field, symbol, Range::Any);
  } else {
    symbol = names_.intern(names_.symbol(instrument));
  }
}

void FieldReader::target(std::string_view name, TargetChoice& choice, Maybe<Price>& price) {
  choice = TargetChoice::Keep;
  const JsonField* field = take(name);
  if (field == nullptr) return;
  if (field->text == "default" || field->text == "none") {
    choice = field->text == "none" ? TargetChoice::None : TargetChoice::Default;
    return;
  }
  choice = TargetChoice::AtPrice;
  if (const auto count = decimal(*field, Range::Positive)) price = Price::from_raw(*count);
}

void FieldReader::close_reason(std::string_view name, ExitReason& reason) {
  const JsonField* field = need(name);
  if (field == nullptr) return;
  read(*field, reason, Range::Any);
  if (reason != ExitReason::ModelClose && reason != ExitReason::Manual &&
      reason != ExitReason::Emergency) {
    fail(*field, "is none of ModelClose, Manual, Emergency");
  }
}

// What stands beside or instead of an order id. `named`: there is an id.
void FieldReader::reference_fields(OrderReference& reference, bool named) {
  const JsonField* purpose = take("purpose");
  if (purpose != nullptr) read(*purpose, reference.purpose, Range::Any);
  if (purpose == nullptr && !named) {
    return fail(std::string(type_) + " needs order_id or purpose");
  }
  optional("instrument", reference.instrument, InstrumentId::None);
  number_of<PositionSide>("position_side", reference.position_side);
  optional("tranche", reference.tranche, kAllTranches);
  instrument_ = reference.instrument;
}

void FieldReader::order(OrderId& id) {
  OrderReference reference;
  const JsonField* field = take("order_id");
  if (field != nullptr) read(*field, id, Range::Any);
  reference.order = id;
  reference_fields(reference, field != nullptr);
  if (id != OrderId::None || static_cast<int>(reference.purpose) != 0) reference_ = reference;
}

void FieldReader::any_order(OrderId& id) {
  const JsonField* field = need("order_id");
  if (field == nullptr || !is_scalar(*field)) return;
  id = parse_order_id(field->text).value_or(OrderId::None);
}

void FieldReader::filled_order(OrderFilled& fill) {
  OrderReference reference;
  if (const JsonField* field = take("order_id")) read(*field, fill.order, Range::Any);
  if (const JsonField* field = take("purpose")) read(*field, reference.purpose, Range::Any);
  reference.order = fill.order;
  const bool ours = fill.order != OrderId::None || static_cast<int>(reference.purpose) != 0;
  if (ours) {
    optional("instrument", fill.instrument, InstrumentId::None);
    optional("position_side", fill.position_side, PositionSide{});
    optional("side", fill.side, Side{});
    optional("origin", fill.origin, FillOrigin::Own);
    optional("tranche", reference.tranche, kAllTranches);
    reference.instrument = fill.instrument;
    reference.position_side = static_cast<std::uint8_t>(fill.position_side);
    reference_ = reference;
  } else {
    const JsonField* origin = take("origin");
    if (origin == nullptr) return fail("OrderFilled needs order_id or purpose, or else origin");
    read(*origin, fill.origin, Range::Any);
    required("instrument", fill.instrument);
    required("position_side", fill.position_side);
    required("side", fill.side);
  }
  instrument_ = fill.instrument;
}

}  // namespace tranchet
