// What the account holds, from several answers that are not of one moment.
//
// Positions are asked for, then orders and the balance, then positions again. If no position
// changed from the first answer to the last, nothing filled in between, and the rows belong
// together. What the stream says meanwhile makes them old.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/aster/rest_messages.h"

namespace tranchet::aster {

class AccountSnapshot {
 public:
  enum class Next : std::uint8_t { OrdersAndBalance = 1, PositionsAgain, Wait, Done, Again };

  void begin(std::int64_t venue_milliseconds) {
    *this = AccountSnapshot();
    under_way_ = true;
    since_ = venue_milliseconds;
  }
  void abandon() { under_way_ = false; }
  bool is_under_way() const { return under_way_; }

  // Something that the venue dates so has been heard.
  void note_news(std::int64_t venue_milliseconds) {
    if (under_way_ && venue_milliseconds >= since_) overtaken_ = true;
  }

  Next take_positions(std::vector<PositionRow> rows);  // The first, and the second time.
  Next take_orders(std::vector<OrderRow> rows);
  Next take_balance(Money balance);

  const std::vector<PositionRow>& positions() const { return positions_; }
  const std::vector<OrderRow>& orders() const { return orders_; }
  Money balance() const { return balance_; }
  // Begun then, by the venue's clock or a bit before: what happened earlier is in it.
  std::int64_t since() const { return since_; }

 private:
  Next after_middle() const {
    return has_orders_ && has_balance_ ? Next::PositionsAgain : Next::Wait;
  }

  bool under_way_ = false;
  bool overtaken_ = false;
  bool has_positions_ = false;
  bool has_orders_ = false;
  bool has_balance_ = false;
  std::int64_t since_ = 0;
  std::vector<PositionRow> positions_;
  std::vector<OrderRow> orders_;
  Money balance_;
};

}  // namespace tranchet::aster
