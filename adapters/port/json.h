// A venue's JSON as a tree of texts: numbers stay as they are written, so that none passes a
// floating-point type. For everything but the market streams, which are read in place.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"

namespace tranchet {

class Json {
 public:
  enum class Kind : std::uint8_t { Null = 1, Flag, Number, Text, Array, Object };
  struct Member;

  Kind kind = Kind::Null;
  std::string text;  // Of a flag "true" or "false"; of a number as written; of a text its value.
  std::vector<Json> items;
  std::vector<Member> members;

  bool is_object() const { return kind == Kind::Object; }
  bool is_array() const { return kind == Kind::Array; }
  const Json* find(std::string_view key) const;  // Null: no such member.
};

struct Json::Member {
  std::string first;
  Json second;
};

// Refuses what is not one JSON document, or deeper than 16 levels. The error says what is wrong.
std::expected<Json, std::string> parse_json(std::string_view text);

// Reads the members of one object and remembers the first flaw, by its name: `o.p "x" is not a
// number`. After a flaw it goes on with zeros. Members that nobody asks for do not matter.
class Fields {
 public:
  // `where` stands before every name: "o." for the object inside an order update.
  Fields(const Json& object, std::string_view where) : object_(object), where_(where) {}

  std::string_view text(std::string_view key);  // A text or a number; needed.
  std::string_view text_or(std::string_view key, std::string_view fallback);
  std::int64_t integer(std::string_view key);  // Needed.
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  bool flag_or(std::string_view key, bool fallback);  // true, "true"; any case.
  template <class T>
  T decimal(std::string_view key) {
    return T::from_raw(count(key, true));
  }
  template <class T>
  T decimal_or_zero(std::string_view key) {
    return T::from_raw(count(key, false));
  }
  // Averages, which venues compute in floating point: what is behind the eighth decimal is rounded,
  // a half away from zero. 0 where it is missing.
  template <class T>
  T rounded_or_zero(std::string_view key) {
    return T::from_raw(rounded_count(key));
  }
  // A price that is 0 or missing is none.
  Maybe<Price> price_if_any(std::string_view key);

  const Json* object(std::string_view key);  // Needed; null after a flaw.
  const Json* array(std::string_view key);   // Needed; null after a flaw.

  void fail(std::string_view key, std::string_view why);
  const std::string& flaw() const { return flaw_; }

 private:
  const Json* scalar(std::string_view key, bool needed);
  std::int64_t count(std::string_view key, bool needed);
  std::int64_t rounded_count(std::string_view key);

  const Json& object_;
  std::string_view where_;
  std::string flaw_;
};

}  // namespace tranchet
