// A venue that answers in every way it may, driven by random choices: in any order, late, twice,
// partly, or not at all until it is asked. It keeps its own truth, the position that its fills
// made.
//
// It lies in nothing that a venue must know (fills, what an order became), and it is free in
// everything else: it may refuse any request for a reason that fits it.
//
// Fills of one position key arrive in the order in which they happened, so that the books can
// always attribute them; those of different keys, and everything else, overtake each other.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "events/command.h"
#include "replay/venue.h"

namespace tranchet::oracle {

// Numbers drawn beforehand, so that a failing world shrinks to a short one. All 0 at the end.
class Choices {
 public:
  explicit Choices(std::span<const std::uint32_t> numbers) : numbers_(numbers) {}
  std::uint32_t below(std::uint32_t limit) {
    if (used_ == numbers_.size()) return 0;
    return numbers_[used_++] % limit;
  }
  bool percent(std::uint32_t chance) { return below(100) >= 100 - chance; }  // Never at the end.
  bool empty() const { return used_ == numbers_.size(); }

 private:
  std::span<const std::uint32_t> numbers_;
  std::size_t used_ = 0;
};

struct Market {
  std::vector<InstrumentId> instruments;
  Price tick;
  Quantity step;
  Quantity market_max;
  std::uint16_t max_conditional = 0;
  bool hedge = true;
};

class Exchange {
 public:
  Exchange(const Market& market, std::span<const std::uint32_t> choices);

  // What the engine asks for.
  void take(std::span<const Command> commands);

  // What happens next; nullopt: the choices are used up.
  std::optional<Occurrence> next();
  // Willing answers only, until nothing is owed and no timer runs; nullopt: that is so.
  std::optional<Occurrence> settle();

  std::int64_t position(PositionKey key) const;

 private:
  enum class Standing : std::uint8_t { Sent = 1, Live, Filled, Canceled, Expired, Rejected, Never };
  struct Held {
    SubmitOrder submit;
    Standing standing = Standing::Sent;
    bool triggered = false;
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    Int128 value = 0;
    Maybe<Price> price;
  };
  enum class Asking : std::uint8_t { Submit = 1, Amend, Cancel, Query, Announce };
  struct Request {
    Asking asking{};
    OrderId order{};
    std::int64_t quantity = 0;
    Price price{};
  };

  std::optional<EventBody> act(std::uint32_t choice);
  std::optional<EventBody> answer_some();
  std::optional<EventBody> answer(std::size_t index, bool willing);
  std::optional<EventBody> answer_submit(Held& held, bool willing);
  EventBody answer_amend(Held& held, const Request& request, bool willing);
  EventBody answer_cancel(Held& held, bool willing);
  std::optional<EventBody> answer_query(Held& held);
  std::optional<RejectReason> refusal(const Held& held);
  std::optional<EventBody> fill_some();
  std::optional<EventBody> fill(Held& held, bool whole, bool now);
  std::optional<EventBody> deliver(PositionKey key);
  std::optional<EventBody> deliver_some();
  std::optional<EventBody> repeat_some();
  std::optional<EventBody> trigger_some();
  std::optional<EventBody> end_some();
  EventBody price_move();
  EventBody entry_signal();
  EventBody request();
  std::vector<OrderId> where(bool (*wanted)(const Held&)) const;
  std::optional<Occurrence> due_timer(Timestamp until);
  bool fills_pending(const Held& held) const;
  PositionKey key_of(const Held& held) const;

  Market market_;
  Choices choices_;
  Timestamp now_;
  std::map<OrderId, Held> orders_;
  std::vector<Request> requests_;
  std::map<PositionKey, std::deque<OrderFilled>> undelivered_;
  std::vector<OrderFilled> delivered_;
  std::map<PositionKey, std::int64_t> positions_;
  std::map<InstrumentId, Price> marks_;
  std::map<TimerId, Timestamp> timers_;
  std::uint64_t last_trade_ = 0;
};

}  // namespace tranchet::oracle
