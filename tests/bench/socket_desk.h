// A venue's twin as the socket bench needs it: 300 instruments of one price, and one account that
// trades the first of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/net/server.h"
#include "adapters/venue_server/stream_output.h"
#include "events/decimal.h"

namespace tranchet {

inline constexpr std::size_t kInstruments = 300;

class SocketDesk {
 public:
  virtual ~SocketDesk() = default;

  // ---- What the program is told.
  virtual std::string symbol_of(std::size_t number) const = 0;  // 1..kInstruments.
  virtual std::string keys() const = 0;                         // The text of its key file.
  virtual std::string account_lines() const = 0;                // Of the configuration.
  virtual std::string venue_lines() const = 0;
  virtual std::string default_lines() const = 0;
  virtual std::string instrument_lines() const = 0;  // Of each instrument.
  virtual std::string entry_quantity() const = 0;    // Of some 50 times less than it may hold.

  // ---- What the run is told.
  virtual std::chrono::milliseconds pace() const = 0;  // A round: the limits of the venue hold.
  virtual int rounds() const = 0;                      // As many as a minute or so has.
  // Of a request that costs the venue next to nothing, and is answered with 200.
  virtual std::string ping_target() const = 0;
  virtual std::string ping_headers() const = 0;  // Lines, each with its "\r\n".

  // ---- The venue. Times are of the wall.
  virtual bool is_of_orders(std::string_view path) const = 0;  // Where orders are sent.
  virtual ServerResponse answer(const ServerRequest& request) = 0;
  virtual venue_server::StreamId open_stream(const ServerRequest& request) = 0;
  virtual void on_text(venue_server::StreamId stream, std::string_view text) = 0;
  virtual void on_binary(venue_server::StreamId, std::string_view) {}
  virtual void on_closed(venue_server::StreamId stream) = 0;
  virtual void advance() = 0;
  virtual std::vector<venue_server::StreamOutput> take_output() = 0;
  // All instruments have traded at this price.
  virtual void trade(Price price) = 0;
  // What a stream of the market would say if all instruments came to this price and nobody traded:
  // nothing fills, so whatever follows, the program has decided. Empty: nobody listens.
  virtual std::vector<venue_server::StreamOutput> tick(Price price) = 0;

  // Of the instrument that is traded.
  virtual bool is_held() const = 0;
  virtual std::size_t open_orders() const = 0;
  // A market and an order stream are listened to.
  virtual bool is_heard() const = 0;
};

std::unique_ptr<SocketDesk> aster_socket_desk();
std::unique_ptr<SocketDesk> fyers_socket_desk();

}  // namespace tranchet
