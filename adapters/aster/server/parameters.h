// The parameters of one request, and the bytes that its signature is made over.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/aster/server/venue_error.h"
#include "adapters/venue_server/url_text.h"
#include "events/decimal.h"

namespace tranchet::aster_venue {

using venue_server::url_decoded;

template <class T>
using Answer = std::expected<T, VenueError>;

class Parameters {
 public:
  // Of the query and a form as body; of two of one name the first counts.
  Parameters(std::string_view query, std::string_view body);
  // Of an order inside a batch: members of a JSON object, by value.
  explicit Parameters(std::vector<std::pair<std::string, std::string>> values)
      : values_(std::move(values)) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::string_view text(std::string_view name, std::string_view otherwise = "") const;
  // -1102 where it is missing or empty.
  Answer<std::string> needed(std::string_view name) const;
  // Absent where it is missing or empty; -1130 where it is no number; -1111 beyond 8 decimals.
  template <class T>
  Answer<std::optional<T>> decimal(std::string_view name) const {
    const auto count = decimal_count(name);
    if (!count) return std::unexpected(count.error());
    if (!*count) return std::nullopt;
    return T::from_raw(**count);
  }
  Answer<std::optional<std::int64_t>> integer(std::string_view name) const;
  bool flag(std::string_view name) const;  // "true" in any case.

  // What was sent without the signature: V1 signs query and body without anything between them.
  const std::string& signed_query() const { return signed_query_; }
  const std::string& signed_body() const { return signed_body_; }

 private:
  const std::string* find(std::string_view name) const;
  Answer<std::optional<std::int64_t>> decimal_count(std::string_view name) const;

  std::vector<std::pair<std::string, std::string>> values_;
  std::string signed_query_;
  std::string signed_body_;
};

// A JSON array of objects, as batchOrders has it. Values of members become texts, numbers as they
// are written. -1130 for anything else.
Answer<std::vector<Parameters>> parse_batch(std::string_view json);
// ["1","2"] or [1,2]: of orderIdList, origClientOrderIdList and of stream names.
Answer<std::vector<std::string>> parse_list(std::string_view json, std::string_view name);

}  // namespace tranchet::aster_venue
