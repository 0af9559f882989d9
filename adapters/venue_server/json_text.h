// JSON, written.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"
#include "events/time.h"

namespace tranchet::venue_server {

inline std::string json_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      result += '\\';
      result += letter;
    } else if (byte < 0x20) {
      result += "\\u00";
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    } else {
      result += letter;
    }
  }
  return result + '"';
}

// Members in the order in which they are added.
class JsonObject {
 public:
  JsonObject& json(std::string_view key, std::string_view value) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_ += key;
    text_ += "\":";
    text_ += value;
    return *this;
  }
  JsonObject& text(std::string_view key, std::string_view value) {
    return json(key, json_string(value));
  }
  // As a text: what a float could not hold arrives as it was.
  template <class Unit>
  JsonObject& decimal(std::string_view key, Decimal<Unit> value) {
    return json(key, '"' + to_text(value) + '"');
  }
  // The same as a number, exact.
  template <class Unit>
  JsonObject& decimal_number(std::string_view key, Decimal<Unit> value) {
    return json(key, to_text(value));
  }
  JsonObject& number(std::string_view key, std::int64_t value) {
    return json(key, std::to_string(value));
  }
  JsonObject& flag(std::string_view key, bool value) { return json(key, value ? "true" : "false"); }
  JsonObject& time(std::string_view key, Timestamp value) {
    return number(key, value.nanoseconds() / 1'000'000);
  }
  std::string str() const { return text_ + '}'; }

 private:
  std::string text_ = "{";
};

inline std::string json_array(const std::vector<std::string>& items) {
  std::string result = "[";
  for (const std::string& item : items) {
    if (result.size() > 1) result += ',';
    result += item;
  }
  return result + ']';
}

constexpr std::int64_t milliseconds(Timestamp time) {
  return time.nanoseconds() / 1'000'000;
}
constexpr Timestamp from_milliseconds(std::int64_t count) {
  return Timestamp::from_nanoseconds(count * 1'000'000);
}

}  // namespace tranchet::venue_server
