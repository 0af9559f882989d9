// An order as the venue's books have it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/decimal.h"
#include "events/enums.h"
#include "events/time.h"

namespace tranchet::fyers_venue {

enum class Product : std::uint8_t { Cnc = 1, Intraday, Margin, Mtf, Cover, Bracket };
inline constexpr std::size_t kProducts = 6;
// Squared off by the venue before the session ends.
constexpr bool ends_with_the_day(Product product) {
  return product == Product::Intraday || product == Product::Cover || product == Product::Bracket;
}

// Numbers of the API: type.
enum class Kind : std::uint8_t { Limit = 1, Market = 2, Stop = 3, StopLimit = 4 };

// Numbers of the API: status, org_ord_status.
enum class Status : std::uint8_t {
  Canceled = 1,
  Traded = 2,
  Transit = 4,
  Rejected = 5,
  Pending = 6,
  Expired = 7,
};

struct FyersOrder {
  std::int64_t number = 0;  // Of the account, from 1; what the simulated venue knows it by.
  std::string id;           // "25080400000001"
  std::size_t board = 0;    // Index.
  Product product{};
  Kind kind{};
  Side side{};
  bool immediate = false;  // IOC; else DAY.
  Quantity quantity;
  Quantity disclosed;
  Price limit;
  Price stop;
  Price stop_loss;    // Points, of CO and BO.
  Price take_profit;  // Points, of BO.
  bool offline = false;
  std::string tag = "2:Untagged";  // "1:TAG"
  std::string parent;              // Of a leg of CO or BO: the id of the order it protects.
  bool closes = false;             // The venue's own, to end a position: it gets no legs.
  Quantity filled;
  Value filled_value = 0;
  Status status = Status::Transit;
  std::string message;
  Timestamp time;  // The market's clock.
  bool held =
      false;  // The venue behind has not heard of it: it waits for its stop, or the opening.

  bool is_open() const { return status == Status::Transit || status == Status::Pending; }
  bool is_stop() const { return kind == Kind::Stop || kind == Kind::StopLimit; }
  Quantity remaining() const { return quantity - filled; }
  Price average() const {
    if (!filled.is_positive()) return Price();
    return Price::from_wide(divide_half_away(filled_value, filled.raw()));
  }
};

constexpr std::int64_t sign_of(Side side) {
  return side == Side::Buy ? 1 : -1;
}
constexpr std::int64_t whole(Quantity quantity) {
  return quantity.raw() / kDecimalOne;
}

}  // namespace tranchet::fyers_venue

namespace tranchet {
template <>
struct Spelling<fyers_venue::Product> {
  static constexpr auto names =
      std::to_array<std::string_view>({"CNC", "INTRADAY", "MARGIN", "MTF", "CO", "BO"});
};
}  // namespace tranchet
