// What has been sent and heard of each of our orders, so that old news are known as such.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "events/decimal.h"
#include "events/ids.h"
#include "events/time.h"

namespace tranchet {

// A statement about an order's standing, in the venue's order of time: an end is newer than
// anything before it, then its time decides, then its kind (an amendment follows an acceptance).
struct Word {
  bool is_final = false;
  std::int64_t time = 0;  // Milliseconds of the venue.
  int kind = 0;
  friend auto operator<=>(const Word&, const Word&) = default;
};

class OrderMemory {
 public:
  void note_sent(OrderId order, Timestamp steady) { record(order, steady).sent = steady; }
  std::optional<Timestamp> sent(OrderId order) const;

  // True where nothing as new was heard; it is remembered.
  bool take(OrderId order, const Word& word, Timestamp steady);
  // Something newer was heard.
  bool is_overtaken(OrderId order, const Word& word) const;
  // When anything of it was last heard.
  std::optional<Timestamp> heard(OrderId order) const;

  void note_filled(OrderId order, Quantity filled, Timestamp steady);
  Quantity filled(OrderId order) const;
  bool note_triggered(OrderId order, Timestamp steady);  // False: was noted before.
  // What its limit price and quantity were when last heard of; changed ones mean an amendment.
  bool note_terms(OrderId order, Quantity quantity, Price limit_price, Timestamp steady);

  // The venue's number of an order of ours.
  void note_number(std::int64_t number, OrderId order);
  OrderId by_number(std::int64_t number) const;  // None: not known.

  // A fill, by instrument, the venue's order number and trade id. False: it was here before.
  bool take_fill(InstrumentId instrument, std::int64_t order, std::uint64_t trade);

  // Orders that nothing was heard of for 8 days; the venue forgets after 7.
  void forget_old(Timestamp steady);

 private:
  struct Record {
    std::optional<Timestamp> sent;
    std::optional<Timestamp> heard;
    Timestamp touched;
    Word newest;
    Quantity filled;
    Quantity quantity;
    Price limit_price;
    std::int64_t number = 0;
    bool was_told = false;  // `newest` means something.
    bool triggered = false;
  };
  using FillKey = std::tuple<InstrumentId, std::int64_t, std::uint64_t>;

  Record& record(OrderId order, Timestamp steady) {
    Record& found = records_[order];
    found.touched = steady;
    return found;
  }

  std::map<OrderId, Record> records_;
  std::map<std::int64_t, OrderId> numbers_;
  std::set<FillKey> fills_;
  std::deque<FillKey> fills_in_order_;
};

}  // namespace tranchet
