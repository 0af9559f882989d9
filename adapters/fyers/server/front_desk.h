// Fyers' twin without sockets: requests, stream messages, prices and time in; answers and messages
// out. The server (listener.h) puts it behind sockets; a simulated world can drive it as it is:
//
//   FyersFrontDesk desk(options);
//   desk.observe(0, TradePrinted{...}, moment);     // A price of the first board.
//   DeskAnswer answer = desk.answer({.method = "POST", .target = "/api/v3/orders/sync", ...},
//   moment); StreamId stream = desk.open_stream({.target = "/trade/v3", ...}, moment);
//   desk.advance(moment);                           // When next_wakeup() is due.
//   for (const StreamOutput& output : desk.take_output()) ...
//
// Neither clock of a Moment runs back. Requests are carried out at once: latency is whoever's who
// carries the bytes.
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

#include "adapters/fyers/server/account_desk.h"
#include "adapters/fyers/server/call.h"
#include "adapters/fyers/server/data_desk.h"
#include "adapters/fyers/server/faults.h"
#include "adapters/fyers/server/gtt_desk.h"
#include "adapters/fyers/server/request_rates.h"
#include "adapters/fyers/server/tokens.h"

namespace tranchet::fyers_venue {

struct DeskOptions {
  std::vector<Listing> listings;
  std::vector<AccountSpec> accounts;
  SimulationParameters simulation;  // Partial fills and slippage; the rest is the accounts'.
  SessionHours hours;
  RateLimits limits;
};

struct DeskRequest {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::string_view authorization;  // "APP_ID:TOKEN"
};

struct DeskAnswer {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool hang_up = false;  // No answer at all.
  Duration delay;        // Says nothing before that.
};

class FyersFrontDesk {
 public:
  explicit FyersFrontDesk(const DeskOptions& options);
  FyersFrontDesk(const FyersFrontDesk&) = delete;
  FyersFrontDesk& operator=(const FyersFrontDesk&) = delete;

  DeskAnswer answer(const DeskRequest& request, const Moment& moment);

  void observe(std::size_t board, const EventBody& market, const Moment& moment);
  // A price from before the venue was there: candles and the previous close know of it, nobody
  // else.
  void remember(std::size_t board, const EventBody& market, Timestamp time) {
    boards_[board].observe(market, time);
  }

  // Everything that happens by itself: the hours of the session, late messages.
  void advance(const Moment& moment);
  Timestamp next_wakeup(Timestamp now) const;  // By the wall.

  // An HTTP status of refusal; 0: it may open.
  unsigned refuses_stream(const DeskRequest& request, const Moment& moment) const;
  StreamId open_stream(const DeskRequest& request, const Moment& moment);
  void on_stream_text(StreamId stream, std::string_view text, const Moment& moment);
  void on_stream_binary(StreamId stream, std::string_view bytes, const Moment& moment);
  void on_stream_closed(StreamId stream);
  std::vector<StreamOutput> take_output();

  void cause(const FaultOrder& fault, const Moment& moment);

  // ---- For tests and people.
  const AccountDesk& account(std::size_t index) const { return *accounts_[index]->desk; }
  const std::vector<Board>& boards() const { return boards_; }

 private:
  struct Account {
    Account(const AccountSpec& account_spec, const DeskOptions& options,
            const std::vector<Board>& boards)
        : spec(account_spec),
          desk(std::make_unique<AccountDesk>(spec, options.simulation, options.hours, boards)),
          gtt(*desk),
          rates(options.limits) {}
    AccountSpec spec;
    std::unique_ptr<AccountDesk> desk;
    GttDesk gtt;
    RequestRates rates;
    Timestamp tokens_from;          // Older ones have expired before their time.
    std::set<std::string> retired;  // Codes that were used, tokens that were logged out.
    Timestamp newest_token;
  };
  struct Listener {
    std::size_t account = 0;
    std::set<std::string> kinds;  // "orders", "trades", "positions".
  };
  struct LateMessage {
    Timestamp due;
    std::size_t account = 0;
    std::string text;
  };

  Answer<Account*> authenticate(std::string_view authorization, Timestamp now) const;
  bool admits_key(std::string_view key) const;
  DeskAnswer log_in(const DeskRequest& request, std::string_view path, const Moment& moment);
  Answer<std::string> exchange_code(const Json& body, Timestamp now);
  Answer<std::string> refresh(const Json& body, Timestamp now);
  Account* by_hash(std::string_view hash) const;
  std::string symbol_master(std::string_view exchange) const;
  Answer<std::string> carry_out(const DeskRequest& request, const Route& route,
                                const Moment& moment);
  bool refuses_unseen(const Route& route, DeskAnswer& answer);
  void disturb(const Route& route, DeskAnswer& answer);

  void flush_orders(const Moment& moment);
  void publish(std::size_t account, std::string text, Timestamp now);
  void send(std::size_t account, const std::string& text);

  SessionHours hours_;
  std::vector<Board> boards_;
  std::vector<std::unique_ptr<Account>> accounts_;
  Faults faults_;
  Timestamp maintained_until_;
  Timestamp refused_until_;
  DataDesk data_;
  std::map<StreamId, Listener> listeners_;
  StreamId next_stream_ = 1;
  std::deque<LateMessage> late_;
  std::optional<LateMessage> held_;  // Comes after the next one.
  std::vector<StreamOutput> output_;
};

}  // namespace tranchet::fyers_venue
