// The sockets around the core of the Aster adapter (socket_side.h).
#pragma once

#include <memory>
#include <string>

#include "adapters/aster/core.h"
#include "adapters/live/live_permit.h"
#include "adapters/live/socket_side.h"

namespace tranchet {

struct AsterSideOptions {
  aster::CoreOptions core;
  NetAddress rest;
  NetAddress stream;
  // The log began with this run: an order of ours at the venue is one of a log that was lost.
  bool log_is_new = false;
};

class AsterSide final : public SocketSide {
 public:
  // `state` is the engine's. All but the options must outlive it.
  AsterSide(const AsterSideOptions& options, LivePermit permit, Names& names, const State& state,
            Inbox& inbox, Network& network, Notes& notes);

  Notes::Fields figures() const override;

 private:
  void keep_streams() override;
  void keep_stream(Stream stream, SocketLine<WebSocketClient>& line);
  WebSocketEvents user_events(std::uint64_t attempt);
  WebSocketEvents market_events(std::uint64_t attempt);

  LivePermit permit_;
  Names& names_;
  aster::AsterCore core_;
  NetAddress stream_address_;
  SocketLine<WebSocketClient> user_, market_;
};

}  // namespace tranchet
