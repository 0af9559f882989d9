// The parts of the core and what moves them; only FyersCore makes one.
//
//   core.cc           the port, time, and who is called when
//   core_send.cc      what waits, what may leave, and how it leaves
//   core_answers.cc   what answers say about orders
//   core_account.cc   snapshots: positions, orders, trades, holdings and funds that belong together
//   core_streams.cc   connections, and what the streams say
//   core_session.cc   the hours of the exchange, and candles
//   core_backup.cc    good-till-triggered orders while it is closed
//   core_orders.cc    what became of an order: its standing and its trades, from wherever they come
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fyers/core.h"
#include "adapters/fyers/error_map.h"
#include "adapters/fyers/holdings.h"
#include "adapters/fyers/order_ledger.h"
#include "adapters/fyers/overnight_backup.h"
#include "adapters/fyers/requests.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/session_watch.h"
#include "adapters/port/stream_line.h"
#include "adapters/port/told_events.h"

namespace tranchet::fyers {

// A response that has not come by then will not be waited for.
inline constexpr Duration kTimeOut = Duration::seconds(6);
// What was sent 12 s ago, on a connection that has been given up, can no longer arrive.
inline constexpr Duration kFinal = Duration::seconds(12);
inline constexpr Duration kAskAgain = Duration::seconds(1);
inline constexpr Duration kSnapshotAgain = Duration::seconds(2);
// What a reply has promised, the order stream says within this.
inline constexpr Duration kWordTime = Duration::seconds(2);
// Trades follow the order that they fill within this.
inline constexpr Duration kTradeTime = Duration::milliseconds(500);

inline Quantity size_of(Quantity amount) {
  return amount.raw() < 0 ? -amount : amount;
}

class FyersCore::Inside {
 public:
  Inside(const CoreOptions& options, AccessToken token, Names& names);

