// A venue made of rules and a price path: the same port as a live venue, deterministic, integer
// only. Prices go in with observe(), commands with submit(), answers come out of advance().
//
//   venue.list(rules);
//   venue.observe(TradePrinted{...}, t);    // The venue sees a price before the engine does.
//   venue.advance(t, answers);              // What it had to say up to t.
//   venue.submit(commands, t);              // They arrive half the latency later.
//
// Times of observe() and submit() never run back; fetch what is due before showing a later price. A
// request that arrives at the very time of a price meets the price before it. Not modeled: the
// depth of the book, transfers. Limits of rate and age of requests are the front door's
// (front_door.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "backtest/venue/jitter.h"
#include "backtest/venue/message_queue.h"
#include "backtest/venue/parameters.h"
#include "backtest/venue/venue_account.h"
#include "backtest/venue/venue_market.h"
#include "backtest/venue/venue_orders.h"
#include "replay/venue.h"

namespace tranchet {

// An order that rests at a venue somebody else has traded at before.
struct StandingOrder {
  SubmitOrder request;  // Quantity and prices as last amended.
  Quantity filled;
  Value filled_value = 0;
  bool triggered = false;  // A stop that works as a market order.
};
// What an account at a venue has come to.
struct VenueStanding {
  Money balance;
  std::map<PositionKey, VenuePosition> positions;
  std::vector<StandingOrder> orders;  // In the order of their arrival.
  std::uint64_t trades = 0;           // Ids of trades go on behind this one.
};

class SimulatedVenue final : public Venue {
 public:
  explicit SimulatedVenue(const SimulationParameters& parameters);

  // Goes on from what an account has come to elsewhere, in place of the initial balance. Once,
  // before the first order; the instruments are listed.
  void stand(const VenueStanding& standing);
  // What is submitted, and what happens, from now on takes this long, there and back.
  void set_latency(Duration latency);
  // All fills of an order of ours have this price, whatever the market: it is known from elsewhere.
  void tell_price(OrderId order, Price price) { told_prices_[order] = price; }
  // Funding whose amount is known, as it is paid; FundingRate works it out.
  void pay_funding(const PositionKey& key, Money amount, Timestamp now);

  // New or replaced rules. An instrument must be listed before its first price or order. Orders
  // that rest stay as they are, on the new tick and step or not; what is sent from now on is not.
  void list(const InstrumentListed& rules);
  // Terms of one listed instrument in place of those of the parameters.
  void set_terms(InstrumentId instrument, const VenueTerms& terms);

  // A price, a book or a funding rate: triggers stops, fills limits, pays funding (charged at that
  // moment), liquidates. Requests that have arrived by `time` are processed first. Other events do
  // nothing. Prices must be positive.
  void observe(const EventBody& market, Timestamp time);

  void submit(std::span<const Command> commands, Timestamp now) override;
  std::optional<Timestamp> next_wakeup() const override {
    if (next_bell_) [[unlikely]]
      return next_wakeup_or_bell();
    return next_message();
  }
  void advance(Timestamp now, std::vector<Occurrence>& out) override;

  // ---- Other people on the same account. They act at once, under the same rules; requests of ours
  // that have arrived by `now` come first. Our stream hears of their fills only, as OrderFilled of
  // no order, one for each book that a fill changes, and a snapshot lists their orders likewise.
  // They need no share of a print. False: refused.

  // The key's side matters in hedge mode only. An exit fills as much as is held.
  bool foreign_market(const PositionKey& key, Side side, Quantity quantity, Timestamp now);
  // Rests beside ours. `request.order` is not looked at.
  bool foreign_order(SubmitOrder request, Timestamp now);
  void cancel_foreign_orders(Timestamp now);

  // ADL: the venue takes `quantity` (all, if there is less) off a position, at the mark, free of
  // fees. Nothing where nothing is held.
  void deleverage(const PositionKey& key, Quantity quantity, Timestamp now);

