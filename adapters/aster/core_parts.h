// The parts of the core and what moves them; only AsterCore makes one.
//
//   core.cc           the port, time, and who is called when
//   core_send.cc      what waits, what may leave, and how it leaves
//   core_answers.cc   what answers say about orders
//   core_account.cc   the account: its set-up, snapshots, fills that a broken stream has swallowed
//   core_streams.cc   connections, and what the user stream says
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/account_snapshot.h"
#include "adapters/aster/budget.h"
#include "adapters/aster/core.h"
#include "adapters/aster/error_map.h"
#include "adapters/aster/instrument_rules.h"
#include "adapters/aster/market_feed.h"
#include "adapters/aster/requests.h"
#include "adapters/aster/user_messages.h"
#include "adapters/aster/venue_clock.h"
#include "adapters/port/order_memory.h"
#include "adapters/port/stream_line.h"
#include "adapters/port/told_events.h"

namespace tranchet::aster {

// A response that has not come by then will not be waited for. Above the venue's receive window.
inline constexpr Duration kTimeOut = Duration::seconds(6);
// The nonce window is 10 s: what was sent 12 s ago can no longer arrive.
inline constexpr Duration kFinal = Duration::seconds(12);
inline constexpr Duration kAskAgain = Duration::seconds(1);
inline constexpr Duration kSnapshotAgain = Duration::seconds(2);
// A dead stream is noticed within this, and clocks are wrong by less.
inline constexpr Duration kOverlap = Duration::minutes(5);

// Kinds of Word, in the order in which they can follow.
inline constexpr int kAccepted = 0;
inline constexpr int kAmended = 1;
inline constexpr int kEnded = 2;

inline Quantity size_of(Quantity amount) {
  return amount.raw() < 0 ? -amount : amount;
}

// Who made a fill that no order of ours made: the venue marks its own orders by their client ids.
FillOrigin origin_of(std::string_view client_id, Standing standing);

class AsterCore::Inside {
 public:
  Inside(const CoreOptions& options, Signer& signer, Names& names);

  void start(Moment now);
  void submit(std::span<const Command> commands, Timestamp now);
  std::optional<Timestamp> next_wakeup() const { return told_.next_wakeup(); }
  void advance(Timestamp now, std::vector<Occurrence>& out) { told_.advance(now, out); }
  void take_market(std::vector<Occurrence>& out) {
    out.insert(out.end(), market_.begin(), market_.end());
    market_.clear();
  }
  void tick(Moment now);
  std::optional<Timestamp> next_tick() const;
  void take_requests(std::vector<HttpRequest>& out);
  void on_answer(std::uint64_t id, const HttpAnswer& answer, Moment now);
  void on_no_answer(std::uint64_t id, bool may_have_left, Moment now);
  std::optional<StreamWish> wanted(Stream stream) const { return line(stream).wish(); }
  void on_stream_open(Stream stream, std::uint64_t attempt, Moment now);
  void on_stream_message(Stream stream, std::uint64_t attempt, std::string_view text, Moment now);
  void on_stream_alive(Stream stream, std::uint64_t attempt, Moment now);
  void on_stream_closed(Stream stream, std::uint64_t attempt, Moment now);
  void on_market_alive(Moment now);
  bool is_idle() const;
  std::vector<CallCount> calls() const { return calls_; }
  std::uint32_t weight_used() const { return budget_.weight_used(); }
  std::optional<Duration> venue_offset() const { return clock_.offset(); }

 private:
  enum class Use : std::uint8_t {
    ServerTime = 1,
    ExchangeInfo,
    PositionMode,
    SetPositionMode,
    Leverage,
    MarginType,
    ListenKey,
    KeepKey,
    MarkPrices,
    Orders,  // One, or a batch.
    Amend,
    Cancel,
    Query,
    QueryNumber,
    Positions,  // Of a snapshot: the first, and the last part.
    OpenOrders,
    Balance,
    Trades,
    Funding,
  };
  // Something to ask of the venue.
  struct Job {
    Use use{};
    std::vector<Command> commands;  // Orders: 1..5 of SubmitOrder; Amend, Cancel, Query: one.
    std::string symbol;
    std::int64_t number = 0;  // Of an order; a leverage; a MarginType; a time in milliseconds.
    std::uint64_t from_id = 0;
    Timestamp not_before;
    int tries = 0;
    bool alone = false;  // Not in a batch: one that had it failed.
  };
  struct Outstanding {
    Job job;
    Timestamp sent;
    std::string_view label;
  };

  // core.cc
  void see(Moment now);
  void push(const EventBody& body) { told_.push(body, now_.steady); }
  void fault(const std::string& text) { told_.fault(text, now_.steady); }
  void count_failure(std::string_view label);
  void time_out(Outstanding late);
  void do_chores();
  void look_at_rules();
  void watch_market();
  StreamLine& line(Stream stream) { return stream == Stream::User ? user_ : market_line_; }
  const StreamLine& line(Stream stream) const {
    return stream == Stream::User ? user_ : market_line_;
  }

  // core_send.cc
  void ask(Job job) { waiting_.push_back(std::move(job)); }
  void ask_again(Job job, Duration after);
  bool is_asked(Use use) const;
  void flush();
  bool may_leave(std::size_t index) const;
  void gather_batch(std::size_t index);
  bool send(Job& job);
  Call call_for(const Job& job) const;
  std::string_view symbol_of(const Job& job) const;
  HttpRequest signed_request(const Call& call);
  static Rank rank_of(const Job& job);

