// The twin behind real sockets: the server's callbacks into the front desk, the clock, the tapes.
//
//   auto listener = VenueListener::open(options);
//   (*listener)->run();           // Until stop(), or until the tapes have ended, if asked.
//
// If `control` is set, beside the venue's own paths, for tests:
//   POST /twin/fault?fault=KIND[:...]          causes a fault (faults.h)
//   POST /twin/price?symbol=&price=[&mark=]    a price
//   POST /twin/liquidation?symbol=&side=&price=&quantity=          somebody's liquidation
//   POST /twin/rules?symbol=[&tick_size=][&step_size=][&status=]   what exchangeInfo says from now
//   on
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/aster/server/front_desk.h"
#include "adapters/aster/server/tape_player.h"
#include "adapters/net/server.h"

namespace tranchet::aster_venue {

struct ListenerOptions {
  ServerOptions server;
  DeskOptions desk;
  std::vector<TapeOptions> tapes;
  std::vector<FaultOrder> faults;
  bool ends = false;     // Stops when the last tape has ended.
  bool control = false;  // Answers /twin/.
};

class VenueListener final : private ServerHandler {
 public:
  static std::expected<std::unique_ptr<VenueListener>, std::string> open(
      const ListenerOptions& options);
  ~VenueListener() override;

  std::uint16_t port() const;
  void run();
  void stop();  // From any thread.
  // Why it has stopped; empty: because it was asked to.
  const std::string& failure() const { return failure_; }
  // On the listener's thread: for tests that look into the twin, or show it prices.
  void post(std::function<void(AsterFrontDesk&, Timestamp)> work);

 private:
  explicit VenueListener(const ListenerOptions& options);

  void on_request(ServerRequest request, Respond respond) override;
  std::optional<ServerResponse> on_upgrade(const ServerRequest& request) override;
  void on_open(const std::shared_ptr<ServerSession>& session,
               const ServerRequest& request) override;
  void on_text(ServerSession& session, std::string_view text) override;
  void on_closed(ServerSession& session) override;

  Timestamp now();
  void catch_up();
  void play(Timestamp now);
  void send_output();
  void wait();
  ServerResponse control(const ServerRequest& request);
  ServerResponse show_price(const Parameters& parameters);
  ServerResponse change_rules(const Parameters& parameters);
  void cause(const FaultOrder& fault);
  ServerResponse liquidate(const Parameters& parameters);

  ListenerOptions options_;
  AsterFrontDesk desk_;
  std::vector<std::unique_ptr<TapePlayer>> players_;
  Timestamp now_;
  Duration ahead_;  // Of the wall, by faults.
  std::map<StreamId, std::shared_ptr<ServerSession>> sessions_;
  std::map<std::uint64_t, StreamId> streams_;  // By the session's id.
  std::optional<Timestamp> waits_until_;
  std::string failure_;
  std::unique_ptr<Server> server_;
};

}  // namespace tranchet::aster_venue