  // Trade and mark prices that, observed now, would change nothing but the last price. Holds until
  // next_wakeup() and until the next observe(), submit() or advance(), which end the bands of all
  // instruments. Empty where no such range is known.
  PriceBand quiet_band(InstrumentId instrument) const;

  // A trade, or a mark, inside the quiet band: the same as observing it, without the work.
  void note_price(InstrumentId instrument, Price price, Timestamp time) {
    VenueMarket& market = markets_[static_cast<std::size_t>(instrument)];
    market.last_trade = price;
    market.trade_time = time;
    if (parameters_.mark_from_trades) market.mark = price;
  }
  void note_mark(InstrumentId instrument, Price price) {
    markets_[static_cast<std::size_t>(instrument)].mark = price;
  }

  // ---- For accounts and tests.
  Money balance() const { return account_.balance(); }  // Wallet: without unrealized profit.
  Money equity() const;                                 // With it, at the marks.
  // What the orders so far have cost, where charges take the place of fees.
  const Charges& charges() const { return charges_; }
  VenuePosition position(const PositionKey& key) const { return account_.position(key); }
  const VenuePositions& positions() const { return account_.positions(); }
  OrderTable<VenueOrder>::Live open_orders() const { return orders_.open(); }  // Ours.
  // How often an order of that id was taken.
  std::uint64_t acceptances(OrderId id) const { return orders_.acceptances(id); }
  // The last trade's price where there is no mark; absent before any price.
  Maybe<Price> mark(InstrumentId instrument) const;

 private:
  struct Request {
    Timestamp time;  // Of its arrival.
    Command body;
  };
  // An order that a price has reached, and its place on the way of the price.
  struct Reached {
    Price price;
    VenueOrder* order = nullptr;
  };
  // Which of an instrument's prices an observation has moved, and where from.
  struct Move {
    bool contract = false;
    bool book = false;
    bool falling = false;
  };

  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

  std::optional<Timestamp> next_message() const {
    if (requests_.empty() && answers_.empty()) return std::nullopt;
    const std::int64_t request = time_of_first(requests_), answer = time_of_first(answers_);
    return Timestamp::from_nanoseconds(request < answer ? request : answer);
  }
  template <class Message>
  static std::int64_t time_of_first(const MessageQueue<Message>& queue) {
    return queue.empty() ? std::numeric_limits<std::int64_t>::max()
                         : queue.front().time.nanoseconds();
  }
  Timestamp next_wakeup_or_bell() const {
    const auto message = next_message();
    return message ? std::min(*message, next_bell_->at) : next_bell_->at;
  }
  VenueMarket& market_of(InstrumentId instrument) {
    const auto index = static_cast<std::size_t>(instrument);
    ENSURE(index < markets_.size());
    VenueMarket& market = markets_.data()[index];
    ENSURE(market.listed);
    return market;
  }
  // Null: not listed.
  const VenueMarket* find_market(InstrumentId instrument) const {
    const auto index = static_cast<std::size_t>(instrument);
    if (index >= markets_.size()) return nullptr;
    const VenueMarket* market = markets_.data() + index;
    return market->listed ? market : nullptr;
  }
  template <class Body>
  void answer(const Body& body) {
    if (!in_turn_) return answer_with_jitter(body);
    Occurrence& next = answers_.add();
    next.time = now_ + answer_delay_;
    next.body.template emplace<Body>(body);
  }
  template <class Body>
  void answer(const VenueOrder& order, const Body& body) {  // Nobody hears of a foreign one.
    if (!order.is_foreign()) answer(body);
  }
  void answer_with_jitter(const EventBody& body);

  Timestamp due_in_place();
  void hand_out(Timestamp until, std::vector<Occurrence>& out);