  // core_answers.cc
  void settle(Outstanding& outstanding, const HttpAnswer& answer);
  void failed(Outstanding& outstanding, const HttpAnswer& answer);
  void retry(Job job);
  void setting_refused(const Job& job, std::string_view why);
  void bad_keys(std::string_view why);
  void clock_was_wrong();
  void take_orders(Outstanding& outstanding, std::string_view body);
  void accept(OrderId order, const OrderRow& row);
  void take_amended(const Outstanding& outstanding, std::string_view body);
  void take_canceled(const Outstanding& outstanding, std::string_view body);
  void take_query(Outstanding& outstanding, std::string_view body);
  void not_found(Outstanding& outstanding);
  void refused(const Command& command, RejectReason reason);
  void unknown(const Command& command);

  // core_account.cc
  void take_setup(Outstanding& outstanding, std::string_view body);
  void take_server_time(const Outstanding& outstanding, std::string_view body);
  void take_exchange_info(std::string_view body);
  void take_position_mode(bool is_hedge);
  void wrong_mode(std::string_view why);
  void take_mark_prices(std::string_view body);
  void want_snapshot(Duration after);
  void take_snapshot_part(Outstanding& outstanding, std::string_view body);
  void go_on(AccountSnapshot::Next next);
  void hand_on_snapshot();
  EventBody reported(const PositionRow& row, InstrumentId instrument);
  EventBody reported(const OrderRow& row, InstrumentId instrument) const;
  void set_terms(const std::vector<PositionRow>& rows);
  void note_what_is_booked();
  void fetch_trades();
  void take_trades(Outstanding& outstanding, std::string_view body);
  void take_number(Outstanding& outstanding, std::string_view body);
  void claim(std::int64_t number, OrderId order);
  void take_funding(const Outstanding& outstanding, std::string_view body);

  // core_streams.cc
  void close_line(Stream stream);
  void prepare_user();
  void connect_market();
  void take_user_text(std::string_view text);
  void take(const OrderUpdate& update);
  void take(const AccountUpdate& update);
  void take(const LeverageChanged& changed);
  void take_standing(const OrderUpdate& update, OrderId order);
  struct Fill {
    OrderId order{};
    InstrumentId instrument{};
    std::int64_t number = 0;
    std::uint64_t trade = 0;
    Side side{};
    SideOfPosition position_side{};
    bool reduce_only = false;
    Quantity quantity;
    Price price;
    Money fee;
    bool is_maker = false;
    FillOrigin origin = FillOrigin::Own;
    std::int64_t time = 0;
  };
  void take_fill(Fill fill);
  void push_fill(const Fill& fill, PositionSide side, Quantity quantity, Money fee, bool second);
  bool is_in_snapshot(const Fill& fill, PositionSide side) const;
  Money fee_of(Money fee, std::string_view asset);
  OrderId ours(std::string_view client_id) const;
  InstrumentId instrument_of(std::string_view symbol);
  void note_news(std::int64_t venue_milliseconds);

  CoreOptions options_;
  Signer& signer_;
  Names& names_;
  Moment now_;
  Timestamp started_;
  Budget budget_;
  VenueClock clock_;
  OrderMemory memory_;
  InstrumentRulesBook rules_;
  AccountSnapshot snapshot_;
  StreamLine user_;
  StreamLine market_line_;
  MarketFeed feed_;
  ToldEvents told_;
  std::vector<Occurrence> market_;
  std::vector<EventBody> heard_;  // Of one market message; kept for its memory.
  std::deque<Job> waiting_;
  std::map<std::uint64_t, Outstanding> outstanding_;
  std::vector<HttpRequest> ready_;
  std::uint64_t last_id_ = 0;
  std::vector<CallCount> calls_;

  bool mode_is_known_ = false;
  bool snapshot_wanted_ = false;
  bool halted_ = false;
  bool market_is_silent_ = false;
  std::string listen_key_;
  std::set<std::string, std::less<>> traded_;     // Symbols whose fills a gap may have swallowed.
  std::set<std::string, std::less<>> terms_set_;  // Leverage and margin: set, or asked to be.
  std::map<std::int64_t, std::vector<Fill>> unclaimed_;  // Fetched; whose, nobody knows yet.
  std::map<PositionKey, std::int64_t> included_;  // The newest snapshot holds fills until then.
  // The same of keys that it does not list, and of all before it. Below 0: not known yet.
  std::int64_t included_else_ = -1;
  std::map<InstrumentId, Quantity> net_;  // One-way mode: below 0 is short.
  std::set<std::pair<std::string, std::int64_t>> funding_seen_;
  bool fee_asset_told_ = false;
  std::int64_t last_news_ = 0;  // The newest time that the venue gave a fact, in milliseconds.
  Timestamp whole_until_;       // By the venue's clock: the user stream was whole until then.
  Timestamp market_heard_;
  Timestamp next_keep_;
  Timestamp next_sync_;
  Timestamp next_rules_;
  Timestamp rules_asked_;
  Timestamp next_prices_;
};

}  // namespace tranchet::aster
