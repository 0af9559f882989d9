// What the clients share. Only for client_*.cc.
#pragma once

#include <string>

#include "adapters/net/asio_fwd.h"
#include "adapters/net/client_address.h"
#include "adapters/net/client_network.h"

struct ssl_st;  // OpenSSL's SSL.

namespace tranchet {

struct NetworkCore {
  boost::asio::io_context& context;
  boost::asio::ssl::context& tls;
};

// The peer must prove to be this host: a name, also told to it (SNI), or an address. False: OpenSSL
// refuses the name.
bool expect_peer(ssl_st* connection, const NetAddress& address);

// Why a handshake failed: "certificate verify failed: certificate has expired".
std::string handshake_failure(const std::string& error, ssl_st* connection);

}  // namespace tranchet
