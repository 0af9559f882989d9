// Writes the fields of one JSON object, in the order they are given.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/event.h"
#include "events/log/event_fields.h"
#include "events/names.h"

namespace tranchet {

// `text` as a JSON string. Bytes that are not UTF-8 become U+FFFD: the line is always valid JSON.
void append_json_text(std::string& out, std::string_view text);

class FieldWriter {
 public:
  // Opens the object; close() ends it.
  FieldWriter(std::string& out, const Names& names) : out_(out), names_(names) { out_ += '{'; }
  void close() { out_ += '}'; }

  template <class T>
  void required(std::string_view name, const T& value, Range = Range::Any) {
    key(name);
    write(value);
  }
  template <class T>
  void optional(std::string_view name, const T& value, const T& fallback, Range = Range::Any) {
    if (value != fallback) required(name, value);
  }
  template <class Enum>
  void number_of(std::string_view name, std::uint8_t value) {
    if (value != 0) required(name, static_cast<Enum>(value));
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_text(out_, value);
  }
  // Left out where there is none.
  void texts(std::string_view name, std::span<const std::string_view> values);
  // Opens "name":[ ; the caller writes the elements and the bracket that closes it.
  std::string& array(std::string_view name) {
    key(name);
    return out_ += '[';
  }

  void digest(std::string_view name, std::uint64_t value);
  void rate(std::string_view name, std::int64_t count);
  void setting(const ConfigChanged& changed);
  void listed_symbol(InstrumentId instrument, TextId symbol);
  void target(std::string_view name, TargetChoice choice, Maybe<Price> price);
  void close_reason(std::string_view name, ExitReason reason) { required(name, reason); }
  void order(OrderId id) { required("order_id", id); }
  void any_order(OrderId id) { required("order_id", id); }
  void filled_order(const OrderFilled& fill);

 private:
  void key(std::string_view name);
  void write(bool value) { out_ += value ? "true" : "false"; }
  void write(std::uint8_t value) { out_ += std::to_string(value); }
  void write(std::uint16_t value) { out_ += std::to_string(value); }
  void write(std::uint32_t value) { out_ += std::to_string(value); }
  void write(std::uint64_t value) { out_ += std::to_string(value); }
  void write(Sequence value) { out_ += std::to_string(number(value)); }
  void write(TrancheId value) { out_ += std::to_string(static_cast<std::uint64_t>(value)); }
  void write(InstrumentId value) { append_json_text(out_, names_.symbol(value)); }
  void write(TextId value) { append_json_text(out_, names_.text(value)); }
  void write(TradeId value) { append_json_text(out_, names_.trade_text(value)); }
  void write(OrderId value) { plain(value == OrderId::None ? std::string() : to_text(value)); }
  void write(const TimerId& value) { plain(to_text(value)); }
  void write(Timestamp value) { plain(to_text(value)); }
  template <class Unit>
  void write(Decimal<Unit> value) {
    plain(to_text(value));
  }
  template <class T>
  void write(Maybe<T> value) {
    if (value) {
      write(*value);
    } else {
      out_ += "null";
    }
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void write(Enum value) { plain(to_text(value)); }
  // A text that needs no escapes.
  void plain(std::string_view text) {
    out_ += '"';
    out_ += text;
    out_ += '"';
  }

  std::string& out_;
  const Names& names_;
  bool first_ = true;
};

}  // namespace tranchet
