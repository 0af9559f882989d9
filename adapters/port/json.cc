#include "adapters/port/json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace tranchet {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kDeepest = 16;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

bool is_number(std::string_view token) {
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at > from;
  };
  if (!digits()) return false;
  if (at < token.size() && token[at] == '.' && (++at, !digits())) return false;
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == token.size();
}

simdjson::error_code read(ondemand::value value, int depth, Json& out);

simdjson::error_code read_object(ondemand::object object, int depth, Json& out) {
  out.kind = Json::Kind::Object;
  for (auto result : object) {
    ondemand::field field;
    if (const auto error = std::move(result).get(field)) return error;
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    Json& member = out.members.emplace_back(std::string(key), Json()).second;
    if (const auto error = read(field.value(), depth, member)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_array(ondemand::array array, int depth, Json& out) {
  out.kind = Json::Kind::Array;
  for (auto result : array) {
    ondemand::value item;
    if (const auto error = std::move(result).get(item)) return error;
    if (const auto error = read(item, depth, out.items.emplace_back())) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_token(std::string_view token, Json& out) {
  out.text = token;
  if (token == "null") {
    out.kind = Json::Kind::Null;
  } else if (token == "true" || token == "false") {
    out.kind = Json::Kind::Flag;
  } else if (is_number(token)) {
    out.kind = Json::Kind::Number;
  } else {
    return simdjson::TAPE_ERROR;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read(ondemand::value value, int depth, Json& out) {
  if (depth >= kDeepest) return simdjson::DEPTH_ERROR;
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return read_object(object, depth + 1, out);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return read_array(array, depth + 1, out);
  }
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return error;
    out.kind = Json::Kind::Text;
    out.text = text;
    return simdjson::SUCCESS;
  }
  return read_token(trimmed(value.raw_json_token()), out);
}

simdjson::error_code read_document(ondemand::document& document, Json& out) {
  ondemand::json_type type{};
  if (const auto error = document.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) return error;
    if (const auto error = read_object(object, 1, out)) return error;
  } else if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (const auto error = document.get_array().get(array)) return error;
    if (const auto error = read_array(array, 1, out)) return error;
  } else {
    return simdjson::INCORRECT_TYPE;
  }
  const char* rest = nullptr;
  const bool is_at_end = document.current_location().get(rest) != simdjson::SUCCESS;
  return is_at_end ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string result = "\"" + std::string(text.substr(0, kMost));
  return result + (text.size() > kMost ? "...\"" : "\"");
}

}  // namespace

const Json* Json::find(std::string_view key) const {
  const auto at = std::ranges::find(members, key, &Member::first);
  return at == members.end() ? nullptr : &at->second;
}

std::expected<Json, std::string> parse_json(std::string_view text) {
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) {
    return std::unexpected(std::string("not JSON: ") + simdjson::error_message(error));
  }
  Json tree;
  if (const auto error = read_document(document, tree)) {
    return std::unexpected(std::string("not JSON: ") + simdjson::error_message(error));
  }
  return tree;
}

// ---- Fields.

void Fields::fail(std::string_view key, std::string_view why) {
  if (flaw_.empty()) flaw_ = std::string(where_) + std::string(key) + " " + std::string(why);
}

const Json* Fields::scalar(std::string_view key, bool needed) {
  const Json* found = object_.find(key);
  if (found == nullptr || found->kind == Json::Kind::Null) {
    if (needed) fail(key, "is missing");
    return nullptr;
  }
  if (found->is_object() || found->is_array()) {
    fail(key, "is not a value");
    return nullptr;
  }
  return found;
}

std::string_view Fields::text(std::string_view key) {
  const Json* found = scalar(key, true);
  return found == nullptr ? std::string_view() : found->text;
}

std::string_view Fields::text_or(std::string_view key, std::string_view fallback) {
  const Json* found = scalar(key, false);
  return found == nullptr ? fallback : found->text;
}

std::int64_t Fields::integer(std::string_view key) {
  if (scalar(key, true) == nullptr) return 0;
  return integer_or(key, 0);
}

std::int64_t Fields::integer_or(std::string_view key, std::int64_t fallback) {
  const Json* found = scalar(key, false);
  if (found == nullptr) return fallback;
  std::int64_t number = 0;
  const char* const end = found->text.data() + found->text.size();
  const auto [stop, error] = std::from_chars(found->text.data(), end, number);
  if (error != std::errc() || stop != end) {
    fail(key, excerpt(found->text) + " is not a whole number");
    return fallback;
  }
  return number;
}

bool Fields::flag_or(std::string_view key, bool fallback) {
  const Json* found = scalar(key, false);
  if (found == nullptr) return fallback;
  if (found->text == "true" || found->text == "TRUE" || found->text == "True") return true;
  if (found->text == "false" || found->text == "FALSE" || found->text == "False") return false;
  fail(key, excerpt(found->text) + " is neither true nor false");
  return fallback;
}

std::int64_t Fields::count(std::string_view key, bool needed) {
  const Json* found = scalar(key, needed);
  if (found == nullptr) return 0;
  const ParsedDecimal parsed = parse_decimal(found->text);
  if (parsed.error) {
    fail(key, excerpt(found->text) + " " + std::string(describe(*parsed.error)));
    return 0;
  }
  return parsed.count;
}

std::int64_t Fields::rounded_count(std::string_view key) {
  const Json* found = scalar(key, false);
  if (found == nullptr) return 0;
  const std::string_view text = found->text;
  const std::size_t point = text.find('.');
  const std::size_t first_lost = point + 1 + kDecimalPlaces;
  const bool is_plain = text.find_first_of("eE") == std::string_view::npos;
  if (!is_plain || point == std::string_view::npos || text.size() <= first_lost) {
    return count(key, false);
  }
  const ParsedDecimal parsed = parse_decimal(text.substr(0, first_lost));
  if (parsed.error) {
    fail(key, excerpt(text) + " " + std::string(describe(*parsed.error)));
    return 0;
  }
  if (text[first_lost] < '5') return parsed.count;
  return parsed.count + (text.starts_with('-') ? -1 : 1);
}

Maybe<Price> Fields::price_if_any(std::string_view key) {
  const auto price = decimal_or_zero<Price>(key);
  return price.is_positive() ? Maybe<Price>(price) : Maybe<Price>();
}

const Json* Fields::object(std::string_view key) {
  const Json* found = object_.find(key);
  if (found == nullptr || !found->is_object()) {
    fail(key, found == nullptr ? "is missing" : "is not an object");
    return nullptr;
  }
  return found;
}

const Json* Fields::array(std::string_view key) {
  const Json* found = object_.find(key);
  if (found == nullptr || !found->is_array()) {
    fail(key, found == nullptr ? "is missing" : "is not an array");
    return nullptr;
  }
  return found;
}

}  // namespace tranchet
