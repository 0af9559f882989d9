// JSON text to members. The only file that knows the parser.
#include <simdjson.h>

#include <cstring>

#include "events/log/json_read.h"

namespace tranchet {
namespace {

namespace ondemand = simdjson::ondemand;

// What a thread parses with, kept so that a line allocates nothing. Rows have a parser of their own
// because the line they stand in is still in use.
struct Scratch {
  ondemand::parser line_parser;
  ondemand::parser row_parser;
  std::string line;
  std::string rows;
};
Scratch& scratch() {
  thread_local Scratch instance;
  return instance;
}

// The parser may look past the end.
simdjson::padded_string_view padded(std::string& buffer, std::string_view text) {
  buffer.assign(text);
  buffer.append(simdjson::SIMDJSON_PADDING, ' ');
  return simdjson::padded_string_view(buffer.data(), text.size(), buffer.size());
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::strchr(" \t\r\n", text.back()) != nullptr) text.remove_suffix(1);
  return text;
}

std::string problem(simdjson::error_code error) {
  return "not valid JSON: " + std::string(simdjson::error_message(error));
}

// Empty: fine.
std::string split_value(ondemand::value value, JsonField& field) {
  ondemand::json_type type{};
  if (value.type().get(type)) {
    field.kind = JsonKind::Garbage;  // A bare NaN. Whoever wants the field says so by its name.
    field.text = trimmed(value.raw_json_token());
    return {};
  }
  switch (type) {
    case ondemand::json_type::string:
      field.kind = JsonKind::Text;
      if (const auto error = value.get_string().get(field.text)) return problem(error);
      return {};
    case ondemand::json_type::array: {
      field.kind = JsonKind::Array;
      ondemand::array array;
      if (const auto error = value.get_array().get(array)) return problem(error);
      if (const auto error = array.raw_json().get(field.text)) return problem(error);
      return {};
    }
    case ondemand::json_type::object: {
      field.kind = JsonKind::Object;
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return problem(error);
      if (const auto error = object.raw_json().get(field.text)) return problem(error);
      return {};
    }
    case ondemand::json_type::number:
      field.text = trimmed(value.raw_json_token());
      field.kind = field.text.find_first_not_of("+-.0123456789eE") == std::string_view::npos
                       ? JsonKind::Number
                       : JsonKind::Garbage;
      return {};
    case ondemand::json_type::boolean: {
      field.kind = JsonKind::Bool;
      bool on = false;
      if (const auto error = value.get_bool().get(on)) return problem(error);
      field.text = on ? "true" : "false";
      return {};
    }
    case ondemand::json_type::null: {
      field.kind = JsonKind::Null;
      bool is_null = false;
      field.text = trimmed(value.raw_json_token());
      if (value.is_null().get(is_null) || !is_null) return problem(simdjson::N_ATOM_ERROR);
      return {};
    }
  }
  return "not valid JSON";
}

std::string split_members(ondemand::object object, std::vector<JsonField>& fields) {
  for (auto member : object) {
    ondemand::field parsed;
    if (const auto error = std::move(member).get(parsed)) return problem(error);
    JsonField field;
    if (const auto error = parsed.unescaped_key().get(field.name)) return problem(error);
    std::string wrong = split_value(parsed.value(), field);
    if (!wrong.empty()) return wrong;
    fields.push_back(field);
  }
  return {};
}

}  // namespace

std::expected<std::vector<JsonField>, std::string> split_object(std::string_view line) {
  Scratch& here = scratch();
  ondemand::document document;
  const auto text = padded(here.line, line);
  if (const auto error = here.line_parser.iterate(text).get(document)) {
    return std::unexpected(error == simdjson::EMPTY ? "the line is empty" : problem(error));
  }
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) {
    return std::unexpected(error == simdjson::INCORRECT_TYPE ? "not a JSON object"
                                                             : problem(error));
  }
  std::vector<JsonField> fields;
  std::string wrong = split_members(object, fields);
  const char* rest = nullptr;
  if (wrong.empty() && !document.current_location().get(rest)) {
    wrong = "not valid JSON: something follows the object";
  }
  if (!wrong.empty()) return std::unexpected(std::move(wrong));
  return fields;
}

std::expected<std::vector<std::vector<JsonField>>, std::string> split_rows(std::string_view text) {
  Scratch& here = scratch();
  ondemand::document document;
  if (const auto error = here.row_parser.iterate(padded(here.rows, text)).get(document)) {
    return std::unexpected(problem(error));
  }
  ondemand::array array;
  if (document.get_array().get(array)) return std::unexpected("not a JSON array");
  std::vector<std::vector<JsonField>> rows;
  for (auto element : array) {
    ondemand::object object;
    if (std::move(element).get_object().get(object)) return std::unexpected("a row is no object");
    std::string wrong = split_members(object, rows.emplace_back());
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
  }
  return rows;
}

std::expected<std::vector<std::string>, std::string> split_texts(std::string_view text) {
  Scratch& here = scratch();
  ondemand::document document;
  if (const auto error = here.row_parser.iterate(padded(here.rows, text)).get(document)) {
    return std::unexpected(problem(error));
  }
  ondemand::array array;
  if (document.get_array().get(array)) return std::unexpected("not a JSON array");
  std::vector<std::string> texts;
  for (auto element : array) {
    std::string_view part;
    if (std::move(element).get_string().get(part)) return std::unexpected("an element is no text");
    texts.emplace_back(part);
  }
  return texts;
}

}  // namespace tranchet
