#include "adapters/fyers/server/tokens.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <optional>
#include <vector>

#include "adapters/port/json.h"

namespace tranchet::fyers_venue {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(std::string_view bytes) {
  std::string result;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char byte : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) result += kLetters[(pending >> (bits - 6)) & 63];
    pending &= 0xFF;
  }
  if (bits > 0) result += kLetters[(pending << (6 - bits)) & 63];
  return result;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string result;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char letter : text) {
    const std::size_t value = kLetters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    pending = (pending << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += static_cast<char>((pending >> bits) & 0xFF);
    }
    pending &= 0xFFFF;
  }
  return result;
}

std::string hmac(std::string_view secret, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &length);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (const char byte : bytes) {
    result += kDigits[static_cast<unsigned char>(byte) >> 4];
    result += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return result;
}

std::string_view subject_of(TokenKind kind) {
  return kind == TokenKind::Code     ? "auth_code"
         : kind == TokenKind::Access ? "access_token"
                                     : "refresh_token";
}

Timestamp end_of(TokenKind kind, Timestamp now) {
  if (kind == TokenKind::Code) return now + Duration::minutes(5);
  if (kind == TokenKind::Refresh) return now + Duration::hours(15 * 24);
  const Timestamp morning = india_moment(india_day(now), Duration::hours(6));
  return morning > now ? morning : morning + Duration::hours(24);
}

}  // namespace

std::string make_token(const AccountSpec& spec, TokenKind kind, Timestamp now) {
  const std::string claims = JsonObject()
                                 .text("iss", "api.fyers.in")
                                 .number("iat", epoch_seconds(now))
                                 .number("exp", epoch_seconds(end_of(kind, now)))
                                 .number("nbf", epoch_seconds(now))
                                 .json("aud", R"(["x:0","x:1"])")
                                 .text("sub", subject_of(kind))
                                 .text("at_hash", std::to_string(now.nanoseconds()))
                                 .text("display_name", spec.fy_id)
                                 .text("oms", "K1")
                                 .text("hsm_key", data_key(spec))
                                 .text("fy_id", spec.fy_id)
                                 .number("appType", 100)
                                 .text("poa_flag", "N")
                                 .str();
  const std::string message = base64url(R"({"typ":"JWT","alg":"HS256"})") + "." + base64url(claims);
  return message + "." + base64url(hmac(spec.secret, message));
}

TokenReading read_token(const AccountSpec& spec, std::string_view text) {
  const std::size_t end = text.rfind('.');
  const std::size_t middle = text.find('.');
  if (end == std::string_view::npos || middle == end) return {};
  const std::string_view message = text.substr(0, end);
  if (base64url(hmac(spec.secret, message)) != text.substr(end + 1)) return {};
  const auto claims = from_base64url(message.substr(middle + 1));
  if (!claims) return {};
  const auto document = parse_json(*claims);
  if (!document || !document->is_object()) return {};
  Fields fields(*document, "");
  const std::string_view subject = fields.text("sub");
  const std::string_view moment = fields.text("at_hash");
  const std::int64_t expires = fields.integer("exp");
  const ParsedDecimal issued = parse_decimal(moment, 0);
  if (!fields.flaw().empty() || issued.error || fields.text("fy_id") != spec.fy_id) return {};
  for (const TokenKind kind : {TokenKind::Code, TokenKind::Access, TokenKind::Refresh}) {
    if (subject != subject_of(kind)) continue;
    return {true,
            {kind, Timestamp::from_nanoseconds(issued.count),
             Timestamp::from_nanoseconds(expires * 1'000'000'000)}};
  }
  return {};
}

std::string data_key(const AccountSpec& spec) {
  return hex(hmac(spec.secret, "data:" + spec.fy_id)).substr(0, 21);
}

std::string app_id_hash(const AccountSpec& spec) {
  const std::string text = spec.app_id + ":" + spec.secret;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace tranchet::fyers_venue
