// Aster's twin without sockets: requests, stream messages, prices and time in; answers and messages
// out. The server (listener.h) puts it behind TLS; a simulated world can drive it as it is:
//
//   AsterFrontDesk desk(options);
//   desk.observe(TradePrinted{...}, now);              // Prices of the instruments' ids, from 1
//   on. DeskAnswer answer = desk.answer({.method = "POST", .target = "/fapi/v3/order", .body =
//   ...}, now); StreamId stream = *desk.open_stream("/ws/" + listen_key, now); desk.advance(now);
//   // When next_wakeup() is due. for (const StreamOutput& output : desk.take_output()) ...
//
// `now` is the venue's clock and never runs back. Requests are carried out at once: latency is
// whoever's who carries the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/aster/server/call.h"
#include "adapters/aster/server/faults.h"
#include "adapters/aster/server/stream_desk.h"
#include "backtest/venue/front_door.h"

namespace tranchet::aster_venue {

struct DeskOptions {
  std::vector<ListedSymbol> symbols;  // The instrument of number n is the nth, from 1.
  std::vector<AccountSpec> accounts;
  SimulationParameters
      simulation;  // Fees, partial fills, slippage; balance and mode are accounts'.
  DoorLimits limits;
  std::uint64_t chain = 1666;  // Of the EIP-712 domain; 714 is the test net.
  std::uint64_t secret = 1;    // What listen keys are made from.
};

struct DeskRequest {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::string_view api_key;  // X-MBX-APIKEY.
  std::string_view peer;     // Weights are counted by it.
};

struct DeskAnswer {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool hang_up = false;  // No answer at all.
  Duration delay;        // Says nothing before that.
};

class AsterFrontDesk {
 public:
  explicit AsterFrontDesk(const DeskOptions& options);

  DeskAnswer answer(const DeskRequest& request, Timestamp now);

  void observe(const EventBody& market, Timestamp now);

  // Everything that happens by itself: messages of every second, keys that expire, late messages.
  void advance(Timestamp now);
  Timestamp next_wakeup() const;

  static bool is_stream(std::string_view target) { return StreamDesk::is_stream(target); }
  StreamId open_stream(std::string_view target, Timestamp now);
  void on_stream_text(StreamId stream, std::string_view text, Timestamp now);
  void on_stream_closed(StreamId stream) { streams_.closed(stream); }
  std::vector<StreamOutput> take_output();

  // All but Clock, which is the business of whoever has the clock.
  void cause(const FaultOrder& fault, Timestamp now);

  // The venue changes what exchangeInfo says of a symbol, as venues do in the middle of a day.
  void relist(const InstrumentListed& rules, const std::string& status);

  // ---- For tests and people.
  const AccountDesk& account(std::size_t index) const { return *accounts_[index].desk; }
  const std::vector<MarketBoard>& boards() const { return boards_; }

 private:
  struct Account {
    std::unique_ptr<AccountDesk> desk;
    FrontDoor door;  // Nonces and orders.
    ListenKey key;
  };
  struct LateMessage {
    Timestamp due;
    std::string name;
    std::string text;
  };

  Answer<std::string> carry_out(const Route& route, const DeskRequest& request,
                                const Parameters& parameters, Account*& account, Timestamp now);
  Answer<Account*> authenticate(const Route& route, const DeskRequest& request,
                                const Parameters& parameters, Timestamp now);
  Answer<Account*> by_wallet(const Parameters& parameters);
  Answer<Account*> by_api_key(const Route& route, const DeskRequest& request,
                              const Parameters& parameters, Timestamp now);
  Answer<void> admit_orders(Account& account, const Route& route, const Parameters& parameters,
                            Timestamp now);
  void disturb(const Route& route, DeskAnswer& answer);
  bool refuses_unseen(const Route& route, DeskAnswer& answer);
  FrontDoor& door_of(std::string_view peer);
  void fill_headers(DeskAnswer& answer, std::string_view peer, Account* account, Timestamp now);

  void flush_users(Timestamp now);
  void publish_user(const std::string& key, std::string text, Timestamp now);
  void publish_market(const EventBody& market, MarketBoard& board, Timestamp now);
  void publish_second(Timestamp now);
  void publish_all(std::string_view name, const std::vector<std::string>& items);

  DoorLimits limits_;
  std::uint64_t chain_;
  std::uint64_t secret_;
  std::vector<MarketBoard> boards_;
  std::int64_t next_order_ = 1'000'001;
  std::vector<Account> accounts_;
  std::map<std::string, FrontDoor, std::less<>> doors_;  // Weights, by peer.
  Faults faults_;
  Timestamp banned_until_;
  Timestamp maintained_until_;
  bool keys_are_revoked_ = false;
  StreamDesk streams_;
  std::deque<LateMessage> late_;
  std::optional<LateMessage> held_;  // Comes after the next one.
  std::int64_t second_ = 0;          // The last one that was published.
};

}  // namespace tranchet::aster_venue
