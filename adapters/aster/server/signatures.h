// Whether a request is from whom it says. The venue's side of both ways to sign.
//
// Source: Aster finance futures API v3, "Authentication signature"; EIP-712; SEC 1, section 4.1.6
// (recovery of the key). API v1: HMAC-SHA256.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tranchet::aster_venue {

inline constexpr std::uint64_t kMainnetChain = 1666;

// The address, "0x" and 40 lower-case hex digits, whose key has signed `message` as the typed data
// Message(string msg). Nullopt: the signature ("0x" and 130 digits: r, s, v) is none.
std::optional<std::string> recover_signer(std::string_view message, std::string_view signature,
                                          std::uint64_t chain);

// `signature` in hex digits of any case.
bool hmac_matches(std::string_view secret, std::string_view message, std::string_view signature);

// The 32 bytes that a V3 signature signs.
std::string typed_digest(std::string_view message, std::uint64_t chain);

std::string lower_case(std::string_view text);

}  // namespace tranchet::aster_venue
