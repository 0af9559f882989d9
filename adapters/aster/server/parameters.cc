#include "adapters/aster/server/parameters.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace tranchet::aster_venue {
namespace {

// Appends the pairs of a form to `values`; returns the form without its signature.
std::string split_form(std::string_view form,
                       std::vector<std::pair<std::string, std::string>>& values) {
  std::string kept;
  while (!form.empty()) {
    const std::size_t end = std::min(form.find('&'), form.size());
    const std::string_view part = form.substr(0, end);
    form.remove_prefix(std::min(end + 1, form.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string name = url_decoded(part.substr(0, equals));
    const std::string_view value = part.substr(std::min(equals + 1, part.size()));
    values.emplace_back(name, url_decoded(value));
    if (name == "signature") continue;
    if (!kept.empty()) kept += '&';
    kept += part;
  }
  return kept;
}

VenueError mandatory(std::string_view name) {
  return {-1102, "Mandatory parameter '" + std::string(name) +
                     "' was not sent, was empty/null, or malformed."};
}
VenueError invalid(std::string_view name) {
  return {-1130, "Data sent for parameter '" + std::string(name) + "' is not valid."};
}

// The text of a value that is no container.
std::optional<std::string> scalar_text(simdjson::ondemand::value value) {
  switch (value.type()) {
    case simdjson::ondemand::json_type::string:
      return std::string(std::string_view(value.get_string()));
    case simdjson::ondemand::json_type::number:
    case simdjson::ondemand::json_type::boolean: {
      std::string_view raw = value.raw_json_token();
      while (!raw.empty() && raw.back() <= ' ') raw.remove_suffix(1);
      return std::string(raw);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Parameters::Parameters(std::string_view query, std::string_view body) {
  signed_query_ = split_form(query, values_);
  signed_body_ = split_form(body, values_);
}

const std::string* Parameters::find(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  return found == values_.end() ? nullptr : &found->second;
}

std::string_view Parameters::text(std::string_view name, std::string_view otherwise) const {
  const std::string* found = find(name);
  return found == nullptr ? otherwise : std::string_view(*found);
}

Answer<std::string> Parameters::needed(std::string_view name) const {
  const std::string* found = find(name);
  if (found == nullptr || found->empty()) return std::unexpected(mandatory(name));
  return *found;
}

Answer<std::optional<std::int64_t>> Parameters::decimal_count(std::string_view name) const {
  const std::string_view value = text(name);
  if (value.empty()) return std::nullopt;
  const ParsedDecimal parsed = parse_decimal(value);
  if (parsed.error == DecimalError::TooManyDecimals) {
    return std::unexpected(
        VenueError{-1111, "Precision is over the maximum defined for this asset."});
  }
  if (parsed.error) return std::unexpected(invalid(name));
  return parsed.count;
}

Answer<std::optional<std::int64_t>> Parameters::integer(std::string_view name) const {
  const std::string_view value = text(name);
  if (value.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return std::unexpected(invalid(name));
  }
  return number;
}

bool Parameters::flag(std::string_view name) const {
  std::string value(text(name));
  std::ranges::transform(value, value.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return value == "true";
}

Answer<std::vector<Parameters>> parse_batch(std::string_view json) {
  try {
    const simdjson::padded_string padded(json);
    simdjson::ondemand::parser parser;
    auto document = parser.iterate(padded);
    std::vector<Parameters> orders;
    for (auto item : document.get_array()) {
      std::vector<std::pair<std::string, std::string>> values;
      for (auto field : item.get_object()) {
        std::string name(std::string_view(field.unescaped_key()));
        if (auto value = scalar_text(field.value())) {
          values.emplace_back(std::move(name), std::move(*value));
        }
      }
      orders.emplace_back(std::move(values));
    }
    return orders;
  } catch (const simdjson::simdjson_error&) {
    return std::unexpected(invalid("batchOrders"));
  }
}

Answer<std::vector<std::string>> parse_list(std::string_view json, std::string_view name) {
  try {
    const simdjson::padded_string padded(json);
    simdjson::ondemand::parser parser;
    auto document = parser.iterate(padded);
    std::vector<std::string> items;
    for (auto item : document.get_array()) {
      auto text = scalar_text(item.value());
      if (!text) return std::unexpected(invalid(name));
      items.push_back(std::move(*text));
    }
    return items;
  } catch (const simdjson::simdjson_error&) {
    return std::unexpected(invalid(name));
  }
}

}  // namespace tranchet::aster_venue
