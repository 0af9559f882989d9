// The venue's tokens: JSON web tokens of an account, signed with its secret (HS256, RFC 7515), so
// that a twin that is started again still knows those that it has given out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/fyers/server/account_desk.h"

namespace tranchet::fyers_venue {

enum class TokenKind : std::uint8_t { Code = 1, Access, Refresh };

struct Token {
  TokenKind kind{};
  Timestamp issued;
  Timestamp expires;
};

// Access tokens end at the next 06:00 in India, codes after five minutes, refresh tokens after 15
// days.
std::string make_token(const AccountSpec& spec, TokenKind kind, Timestamp now);
// Whether the account gave it out, whatever its age.
struct TokenReading {
  bool is_ours = false;
  Token token;
};
TokenReading read_token(const AccountSpec& spec, std::string_view text);

// The credential of the data stream, a claim of every access token.
std::string data_key(const AccountSpec& spec);
// SHA-256 of "APP_ID:SECRET" in hex: what logging in is proved with.
std::string app_id_hash(const AccountSpec& spec);

}  // namespace tranchet::fyers_venue
