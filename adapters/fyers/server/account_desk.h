// One account at the venue: its orders, trades and positions as clients know them, and what its
// order stream has to say; behind it a simulated venue of its own, on the price path that all
// accounts share.
//
// Positions are netted by symbol and product: the simulated venue has one instrument for each of
// those pairs. Stops wait at the desk: the simulated one cannot amend them, and knows no
// stop-limit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/fyers/server/board.h"
#include "adapters/fyers/server/order.h"
#include "adapters/fyers/server/venue_error.h"
#include "backtest/venue/simulated_venue.h"

namespace tranchet::fyers_venue {

struct AccountSpec {
  std::string app_id = "TWIN-100";
  std::string secret = "TWINSECRET";
  std::string fy_id = "XT00001";
  std::string pin = "1234";
  std::string name = "TWIN";
  Money balance = Money::from_raw(1'000'000 * kDecimalOne);
};

struct AccountTrade {
  std::int64_t number = 0;  // From 1.
  std::int64_t order = 0;   // Its number.
  Quantity quantity;
  Price price;
  Timestamp time;
};

// By symbol and product, over a day; what was carried over is in the sums at its average.
struct NetPosition {
  std::size_t board = 0;
  Product product{};
  Quantity bought;
  Quantity sold;
  Value bought_value = 0;
  Value sold_value = 0;
  Quantity carried_long;
  Quantity carried_short;

  std::int64_t net() const { return bought.raw() - sold.raw(); }  // Raw, signed.
  Price buy_average() const;
  Price sell_average() const;
  Value realized() const;  // What was both bought and sold, at the averages.
  Value unrealized(Price last) const;
};
using PositionMap = std::map<std::pair<std::size_t, Product>, NetPosition>;

class AccountDesk {
 public:
  // `boards` outlive it.
  AccountDesk(const AccountSpec& spec, const SimulationParameters& parameters,
              const SessionHours& hours, const std::vector<Board>& boards);

  // A price of the board, which knows it already.
  void observe(std::size_t board, const EventBody& market, const Moment& moment);
  // What comes with the hour: the opening, the square-off, the close, a new day.
  void settle(const Moment& moment);
  void close_session(std::int64_t day, const Moment& moment);  // Orders of the day expire.

  // The number. -99: rejected, and in the book as such.
  Answer<std::int64_t> place(FyersOrder order, const Moment& moment);
  // A rejection on demand, in the book like any other.
  VenueError reject(FyersOrder order, std::string message, const Moment& moment);
  Answer<void> modify(std::int64_t number, const FyersOrder& changed, const Moment& moment);
  Answer<void> cancel(std::int64_t number, const Moment& moment);
  // By the opposite market order, in pieces of the freeze quantity. True: it has been filled.
  Answer<bool> exit(std::size_t board, Product product, const Moment& moment);
  Answer<void> convert(std::size_t board, Product from, Product to, Quantity quantity,
                       const Moment& moment);

  // Trading stands still until then, by the wall: no order is taken.
  void halt(Timestamp until) { halted_until_ = until; }
  bool is_halted(const Moment& moment) const { return moment.now < halted_until_; }

  const FyersOrder* find(std::string_view id) const;
  const std::map<std::int64_t, FyersOrder>& orders() const { return orders_; }
  const std::vector<AccountTrade>& trades() const { return trades_; }
  const PositionMap& positions() const { return positions_; }
  const AccountSpec& spec() const { return spec_; }
  const std::vector<Board>& boards() const { return boards_; }
  Money balance() const { return venue_->balance(); }
  Money equity() const { return venue_->equity(); }
  Money balance_at_opening() const { return opening_balance_; }
  Value margin_used() const;
  // What an order would need on top.
  Value margin_of(const FyersOrder& order) const;

  // Messages of the order stream since the last call, in the order in which it happened.
  std::vector<std::string> take_events() { return std::exchange(events_, {}); }

 private:
  InstrumentId instrument_of(std::size_t board, Product product) const;
  std::string refusal(const FyersOrder& order, const Moment& moment) const;
  void tell(const FyersOrder& order);
  FyersOrder& enter(FyersOrder order, const Moment& moment);
  std::string start(FyersOrder& order, const Moment& moment);
  VenueError close_as_rejected(FyersOrder& order, std::string message);
  void finish(FyersOrder& order, Status status, std::string message);
  std::string submit(FyersOrder& order, const Moment& moment);
  void collect(const Moment& moment);
  void apply(const EventBody& body, const Moment& moment);
  void on_fill(const OrderFilled& fill, const Moment& moment);
  void book(FyersOrder& order, const OrderFilled& fill);
  void place_legs(const FyersOrder& order, const Moment& moment);
  void end_siblings(const FyersOrder& leg, const Moment& moment);
  void watch_stops(std::size_t board, const Moment& moment);
  void release(FyersOrder& order, const Moment& moment);
  void withdraw(FyersOrder& order, const Moment& moment);
  void square_off(std::int64_t day, const Moment& moment);
  void begin_day();
  FyersOrder* order_of(OrderId id);
  void move_at(std::size_t board, Product product, Side side, Quantity quantity, Price price,
               const Moment& moment);

  AccountSpec spec_;
  SessionHours hours_;
  Timestamp halted_until_;
  const std::vector<Board>& boards_;
  std::unique_ptr<SimulatedVenue> venue_;
  std::map<std::int64_t, FyersOrder> orders_;
  std::set<std::int64_t> held_;
  std::map<std::string, std::int64_t, std::less<>> by_id_;
  std::vector<AccountTrade> trades_;
  PositionMap positions_;
  Money opening_balance_;
  std::int64_t next_ = 1;
  std::int64_t day_ = -1;          // The newest, in India.
  std::int64_t squared_day_ = -1;  // When positions were last squared off.
  std::int64_t closed_day_ = -1;   // When a session was last closed.
  std::vector<std::string> events_;
};

}  // namespace tranchet::fyers_venue
