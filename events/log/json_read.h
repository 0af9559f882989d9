// Reads the fields of one JSON object by name. What nobody asked for is an error, and so is what
// somebody asked for and is not there.
#pragma once

#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"
#include "events/log/event_fields.h"
#include "events/log/json.h"
#include "events/names.h"

namespace tranchet {

enum class JsonKind : std::uint8_t { Text = 1, Number, Bool, Null, Array, Object, Garbage };

// One member of an object. `text` is the unescaped text, or the value as it stands in the line.
struct JsonField {
  std::string_view name;
  std::string_view text;
  JsonKind kind{};
  bool taken = false;
};

// The members of the object that is all of `line`; the error says what is wrong with it. The views
// live until the next call from the same thread.
std::expected<std::vector<JsonField>, std::string> split_object(std::string_view line);

// The same for each object of the array `text`, a value of the line split last.
std::expected<std::vector<std::vector<JsonField>>, std::string> split_rows(std::string_view text);
// For an array of texts.
std::expected<std::vector<std::string>, std::string> split_texts(std::string_view text);

class FieldReader {
 public:
  // `type` is what messages call the object.
  FieldReader(std::string_view type, std::vector<JsonField>& fields, Names& names)
      : type_(type), fields_(fields), names_(names) {}

  template <class T>
  void required(std::string_view name, T& value, Range range = Range::Any) {
    if (const JsonField* field = need(name)) read(*field, value, range);
  }
  template <class T>
  void optional(std::string_view name, T& value, const T& fallback, Range range = Range::Any) {
    value = fallback;
    if (const JsonField* field = take(name)) read(*field, value, range);
  }
  template <class Enum>
  void number_of(std::string_view name, std::uint8_t& value) {
    value = 0;
    Enum read_value{};
    if (const JsonField* field = take(name)) {
      read(*field, read_value, Range::Any);
      value = static_cast<std::uint8_t>(read_value);
    }
  }

  void digest(std::string_view name, std::uint64_t& value);
  void rate(std::string_view name, std::int64_t& count);
  void setting(ConfigChanged& changed);
  void listed_symbol(InstrumentId instrument, TextId& symbol);
  void target(std::string_view name, TargetChoice& choice, Maybe<Price>& price);
  void close_reason(std::string_view name, ExitReason& reason);
  void order(OrderId& id);
  // Of an order that may be anybody's: an id that is none of ours is None.
  void any_order(OrderId& id);
  void filled_order(OrderFilled& fill);

  // The member `name`, which is not asked for again; null when it is not there.
  const JsonField* take(std::string_view name);
  // The same, and an error when it is not there.
  const JsonField* need(std::string_view name);
  // The next member nobody took; null when there is none.
  JsonField* take_next();
  bool has(std::string_view name) const;
  // How many members nobody took yet.
  std::size_t left() const;
  void call(std::string_view type) { type_ = type; }
  void fail(std::string error);
  // The first thing that was wrong, a field that nobody took included; empty: nothing.
  std::string finish();

  const std::optional<OrderReference>& reference() const { return reference_; }
  InstrumentId instrument() const { return instrument_; }

 private:
  void fail(const JsonField& field, std::string_view what);
  void reference_fields(OrderReference& reference, bool named);
  std::optional<std::int64_t> decimal(const JsonField& field, Range range);
  std::optional<std::uint64_t> whole(const JsonField& field, std::uint64_t max);
  // A text or a number as it stands; an error for anything else.
  bool is_scalar(const JsonField& field);
  bool is_text(const JsonField& field);

  void read(const JsonField& field, bool& value, Range);
  void read(const JsonField& field, InstrumentId& value, Range);
  void read(const JsonField& field, TextId& value, Range);
  void read(const JsonField& field, TradeId& value, Range);
  void read(const JsonField& field, OrderId& value, Range);
  void read(const JsonField& field, TimerId& value, Range);
  void read(const JsonField& field, Timestamp& value, Range);
  void read(const JsonField& field, Sequence& value, Range);
  template <std::unsigned_integral T>
  void read(const JsonField& field, T& value, Range) {
    if (const auto number = whole(field, std::numeric_limits<T>::max())) {
      value = static_cast<T>(*number);
    }
  }
  template <class Unit>
  void read(const JsonField& field, Decimal<Unit>& value, Range range) {
    if (const auto count = decimal(field, range)) value = Decimal<Unit>::from_raw(*count);
  }
  template <class T>
  void read(const JsonField& field, Maybe<T>& value, Range range) {
    value = std::nullopt;
    if (field.kind == JsonKind::Null) return;
    if (const auto count = decimal(field, range)) value = T::from_raw(*count);
  }
  template <class Enum>
  requires requires { Spelling<Enum>::names; }
  void read(const JsonField& field, Enum& value, Range) {
    if (!is_text(field)) return;
    if (const auto parsed = parse_enum<Enum>(field.text)) {
      value = *parsed;
      return;
    }
    std::string known;
    for (const std::string_view spelled : Spelling<Enum>::names) {
      known += (known.empty() ? "" : ", ") + std::string(spelled);
    }
    fail(field, "is none of " + known);
  }

  std::string_view type_;
  std::vector<JsonField>& fields_;
  Names& names_;
  std::string error_;
  std::optional<OrderReference> reference_;
  InstrumentId instrument_{};
};

}  // namespace tranchet
