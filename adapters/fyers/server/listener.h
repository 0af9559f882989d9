// The twin behind real sockets: the clock of its market, and the controls for tests.
//
//   auto listener = FyersListener::open(options);
//   (*listener)->run();           // Until stop(), or until the tapes have ended, if asked.
//
// If `control` is set, beside the venue's own paths, for tests:
//   POST /twin/fault?fault=KIND[:...]      causes a fault (faults.h)
//   POST /twin/price?symbol=&price=[&quantity=][&bid=&ask=]   a price, or a book
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/fyers/server/front_desk.h"
#include "adapters/venue_server/tape_server.h"

namespace tranchet::fyers_venue {

struct ListenerOptions : venue_server::TapeServerOptions {
  DeskOptions desk;  // The listing of a tape is that of its instrument's number, from 1.
  std::vector<FaultOrder> faults;
  bool control = false;     // Answers /twin/.
  bool wall_clock = false;  // The market's clock is the wall's, not the first tape's.
};

class FyersListener final : public venue_server::TapeServer {
 public:
  static std::expected<std::unique_ptr<FyersListener>, std::string> open(
      const ListenerOptions& options);
  ~FyersListener() override { shut(); }

  // On the listener's thread: for tests that look into the twin, or show it prices.
  void post(std::function<void(FyersFrontDesk&, const Moment&)> work);

 private:
  explicit FyersListener(const ListenerOptions& options);

  void observe(const Occurrence& price, Timestamp now) override;
  void advance(Timestamp now) override { desk_.advance(moment_at(now)); }
  Timestamp next_wakeup() const override { return desk_.next_wakeup(told_); }
  std::vector<StreamOutput> take_output() override { return desk_.take_output(); }
  void answer(const ServerRequest& request, Respond respond, Timestamp now) override;
  std::optional<ServerResponse> refuse_stream(const ServerRequest& request) override;
  StreamId open_stream(const ServerRequest& request, Timestamp now) override;
  void on_stream_text(StreamId stream, std::string_view text, Timestamp now) override;
  void on_stream_binary(StreamId stream, std::string_view bytes, Timestamp now) override;
  void on_stream_closed(StreamId stream) override { desk_.on_stream_closed(stream); }

  // Never runs back.
  Moment moment_at(Timestamp now);
  ServerResponse control(const ServerRequest& request);
  ServerResponse show_price(const ServerRequest& request);

  ListenerOptions options_;
  FyersFrontDesk desk_;
  Timestamp opened_;     // By the wall.
  Timestamp beginning_;  // Of the first tape.
  Timestamp told_;       // The newest `now`.
  Timestamp market_;     // The newest time of the market.
};

}  // namespace tranchet::fyers_venue
