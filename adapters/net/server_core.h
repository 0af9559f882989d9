// What the listener and its peers share. Only for server.cc and server_peer.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "adapters/net/asio_fwd.h"
#include "adapters/net/server.h"

namespace tranchet {

// A connection, from the socket to the last byte, whatever it speaks.
class ServerPeer {
 public:
  virtual ~ServerPeer() = default;
  virtual void goodbye() = 0;  // The server stops: ends politely.
  virtual void hang_up() = 0;  // Ends now.
};

struct ServerCore {
  ServerLimits limits;
  ServerHandler& handler;
  boost::asio::io_context& context;
  boost::asio::ssl::context* tls = nullptr;  // Null: plain.
  ServerCounters counters;
  // Keeps them alive: nothing is pending of a peer whose answer the handler still thinks about.
  std::unordered_map<const ServerPeer*, std::shared_ptr<ServerPeer>> peers;
  std::function<void()> on_last_peer_gone;  // While the server stops; else empty.

  void add(const std::shared_ptr<ServerPeer>& peer) { peers.emplace(peer.get(), peer); }
  void remove(const ServerPeer* peer) {
    const auto found = peers.find(peer);
    if (found == peers.end()) return;
    const std::shared_ptr<ServerPeer> kept = std::move(found->second);
    peers.erase(found);
    if (peers.empty() && on_last_peer_gone) on_last_peer_gone();
  }
};

// Takes over an accepted socket, by its descriptor.
void serve_peer(ServerCore& core, int socket);

}  // namespace tranchet
