// Who may see and do what: users with tokens, and the origins of pages that may speak to us.
#pragma once

#include <array>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/time.h"

namespace tranchet {

// Each includes the ones before. None: a user of ours, but with nothing to see of this account.
enum class Right : std::uint8_t { None = 1, Viewer = 2, Operator = 3, Admin = 4 };
std::string_view to_text(Right right);

struct User {
  std::string name;
  Right right = Right::None;
  std::optional<Timestamp> expires;  // Of the token that was shown.
  friend bool operator==(const User&, const User&) = default;
};

enum class TokenFlaw : std::uint8_t { Missing = 1, Unknown, Expired };

class Access {
 public:
  // Nobody: every token is unknown.
  Access() = default;
  // Lines `USER RIGHT TOKEN [EXPIRES]`, `#` begins a comment. Tokens have 24 characters or more;
  // EXPIRES is RFC 3339. The file must be readable by its owner alone. Only digests are kept.
  static std::expected<Access, std::string> load(const std::filesystem::path& file);

  // Takes as long for a token that is almost right as for any other.
  std::expected<User, TokenFlaw> identify(std::string_view token, Timestamp now) const;
  bool is_empty() const { return tokens_.empty(); }

  // For the log, so nothing of a token is in it: how many names, and a digest of names, rights and
  // ends, whatever their order.
  struct Summary {
    std::uint32_t users = 0;
    std::uint64_t digest = 0;
  };
  Summary summary() const;
  // The same tokens too.
  friend bool operator==(const Access&, const Access&) = default;

 private:
  using TokenDigest = std::array<unsigned char, 32>;
  struct Token {
    User user;
    TokenDigest digest{};
    friend bool operator==(const Token&, const Token&) = default;
  };
  static TokenDigest digest_of(std::string_view token);

  std::vector<Token> tokens_;
};

// The token of a request: `Authorization: Bearer TOKEN`, else the cookie auth_token. `by_cookie`
// says which: a cookie is sent by the browser, whoever's page asked for it.
struct PresentedToken {
  std::string_view token;
  bool by_cookie = false;
};
PresentedToken presented_token(std::string_view authorization, std::string_view cookies);

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080". Nullopt: neither.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace tranchet
