#include "adapters/gateway/access.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/service/credential.h"
#include "events/digest.h"

namespace tranchet {
namespace {

constexpr std::size_t kTokenLength = 24;

std::optional<Right> parse_right(std::string_view text) {
  for (const Right right : {Right::None, Right::Viewer, Right::Operator, Right::Admin}) {
    if (to_text(right) == text) return right;
  }
  return std::nullopt;
}

// Part of paths and of authors: letters, digits, and a few signs that mean nothing there.
bool is_user_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '@';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, allowed);
}

}  // namespace

std::string_view to_text(Right right) {
  switch (right) {
    case Right::None:
      return "none";
    case Right::Viewer:
      return "viewer";
    case Right::Operator:
      return "operator";
    case Right::Admin:
      return "admin";
  }
  return "?";
}

Access::TokenDigest Access::digest_of(std::string_view token) {
  TokenDigest digest{};
  const auto* bytes = static_cast<const unsigned char*>(static_cast<const void*>(token.data()));
  SHA256(bytes, token.size(), digest.data());
  return digest;
}

std::expected<Access, std::string> Access::load(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) {
    return std::unexpected(file.string() + ": cannot be read");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !is_credential(file)) {
    return std::unexpected(file.string() +
                           ": others may read it: chmod 600 it, and change the "
                           "tokens that they may have seen");
  }
  std::ifstream stream(file);
  if (!stream) return std::unexpected(file.string() + ": cannot be read");
  Access access;
  std::string text;
  for (std::size_t line = 1; std::getline(stream, text); ++line) {
    // The token itself is not repeated, whatever is wrong with it.
    const auto fail = [&](const std::string& what) {
      return std::unexpected(file.string() + ":" + std::to_string(line) + ": " + what);
    };
    std::istringstream words(text.substr(0, text.find('#')));
    std::string name, right_word, token, expires, more;
    if (!(words >> name)) continue;
    words >> right_word >> token >> expires;
    if (words >> more) return fail("more than USER RIGHT TOKEN EXPIRES");
    if (!is_user_name(name)) return fail("user \"" + name + "\" is not a plain name");
    const auto right = parse_right(right_word);
    if (!right) {
      return fail("right \"" + right_word + "\" is none of none, viewer, operator, admin");
    }
    if (token.size() < kTokenLength) {
      return fail("a token has at least 24 characters: openssl rand -hex 32 makes one");
    }
    Token entry;
    entry.user.name = name;
    entry.user.right = *right;
    entry.digest = digest_of(token);
    if (!expires.empty()) {
      entry.user.expires = parse_time(expires);
      if (!entry.user.expires) return fail("\"" + expires + "\" is not an RFC 3339 time");
    }
    access.tokens_.push_back(std::move(entry));
  }
  return access;
}

Access::Summary Access::summary() const {
  std::set<std::string_view> names;
  std::multiset<std::string> lines;
  for (const auto& [user, digest] : tokens_) {
    names.insert(user.name);
    lines.insert(user.name + " " + std::string(to_text(user.right)) +
                 (user.expires ? " " + to_text(*user.expires) : ""));
  }
  Digest digest;
  for (const std::string& line : lines) digest.add_text(line);
  return {static_cast<std::uint32_t>(names.size()), digest.value()};
}

std::expected<User, TokenFlaw> Access::identify(std::string_view token, Timestamp now) const {
  if (token.empty()) return std::unexpected(TokenFlaw::Missing);
  const TokenDigest digest = digest_of(token);
  const Token* found = nullptr;
  for (const Token& each : tokens_) {
    if (CRYPTO_memcmp(digest.data(), each.digest.data(), digest.size()) == 0) found = &each;
  }
  if (found == nullptr) return std::unexpected(TokenFlaw::Unknown);
  const User& user = found->user;
  if (user.expires && *user.expires <= now) return std::unexpected(TokenFlaw::Expired);
  return user;
}

PresentedToken presented_token(std::string_view authorization, std::string_view cookies) {
  constexpr std::string_view kBearer = "Bearer ", kCookie = "auth_token=";
  if (authorization.starts_with(kBearer)) return {authorization.substr(kBearer.size()), false};
  while (!cookies.empty()) {
    const std::size_t end = cookies.find(';');
    std::string_view cookie = cookies.substr(0, end);
    while (cookie.starts_with(' ')) cookie.remove_prefix(1);
    if (cookie.starts_with(kCookie)) return {cookie.substr(kCookie.size()), true};
    cookies.remove_prefix(end == std::string_view::npos ? cookies.size() : end + 1);
  }
  return {};
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (host.empty() || error != std::errc() || end != port.data() + port.size() || port.empty()) {
    return std::nullopt;
  }
  return ListenAddress{std::string(host), number};
}

}  // namespace tranchet
