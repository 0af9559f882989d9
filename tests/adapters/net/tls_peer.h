// A peer that speaks TLS as badly as it is told to, for one connection after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/adapters/net/forged_identity.h"

namespace tranchet {

struct PeerManners {
  IdentityFiles identity;
  bool only_tls_1_1 = false;
  bool plain = false;                // Speaks HTTP where TLS is expected.
  bool silent = false;               // Says nothing at all.
  bool hangs_up = false;             // Closes at once.
  bool without_certificate = false;  // Anonymous key exchange.
};

class TlsPeer {
 public:
  explicit TlsPeer(const PeerManners& manners);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  std::uint16_t port() const;
  // What came through the encryption: nothing may, from a client that refused the peer.
  std::string heard() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace tranchet
