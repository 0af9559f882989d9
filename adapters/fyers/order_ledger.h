// What was sent and heard of each order of ours, and which trades were told, so that old news are
// known as such.
//
// The venue tells an order's standing and its trades apart. What its orders say is filled may run
// ahead of the trades, and a reply of a request only says that it was taken: what came of it, the
// order stream says, or the order book.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "adapters/fyers/order_stream.h"
#include "events/decimal.h"
#include "events/enums.h"
#include "events/ids.h"
#include "events/time.h"

namespace tranchet::fyers {

// A request that was taken, of which nothing has come yet.
enum class Awaited : std::uint8_t { Nothing, Acceptance, Amendment, Cancellation };

struct OrderRecord {
  std::string venue_id;            // Empty: not known.
  std::optional<Purpose> purpose;  // None: sent by a life before this one.
  bool is_stop = false;
  bool accepted = false;   // Told.
  bool triggered = false;  // Told.
  bool ended = false;      // Nothing but trades can follow.
  OrderStatus status = OrderStatus::Transit;
  Quantity quantity;         // As the venue last said.
  Maybe<Price> limit_price;  // The same.
  Maybe<Price> average;      // Of what is filled.
  Quantity filled;           // As the venue last said.
  Quantity traded;           // The sum of the trades that were told.
  Quantity totaled;          // What was told as a total.
  Value turnover = 0;        // Of the trades that were told: charges go by it.
  Awaited awaited = Awaited::Nothing;
  std::optional<Timestamp> awaited_until;  // Then nobody knows.
  std::optional<Timestamp> trades_until;   // Then what is filled is told as a total.
  std::optional<Timestamp> sent;
  std::optional<Timestamp> heard;
  Timestamp touched;

  Quantity told() const { return traded > totaled ? traded : totaled; }
  std::optional<Timestamp> next_due() const {
    if (!awaited_until || !trades_until) return awaited_until ? awaited_until : trades_until;
    return *awaited_until < *trades_until ? awaited_until : trades_until;
  }
};

class OrderLedger {
 public:
  // Begins one where there is none. Stays where it is until it is forgotten.
  OrderRecord& of(OrderId order, Timestamp steady);
  OrderRecord* find(OrderId order);
  const OrderRecord* find(OrderId order) const;

  void note_venue_id(OrderId order, std::string_view venue_id, Timestamp steady);
  OrderId by_venue_id(std::string_view venue_id) const;  // None: not known.

  // False: it was here before.
  bool take_trade(std::string_view order, std::string_view trade);

  // What is to be looked at, and when; kept up by whoever changes a record.
  void note_due(OrderId order);
  std::optional<Timestamp> next_due() const;
  std::optional<OrderId> take_due(Timestamp steady);

  // Orders that nothing was heard of for 8 days, and all trades of days before.
  void forget_old(Timestamp steady);

 private:
  std::map<OrderId, OrderRecord> records_;
  std::map<std::string, OrderId, std::less<>> venue_ids_;
  std::map<OrderId, Timestamp> due_;
  std::set<std::pair<std::string, std::string>> trades_;
};

}  // namespace tranchet::fyers
