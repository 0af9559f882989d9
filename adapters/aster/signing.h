// Proof that a request is from whoever holds the key. Two ways: V3, an EIP-712 signature by an API
// wallet (what new users get), and V1, an HMAC of older API keys.
//
// Source: Aster finance futures API v3, "Authentication signature"; EIP-712.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/port/secret.h"
#include "adapters/port/traffic.h"

namespace tranchet::aster {

// What a signature is made from: the parameters as they will be sent, and the venue's time.
struct Unsigned {
  std::string parameters;          // "symbol=BTCUSDT&side=BUY", urlencoded; may be empty.
  std::uint64_t microseconds = 0;  // V3: the nonce. V1: its milliseconds are the timestamp.
};

class Signer {
 public:
  virtual ~Signer() = default;
  // The parameters to send: those given, the identity, the nonce, the signature last.
  virtual std::string sign(const Unsigned& request) const = 0;
  // "/fapi/v3" or "/fapi/v1", for paths that differ by nothing else.
  virtual std::string_view root() const = 0;
  // Every request has these; empty for V3.
  virtual std::vector<HttpHeader> headers() const = 0;
  // Which account it is, without a secret: the main wallet's address, or a digest of the API key.
  virtual std::string account() const = 0;
};

// Of an EIP-712 domain: 1666 is the main net, 714 the test net.
inline constexpr std::uint64_t kMainnetChain = 1666;
inline constexpr std::uint64_t kTestnetChain = 714;

// The digest that a V3 signature signs: keccak256("\x19\x01" + domain separator + message hash).
std::string typed_data_digest(std::string_view message, std::uint64_t chain);  // 32 bytes.

// Of ASCII letters: the case of an address is a checksum, that of a symbol depends on where it is.
std::string lower_case(std::string_view text);

// In lower-case hex digits.
std::string hmac_sha256_hex(const Secret& secret, std::string_view message);

// `user`: the main wallet's address. `key`: 64 hex digits, with or without 0x. Fails when it is
// none, or when the address of the key is not `signer`; an empty `signer` takes the key's own.
std::expected<std::unique_ptr<Signer>, std::string> make_wallet_signer(std::string_view user,
                                                                       std::string_view signer,
                                                                       const Secret& key,
                                                                       std::uint64_t chain);
std::expected<std::unique_ptr<Signer>, std::string> make_hmac_signer(std::string_view api_key,
                                                                     Secret secret);

}  // namespace tranchet::aster
