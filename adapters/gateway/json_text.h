// Writes one JSON document from the outside in; commas are its business.
#pragma once

#include <string>
#include <string_view>

#include "events/decimal.h"
#include "events/log/json_write.h"
#include "events/time.h"

namespace tranchet {

class JsonText {
 public:
  JsonText() { out_.reserve(1024); }

  JsonText& open() { return bracket({}, '{'); }
  JsonText& open(std::string_view name) { return bracket(name, '{'); }
  JsonText& close() { return end('}'); }
  JsonText& list(std::string_view name) { return bracket(name, '['); }
  JsonText& row() { return bracket({}, '['); }
  JsonText& end_list() { return end(']'); }

  JsonText& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_text(out_, value);
    return *this;
  }
  // As it stands: a number, true, null, or a document.
  JsonText& raw(std::string_view name, std::string_view value) {
    key(name);
    out_ += value;
    return *this;
  }
  JsonText& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  JsonText& null(std::string_view name) { return raw(name, "null"); }
  JsonText& count(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
  }
  // Exact, as a text, as everywhere in our own documents.
  template <class Unit>
  JsonText& decimal(std::string_view name, Decimal<Unit> value) {
    return text(name, to_text(value));
  }
  template <class T>
  JsonText& decimal(std::string_view name, Maybe<T> value) {
    return value ? decimal(name, *value) : null(name);
  }
  // As a number, for front ends that compute with it.
  template <class Unit>
  JsonText& number(std::string_view name, Decimal<Unit> value) {
    return raw(name, to_text(value));
  }
  JsonText& time(std::string_view name, Timestamp value) { return text(name, to_text(value)); }

  std::string take() { return std::move(out_); }

 private:
  void key(std::string_view name) {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
    if (name.empty()) return;
    append_json_text(out_, name);
    out_ += ':';
  }
  JsonText& bracket(std::string_view name, char open) {
    key(name);
    out_ += open;
    needs_comma_ = false;
    return *this;
  }
  JsonText& end(char close) {
    out_ += close;
    needs_comma_ = true;
    return *this;
  }

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace tranchet