  void start(Moment now);
  void submit(std::span<const Command> commands, Timestamp now);
  std::optional<Timestamp> next_wakeup() const { return told_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) { told_.advance(now, out); }
  void take_market(std::vector<Occurrence>& out) {
    out.insert(out.end(), market_.begin(), market_.end());
    market_.clear();
  }
  void renew(AccessToken token, Moment now);
  const AccessToken& token() const { return token_; }
  void tick(Moment now);
  std::optional<Timestamp> next_tick() const;
  void take_requests(std::vector<HttpRequest>& out);
  void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now);
  void on_no_answer(std::uint64_t id, bool may_have_left, Moment now);
  std::optional<StreamWish> wanted(Stream stream) const { return line(stream).wish(); }
  void take_frames(std::vector<StreamFrame>& out);
  void on_stream_open(Stream stream, std::uint64_t attempt, Moment now);
  void on_stream_message(Stream stream, std::uint64_t attempt, std::string_view message,
                         Moment now);
  void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now);
  void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now);
  std::span<const MarketTopic> market_topics() const { return topics_; }
  void on_market_answer(std::uint64_t attempt, bool stands, Moment now);
  void on_market_flaw(std::uint64_t attempt, std::string_view flaw, Moment now);
  void on_market_alive(Moment now);
  void on_circuit_limits(const CircuitLimits& limits) { circuits_[limits.instrument] = limits; }
  bool looks_at_carried() const { return !closed_.empty(); }
  void on_carried(std::span<const CarriedInstrument> carried, Moment now);
  std::uint64_t gtt_version() const { return backup_.version(); }
  std::vector<GttRecord> gtt_records() const { return backup_.records(); }
  void on_gtt_kept(std::uint64_t version, Moment now);
  std::vector<GttNews> take_gtt_news() { return backup_.take_news(); }
  bool is_idle() const;
  std::vector<CallCount> calls() const { return calls_; }
  std::uint32_t requests_today() const { return budget_.used_today(); }

 private:
  enum class Use : std::uint8_t {
    Tokens = 1,  // Of symbols: the topics of the market stream.
    Quotes,
    Orders,  // One, or a batch.
    Amend,
    Cancel,
    Query,
    Positions,  // Of a snapshot: the first, and the last part.
    OrderBook,
    TradeBook,
    Holdings,
    Funds,
    Status,   // Of the markets.
    History,  // Candles.
    PlaceGtt,
    CancelGtt,
    GttBook,
    GttOrders,  // The order book, for what triggered ones have become.
    CancelStray,
  };
  // Something to ask of the venue.
  struct Job {
    Use use{};
    std::vector<Command> commands;  // Orders: 1..10 of SubmitOrder; Amend, Cancel, Query: one.
    std::size_t first = 0;          // Tokens, Quotes: of the symbols asked about.
                                    // History: whose. PlaceGtt, CancelGtt: which.
    std::string venue_id = {};      // CancelStray.
    Timestamp not_before;
    Timestamp held_until;  // By the budget, as it looked when it was last tried.
    int tries = 0;
    bool alone = false;            // Not in a batch: one that had it failed.
    Rank rank = Rank::Protection;  // Status.
  };
  struct Outstanding {
    Job job;
    Timestamp sent;
    std::string_view label;
    std::uint64_t spent = 0;  // Of the budget.
  };

  // core.cc
  void see(Moment now);
  void push(const EventBody& body) { told_.push(body, now_.steady); }
  void fault(const std::string& text) { told_.fault(text, now_.steady); }
  void count_failure(std::string_view label);
  void time_out(Outstanding late, const std::string& why);
  void look_at_due_orders();
  void look_at_token();
  void look_at_drift();
  void watch_market();
  void list_rules();
  StreamLine& line(Stream stream) { return stream == Stream::User ? user_ : market_line_; }
  const StreamLine& line(Stream stream) const {
    return stream == Stream::User ? user_ : market_line_;
  }
  bool token_is_dead() const { return token_.expires() <= now_.wall; }

  // core_send.cc
  void ask(Job job) { waiting_.push_back(std::move(job)); }
  void ask_again(Job job, Duration after);
  bool is_asked(Use use) const;
  void flush();
  // Orders of which something is under way, or waits before what is looked at.
  using OrdersAhead = std::set<OrderId>;
  bool may_leave(const Job& job, const OrdersAhead& ahead) const;
  void release_held();
  void gather_batch(std::size_t index, const OrdersAhead& ahead);
  bool refuse_here(std::size_t index);
  bool send(Job& job);
  std::string reason_against(const Command& command);
  SubmitOrder as_sent(const SubmitOrder& order) const;
  // On the tick that lies further from the trigger.
  Price beyond(Price trigger, Side side, Ppm offset, InstrumentId instrument) const;
  Price within_circuit(Price price, InstrumentId instrument) const;
  Written call_for(const Job& job) const;
  static Rank rank_of(const Job& job);
  Product product_of(InstrumentId instrument) const;
  const InstrumentListed* rules_of(InstrumentId instrument) const;

  // core_answers.cc
  void settle(Outstanding& outstanding, const HttpAnswer& answer, const Envelope& envelope);
  void failed(Outstanding& outstanding, const Verdict& verdict, const std::string& why);
  void retry(Job job);
  void bad_token(const std::string& why);
  void too_often(const std::string& why);
  void take_batch(Outstanding& outstanding, std::string_view body);
  void taken(const Command& command, std::string_view venue_id);
  void judged(const Command& command, const Verdict& verdict, const std::string& why);
  void take_query(Outstanding& outstanding, std::string_view body);
  void not_found(Outstanding& outstanding);
  void refused(const Command& command, RejectReason reason);
  void unknown(const Command& command);
  void take_tokens(Outstanding& outstanding, std::string_view body);
  void take_quotes(std::string_view body);

  // core_account.cc
  void want_snapshot(Duration after);
  void take_snapshot_part(Outstanding& outstanding, std::string_view body);
  void abandon_snapshot();
  void go_on_with_snapshot();
  void tell_prices_of_held();
  void hand_on_snapshot();
  std::map<InstrumentId, PositionReported> held() const;
  void note_standing(OrderId order, const OrderRow& row);
  EventBody reported(const OrderRow& row, OrderId order, InstrumentId id) const;
  static bool is_snapshot(Use use) {
    return use == Use::Positions || use == Use::OrderBook || use == Use::TradeBook ||
           use == Use::Holdings || use == Use::Funds;
  }

  // core_session.cc
  void begin_session();
  void look_at_session();
  void note_refusal(RejectReason reason);
  void say_phase(const SessionChanged& change);
  void take_status(std::string_view body);
  bool take_history(const Outstanding& outstanding, std::string_view body);

  // core_backup.cc
  static bool is_backup(Use use) { return use >= Use::PlaceGtt; }
  void begin_backup();
  void look_at_backup();
  void take_backup(const Outstanding& outstanding, const Envelope& envelope, std::string_view body);
  void backup_failed(const Job& job, const Verdict& verdict, const std::string& why);
  void backup_lost(const Job& job);
  void backup_not_sent(const Job& job);
  std::optional<std::vector<GttTerms>> wanted_of(const CarriedInstrument& carried);
  void look_at_orders_left(InstrumentId instrument);
  GttLeg leg_at(Price trigger, Side side, InstrumentId instrument) const;
  void fault_once(const std::string& text);
  bool is_carried(InstrumentId instrument) const;

  // core_orders.cc
  static RejectReason reason_for(std::optional<Purpose> purpose, RejectReason reason);
  void take_order(const OrderNews& news);
  void take_trade(const TradeNews& news);
  void remember_trade(const TradeNews& news);
  void tell_total(OrderId order, OrderRecord& record);
  void tell_acceptance(OrderId order, OrderRecord& record);
  void tell_end(OrderId order, OrderRecord& record, const OrderNews& news);
  void await(OrderId order, Awaited what);
  void push_fill(const TradeNews& news, OrderId order, InstrumentId instrument);
  Money fee_of(const TradeNews& news, OrderId order, InstrumentId instrument);
  OrderId ours(std::string_view tag) const;
  // Of a position that this program trades: symbol and product. None: somebody else's.
  InstrumentId traded(std::string_view symbol, std::string_view product) const;

  // core_streams.cc
  void close_line(Stream stream);
  void connect(Stream stream);
  void begin_market();
  void take_market_frame(std::uint64_t attempt, std::string_view frame, Moment now);
  void take_user_text(std::string_view text);
  void take_position(const PositionNews& news);
  void say(Stream stream, bool is_text, Secret bytes);
  void say_pings();

  struct Snapshot {
    bool wanted = false;
    bool under_way = false;
    bool overtaken = false;  // Something was heard since it began.
    bool again = false;      // Positions are asked for the second time.
    std::optional<std::vector<PositionRow>> positions;
    std::optional<std::vector<PositionRow>> positions_again;
    std::optional<std::vector<OrderRow>> orders;
    std::optional<std::vector<TradeRow>> trades;
    std::optional<std::vector<HoldingRow>> holdings;
    std::optional<Money> balance;
    int tries = 0;
  };

  CoreOptions options_;
  AccessToken token_;
  Names& names_;
  Moment now_;
  Timestamp started_;
  Budget budget_;
  OrderLedger ledger_;
  StreamLine user_;
  StreamLine market_line_;
  std::optional<MarketFeed> feed_;  // Where no other thread has one.
  std::vector<MarketTopic> topics_;
  bool has_topics_ = false;
  ToldEvents told_;
  std::vector<Occurrence> market_;
  std::vector<EventBody> heard_;  // Of one market frame; kept for its memory.
  std::deque<Job> waiting_;
  std::map<std::uint64_t, Outstanding> outstanding_;
  std::vector<HttpRequest> ready_;
  std::vector<StreamFrame> frames_;
  std::uint64_t last_id_ = 0;
  std::vector<CallCount> calls_;

  SessionWatch session_;
  std::set<InstrumentId> closed_;   // As the engine has been told.
  std::set<InstrumentId> opening_;  // Of these: it is not told before nothing of ours is left.
  OvernightBackup backup_;
  std::map<InstrumentId, Timestamp> orders_left_;  // Closed, and orders of the day: when to look.
  std::set<std::string> night_faults_;             // Said since it closed.
  CandleWatch candles_;
  Snapshot snapshot_;
  bool prices_of_held_told_ = false;
  bool stands_ = false;  // The order stream has confirmed our subscription.
  bool market_stands_ = false;
  bool halted_ = false;
  bool told_dead_ = false;
  bool market_is_silent_ = false;
  std::map<InstrumentId, Product> products_;
  std::map<InstrumentId, ChargeRates> charges_;
  std::map<InstrumentId, InstrumentListed> rules_;
  std::map<InstrumentId, CircuitLimits> circuits_;
  std::map<InstrumentId, Quantity> net_;  // Below 0 is short.
  // What the position messages say else than our sum of trades, and since when.
  std::map<InstrumentId, std::pair<Quantity, Timestamp>> drift_;
  Timestamp market_heard_;
  Timestamp next_ping_;
  Timestamp next_market_ping_;
  Timestamp next_prices_;
  Timestamp next_forgetting_;
};

}  // namespace tranchet::fyers
