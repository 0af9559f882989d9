// Good-till-triggered orders of ours: what one says, which rows of the venue's book may be it, and
// the records that are kept of them on disk.
//
// The venue gives such an order no tag, so nothing in its book says whose one is. What is ours is
// known by the record, which is written before the order is sent: by the venue's id, and as long as
// no answer has named that, by what was asked for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/order_status.h"
#include "adapters/fyers/rest_messages.h"
#include "events/decimal.h"

namespace tranchet::fyers {

struct GttLeg {
  Price trigger;
  Price limit;  // Of the order that it becomes.
  friend bool operator==(const GttLeg&, const GttLeg&) = default;
};

struct GttTerms {
  std::string symbol;
  Product product{};
  Side side{};
  Quantity quantity;
  // One of them, or both: then one cancels the other.
  std::optional<GttLeg> above;  // Triggers when the price has risen to it,
  std::optional<GttLeg> below;  // or fallen.
  friend bool operator==(const GttTerms&, const GttTerms&) = default;
};

struct GttRecord {
  GttTerms terms;
  std::string id;  // The venue's; empty: no answer has named it.
  friend bool operator==(const GttRecord&, const GttRecord&) = default;
};

// "sell 20 NSE:SBIN-EQ CNC above 606 below 594"
std::string to_text(const GttTerms& terms);

// Fire at the same prices for the same; limits may differ: they follow the day's circuit limits.
bool protects_alike(const GttTerms& some, const GttTerms& others);
bool is_row_of(const GttRow& row, const GttTerms& terms);
bool has_ended(const GttRow& row);  // Triggered, cancelled, refused or expired.
// An order that rests and is none of the engine's, as a triggered leg of these becomes one.
bool is_triggered_leg(const OrderRow& row, const GttTerms& terms);

// One line of JSON each.
std::string written_records(std::span<const GttRecord> records);
// The error names the line and the member: `line 2: side 3 is neither 1 nor -1`.
Read<std::vector<GttRecord>> read_records(std::string_view text);

}  // namespace tranchet::fyers