  // requests.cc
  void process_requests(Timestamp until) {
    ENSURE(until >= now_);
    const bool due = !requests_.empty() && requests_.front().time <= until;
    if (due || next_bell_) process_due(until);
    now_ = until;
  }
  void process_due(Timestamp until);
  void process(const SubmitOrder& request);
  void take(const SubmitOrder& request);
  void process(const AmendOrder& request);
  void process(const CancelOrder& request);
  void process(const QueryOrder& request);
  void process(const RequestSnapshot& request);
  std::optional<RejectReason> refusal(const SubmitOrder& request) const;
  inline std::optional<RejectReason> failed_position(const SubmitOrder& request) const;
  inline std::optional<RejectReason> failed_cap(const SubmitOrder& request) const;
  inline bool is_taken(OrderId id) const;
  // Hedge mode has no reduce-only flag (-1106, "cannot be sent in Hedge Mode").
  bool mode_allows(const SubmitOrder& request) const {
    return !(account_.mode() == PositionMode::Hedge && request.reduce_only);
  }
  bool is_exit(const SubmitOrder& request) const {
    return tranchet::is_exit(request, account_.mode());
  }
  Quantity reducible(const SubmitOrder& request) const {
    return account_.reducible(request.instrument, request.side, request.position_side);
  }
  Quantity exits_resting(const SubmitOrder& request) const;

  // execution.cc
  void on(const TradePrinted& trade);
  void on(const MarkPrice& mark);
  void on(const BookTop& book);
  void on(const FundingRate& funding);
  void react(InstrumentId instrument, const Move& move);
  bool is_reached(const VenueOrder& order, const VenueMarket& market, const Move& move) const;
  void execute(VenueOrder& order);
  void arrive_limit(VenueOrder& order);
  void trigger(VenueOrder& order);
  void take_market(VenueOrder& order);
  bool trade(VenueOrder& order, Price price, Liquidity liquidity);
  void fill(VenueOrder& order, VenueMarket& market, Price price, Quantity amount,
            Liquidity liquidity);
  Price told_price(OrderId order, Price otherwise) const;
  PositionSide book_of(const SubmitOrder& request) const;
  inline Quantity fillable(const VenueOrder& order, const VenueMarket& market) const;
  void expire(VenueOrder& order);

  inline Money fee_of(const VenueOrder& order, const VenueMarket& market, Value value,
                      Liquidity liquidity);

  // session.cc
  void begin_hours();
  void ring_bell();
  void tell_session(SessionPhase phase);
  void expire_all();
  void square_off(InstrumentId instrument);

  // settlement.cc
  Value equity_value() const;
  Value entry_margin(const SubmitOrder& request, Quantity quantity) const;
  bool margin_suffices(const SubmitOrder& request) const;
  // After everything that may have moved an account or a mark.
  void liquidate_if_due() {
    if (account_.changes() != solvent_at_) check_maintenance();
  }
  void check_maintenance();
  void liquidate(InstrumentId instrument);
  void cancel_all(InstrumentId instrument);
  void close_by_force(const PositionKey& key, Quantity quantity, FillOrigin origin);

  // quiet_band.cc
  PriceBand order_band(InstrumentId instrument) const;
  bool keep_solvent(InstrumentId instrument, PriceBand& band) const;

  SimulationParameters parameters_;
  Duration request_delay_;
  Duration answer_delay_;
  Jitter request_jitter_;
  Jitter answer_jitter_;
  bool in_turn_;  // Messages are due in the order in which they are sent.
  Timestamp now_;
  Timestamp submitted_;               // Time of the newest submit().
  Timestamp in_place_due_;            // Nothing that happens from now on is heard before.
  std::vector<VenueMarket> markets_;  // By instrument id; [0] is not used.
  VenueAccount account_;
  // changes() of the account when it was last found to have its maintenance margin. Marks that have
  // left their quiet bands, and other terms, make it unknown; in their bands they change nothing.
  std::uint64_t solvent_at_ = kUnknown;
  VenueOrders orders_;
  MessageQueue<Request> requests_;    // By arrival.
  MessageQueue<Occurrence> answers_;  // By due time.
  std::map<OrderId, Price> told_prices_;
  Charges charges_;
  std::optional<TradingHours::Ring> next_bell_;
  bool begun_ = false;  // The hours are known to hold.
  bool is_open_ = true;
  std::vector<Reached> reached_;  // Of one react(); kept for its memory.
};

}  // namespace tranchet
