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

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/aster/server/front_desk.h"
#include "adapters/venue_server/tape_server.h"

namespace tranchet::aster_venue {

using venue_server::TapeOptions;
using venue_server::TapeServer;

struct ListenerOptions : venue_server::TapeServerOptions {
  DeskOptions desk;
  std::vector<FaultOrder> faults;
  bool control = false;  // Answers /twin/.
};

class VenueListener final : public TapeServer {
 public:
  static std::expected<std::unique_ptr<VenueListener>, std::string> open(
      const ListenerOptions& options);
  ~VenueListener() override { shut(); }

  // On the listener's thread: for tests that look into the twin, or show it prices.
  void post(std::function<void(AsterFrontDesk&, Timestamp)> work);

 private:
  explicit VenueListener(const ListenerOptions& options);

  void observe(const Occurrence& price, Timestamp now) override;
  void advance(Timestamp now) override { desk_.advance(now); }
  Timestamp next_wakeup() const override { return desk_.next_wakeup(); }
  std::vector<StreamOutput> take_output() override { return desk_.take_output(); }
  void answer(const ServerRequest& request, Respond respond, Timestamp now) override;
  std::optional<ServerResponse> refuse_stream(const ServerRequest& request) override;
  StreamId open_stream(const ServerRequest& request, Timestamp now) override;
  void on_stream_text(StreamId stream, std::string_view text, Timestamp now) override;
  void on_stream_closed(StreamId stream) override { desk_.on_stream_closed(stream); }

  ServerResponse control(const ServerRequest& request);
  ServerResponse show_price(const Parameters& parameters);
  ServerResponse change_rules(const Parameters& parameters);
  void cause(const FaultOrder& fault);
  ServerResponse liquidate(const Parameters& parameters);

  ListenerOptions options_;
  AsterFrontDesk desk_;
};

}  // namespace tranchet::aster_venue
