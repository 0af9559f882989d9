// One account at the venue: its orders as clients know them, its history, and what its user stream
// has to say; behind it a simulated venue of its own, on the price path that all accounts share.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/aster/server/order_entry.h"
#include "backtest/venue/simulated_venue.h"
#include "backtest/venue/venue_account.h"

namespace tranchet::aster_venue {

// An [[account]] of the accounts file.
struct AccountSpec {
  std::string user;      // Main wallet, lower case; empty: any, for that signer.
  std::string signer;    // API wallet, lower case; empty: none, V1 only.
  std::string hmac_key;  // Empty: none, V3 only.
  std::string hmac_secret;
  Money balance = Money::from_raw(10'000 * kDecimalOne);
  PositionMode position_mode = PositionMode::OneWay;
};

struct AccountTrade {
  std::int64_t id = 0;
  std::int64_t order = 0;
  std::int64_t time = 0;
  std::string symbol;
  std::string position_side;
  InstrumentId instrument{};
  Side side{};
  Price price;
  Quantity quantity;
  Money fee;
  Money realized;
  bool maker = false;
};

// Margin that was moved into an isolated position, or out of it.
struct MarginMove {
  std::int64_t time = 0;
  InstrumentId instrument{};
  std::string position_side;  // As it was asked for: "BOTH", "LONG", "SHORT".
  Money amount;               // > 0.
  bool adds = false;
};

struct Income {
  std::int64_t time = 0;
  std::int64_t id = 0;
  std::int64_t trade = 0;  // 0: of none.
  std::string symbol;
  std::string kind;  // "REALIZED_PNL", "COMMISSION", "FUNDING_FEE".
  Money amount;
};

class AccountDesk {
 public:
  // `boards` by instrument id, from 1, and `next_order` outlive it.
  AccountDesk(const AccountSpec& spec, const SimulationParameters& parameters,
              const std::vector<MarketBoard>& boards, std::int64_t& next_order);

  void observe(const EventBody& market, Timestamp now);
  void relist(const InstrumentListed& rules) { venue_->list(rules); }

  // The number of the order that was taken. -2027 above 100 million USDT, or with a position twice
  // that.
  Answer<std::int64_t> place(AsterOrder order, Timestamp now);
  Answer<void> amend(std::int64_t number, Quantity quantity, Price price, Timestamp now);
  Answer<void> cancel(std::int64_t number, Timestamp now);

  const AsterOrder* find(std::int64_t number) const;
  // The newest of that id; if one is open, it is that.
  const AsterOrder* find_client(const std::string& symbol, const std::string& client_id) const;
  const std::map<std::int64_t, AsterOrder>& orders() const { return orders_; }
  const std::deque<AccountTrade>& trades() const { return trades_; }
  const std::deque<Income>& incomes() const { return incomes_; }

  // -4059 no change, -4067 open orders, -4068 positions.
  Answer<void> set_mode(PositionMode mode, Timestamp now);
  Answer<void> set_leverage(InstrumentId instrument, std::int64_t leverage, Timestamp now);
  // -4046 no change, -4047 open orders, -4048 a position.
  Answer<void> set_isolated(InstrumentId instrument, bool isolated);
  // Into an isolated position, or out of it. -4049 it is not isolated, -4050 the account has not so
  // much, -4051 the position cannot spare it, -4054 there is none, -4055 no positive amount.
  Answer<void> move_margin(MarginMove move, Timestamp now);
  void set_stp_mode(StpMode mode) { stp_mode_ = mode; }
  Answer<void> set_multi_assets(bool on);

  const AccountSpec& spec() const { return spec_; }
  PositionMode mode() const { return mode_; }
  bool multi_assets() const { return multi_assets_; }
  std::int64_t leverage(InstrumentId instrument) const;
  bool isolated(InstrumentId instrument) const;
  // What an isolated position has been given: its initial margin at cost, and what was added. 0 in
  // cross margin. 0.1 bought at 45000 with leverage 10, and 50 added: 500.
  Money isolated_wallet(const PositionKey& key, const VenuePosition& position) const;
  const std::deque<MarginMove>& margin_moves() const { return margin_moves_; }
  StpMode stp_mode() const { return stp_mode_; }
  const SimulatedVenue& venue() const { return *venue_; }
  const MarketBoard& board(InstrumentId instrument) const;
  const std::vector<MarketBoard>& boards() const { return boards_; }
  const SimulationParameters& parameters() const { return parameters_; }
  // When the position of the key last changed, milliseconds; 0: never.
  std::int64_t changed(const PositionKey& key) const;

  // Messages of the user stream since the last call, in the order in which it happened.
  std::vector<std::string> take_events();

 private:
  static constexpr std::size_t kHistoryKept = 50'000;

  // What self-trade prevention makes of an order that comes.
  struct SelfTrade {
    bool expires = false;              // The order itself.
    std::vector<std::int64_t> makers;  // Those it would have met that expire.
    Price met_at;                      // The price of the first.
  };

  Answer<void> check_size(const SubmitOrder& request) const;
  Answer<void> check_status(const SubmitOrder& request) const;
  Answer<void> check_trigger(const AsterOrder& order) const;
  Answer<void> check_count(const AsterOrder& order) const;
  bool opens(const SubmitOrder& request) const;
  std::int64_t hold(AsterOrder order, Timestamp now);
  void drop(std::int64_t number, std::string_view status, Timestamp now);
  std::vector<std::int64_t> own_orders_met(const SubmitOrder& request) const;
  SelfTrade self_trade_of(const SubmitOrder& request, std::optional<StpMode> stp) const;
  static SubmitOrder as_sent(const SubmitOrder& request, const SelfTrade& self_trade);
  void expire(std::int64_t number, Timestamp now);
  void release_margin(const PositionKey& key, Quantity before);
  void watch_margin(Timestamp now);
  void watch_triggers(Timestamp now);
  void release(std::int64_t number, Timestamp now);
  void list_all();
  void collect(Timestamp now);
  void apply(const EventBody& body, Timestamp now);
  void on_fill(const OrderFilled& fill, Timestamp now);
  void on_funding(const FundingPaid& paid, Timestamp now);
  AsterOrder& forced_order(const OrderFilled& fill, Timestamp now);
  AsterOrder* order_of(OrderId id);
  void add_income(std::string_view kind, const std::string& symbol, Money amount,
                  std::int64_t trade, Timestamp now);

  AccountSpec spec_;
  SimulationParameters parameters_;
  const std::vector<MarketBoard>& boards_;
  std::int64_t& next_order_;
  PositionMode mode_;
  bool multi_assets_ = false;
  std::unique_ptr<SimulatedVenue> venue_;
  VenueAccount books_;  // As the events tell it, one by one; the venue's own are ahead of them.
  std::map<std::int64_t, AsterOrder> orders_;
  std::set<std::int64_t> held_;  // Until their trigger comes.
  std::map<std::pair<std::string, std::string>, std::int64_t> by_client_;  // Symbol and client id.
  std::deque<AccountTrade> trades_;
  std::deque<Income> incomes_;
  std::vector<VenueTerms> terms_;  // By instrument id, like the next.
  std::vector<bool> isolated_;
  StpMode stp_mode_ = StpMode::ExpireTaker;
  std::map<PositionKey, Money> added_margin_;  // Of isolated positions.
  std::deque<MarginMove> margin_moves_;
  bool margin_is_called_ = false;
  std::map<PositionKey, std::int64_t> changed_;
  std::int64_t next_income_ = 1;
  std::vector<Occurrence> answers_;
  std::vector<std::string> events_;
};

}  // namespace tranchet::aster_venue
