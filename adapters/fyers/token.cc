#include "adapters/fyers/token.h"

#include <openssl/evp.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <span>

#include "adapters/fyers/order_status.h"
#include "adapters/port/json.h"
#include "adapters/port/private_file.h"

namespace tranchet::fyers {
namespace {

// Clocks of two machines differ.
constexpr Duration kClockSlack = Duration::minutes(2);

// "ABCD1234-100": letters and digits, a hyphen, what kind of app.
bool is_app_id(std::string_view text) {
  const std::size_t hyphen = text.rfind('-');
  if (hyphen == std::string_view::npos || hyphen == 0 || hyphen + 1 == text.size()) return false;
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  const auto is_letter = [&](char letter) {
    return is_digit(letter) || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
  };
  return std::ranges::all_of(text.substr(0, hyphen), is_letter) &&
         std::ranges::all_of(text.substr(hyphen + 1), is_digit);
}

// base64url without padding, RFC 4648.
std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text) {
    std::uint32_t value = 0;
    if (letter >= 'A' && letter <= 'Z') {
      value = static_cast<std::uint32_t>(letter - 'A');
    } else if (letter >= 'a' && letter <= 'z') {
      value = static_cast<std::uint32_t>(letter - 'a') + 26;
    } else if (letter >= '0' && letter <= '9') {
      value = static_cast<std::uint32_t>(letter - '0') + 52;
    } else if (letter == '-' || letter == '+') {
      value = 62;
    } else if (letter == '_' || letter == '/') {
      value = 63;
    } else {
      return std::nullopt;
    }
    bits = (bits << 6 | value) & 0xFF'FFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

// What a JWT says, which is the middle of "header.claims.signature".
std::optional<Json> claims_of(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view claims = token.substr(first + 1, second - first - 1);
  while (claims.ends_with('=')) claims.remove_suffix(1);
  auto bytes = decoded(claims);
  if (!bytes) return std::nullopt;
  auto json = parse_json(*bytes);
  wipe(bytes->data(), bytes->size());
  if (!json || !json->is_object()) return std::nullopt;
  return std::move(*json);
}

std::optional<Timestamp> seconds_in(const Json& claims, std::string_view key) {
  Fields fields(claims, "");
  const std::int64_t seconds = fields.integer_or(key, 0);
  if (!fields.flaw().empty() || seconds <= 0 || seconds > 9'000'000'000) return std::nullopt;
  return Timestamp() + Duration::seconds(seconds);
}

std::string sha256_hex(const Secret& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string_view bytes = text.reveal();
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : std::span(digest).first(size)) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

// Texts joined, each wiped where it was put together.
Secret joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  text.reserve(size);
  for (const std::string_view part : parts) text += part;
  Secret result(text);
  wipe(text.data(), text.size());
  return result;
}

// Printable, and nothing that would end a JSON or TOML text.
bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return letter > ' ' && letter < 0x7F && letter != '"' && letter != '\\';
  });
}

// The texts of a file by their keys, wiped where the parser keeps them.
class PrivateTable {
 public:
  static std::expected<PrivateTable, std::string> read(const std::filesystem::path& file,
                                                       std::span<const std::string_view> keys) {
    const auto content = read_private_file(file);
    if (!content) return std::unexpected(content.error());
    try {
      PrivateTable result;
      result.table_ = toml::parse(content->reveal());
      for (const auto& [key, value] : result.table_) {
        if (std::ranges::find(keys, key.str()) == keys.end()) {
          // Not repeated: what stands where a name should be may be a secret.
          std::string known;
          for (const std::string_view each : keys) {
            known += (known.empty() ? "" : ", ") + std::string(each);
          }
          return std::unexpected(file.string() + ": names what is none of " + known);
        }
        if (!value.is_string()) {
          return std::unexpected(file.string() + ": " + std::string(key.str()) + " is not a text");
        }
      }
      return result;
    } catch (const toml::parse_error& error) {
      // Its description may quote the text.
      return std::unexpected(file.string() + ":" + std::to_string(error.source().begin.line) +
                             ": is not TOML");
    }
  }

  Secret take(std::string_view key) {
    auto* const node = table_.get_as<std::string>(key);
    if (node == nullptr) return {};
    std::string& text = node->get();
    Secret value(text);
    wipe(text.data(), text.size());
    return value;
  }

 private:
  toml::table table_;
};

constexpr auto kTokenKeys =
    std::to_array<std::string_view>({"app_id", "access_token", "refresh_token"});
constexpr auto kAppKeys = std::to_array<std::string_view>({"app_id", "secret", "redirect_uri"});

// "...?auth_code=abc&state=xyz" has "abc" for "auth_code". Empty: not there.
std::string_view parameter(std::string_view address, std::string_view name) {
  address.remove_prefix(std::min(address.find('?'), address.size()));
  while (!address.empty()) {
    address.remove_prefix(1);  // ? or &
    const std::string_view part = address.substr(0, address.find_first_of("&#"));
    address.remove_prefix(part.size());
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) {
      return part.substr(name.size() + 1);
    }
    if (address.starts_with('#')) break;
  }
  return {};
}

}  // namespace

std::expected<AccessToken, std::string> AccessToken::from(std::string_view app_id, Secret token,
                                                          Timestamp now) {
  if (!is_app_id(app_id)) {
    return std::unexpected("app_id \"" + std::string(app_id) + "\" is not like ABCD1234-100");
  }
  auto claims = claims_of(token.reveal());
  if (!is_plain(token.reveal()) || !claims) {
    return std::unexpected("access_token is not a token of Fyers (a JWT of three parts)");
  }
  Fields fields(*claims, "");
  const std::string_view kind = fields.text_or("sub", "");
  if (kind != "access_token") {
    return std::unexpected("access_token is another kind of token: log in again");
  }
  const auto expires = seconds_in(*claims, "exp");
  if (!expires) return std::unexpected("access_token does not say when it ends");
  if (*expires <= now) {
    return std::unexpected("access_token ended at " + indian_text(*expires) +
                           ": a token is good for a day, log in again");
  }
  const auto begins = seconds_in(*claims, "nbf");
  if (begins && *begins > now + kClockSlack) {
    return std::unexpected("access_token is good from " + indian_text(*begins) +
                           " on: is the clock right?");
  }
  AccessToken result;
  result.app_id_ = app_id;
  result.account_ = fields.text_or("fy_id", "");
  result.hsm_key_ = Secret(fields.text_or("hsm_key", ""));
  result.expires_ = *expires;
  for (auto& [name, value] : claims->members) wipe(value.text.data(), value.text.size());
  if (result.account_.empty()) return std::unexpected("access_token names no client (fy_id)");
  if (result.hsm_key_.empty()) {
    return std::unexpected("access_token has no hsm_key, which the market data stream needs");
  }
  result.token_ = std::move(token);
  return result;
}

Secret AccessToken::authorization() const {
  return joined({app_id_, ":", token_.reveal()});
}

std::expected<AccessToken, std::string> read_access_token(const std::filesystem::path& file,
                                                          Timestamp now) {
  auto table = PrivateTable::read(file, kTokenKeys);
  if (!table) return std::unexpected(std::move(table.error()));
  const Secret app_id = table->take("app_id");
  Secret token = table->take("access_token");
  table->take("refresh_token");
  if (app_id.empty() || token.empty()) {
    return std::unexpected(file.string() + ": needs app_id and access_token");
  }
  auto result = AccessToken::from(app_id.reveal(), std::move(token), now);
  if (!result) return std::unexpected(file.string() + ": " + result.error());
  return result;
}

std::expected<AppKeys, std::string> read_app_keys(const std::filesystem::path& file) {
  auto table = PrivateTable::read(file, kAppKeys);
  if (!table) return std::unexpected(std::move(table.error()));
  AppKeys keys{.app_id = std::string(table->take("app_id").reveal()),
               .secret = table->take("secret"),
               .redirect_uri = std::string(table->take("redirect_uri").reveal())};
  if (!is_app_id(keys.app_id)) {
    return std::unexpected(file.string() + ": app_id \"" + keys.app_id +
                           "\" is not like ABCD1234-100");
  }
  if (!is_plain(keys.secret.reveal())) return std::unexpected(file.string() + ": needs secret");
  if (!is_plain(keys.redirect_uri)) {
    return std::unexpected(file.string() + ": needs redirect_uri, as the app was registered with");
  }
  return keys;
}

std::expected<Secret, std::string> read_refresh_token(const std::filesystem::path& file) {
  auto table = PrivateTable::read(file, kTokenKeys);
  if (!table) return std::unexpected(std::move(table.error()));
  table->take("access_token");
  Secret refresh = table->take("refresh_token");
  if (!is_plain(refresh.reveal())) {
    return std::unexpected(file.string() + ": has no refresh_token: log in without --refresh");
  }
  return refresh;
}

std::optional<std::string> write_token_file(const std::filesystem::path& file,
                                            std::string_view app_id, const Secret& access,
                                            const Secret& refresh) {
  if (!is_plain(app_id) || !is_plain(access.reveal()) ||
      (!refresh.empty() && !is_plain(refresh.reveal()))) {
    return file.string() + ": what the venue sent is no token";
  }
  const std::string_view head = refresh.empty() ? "" : "refresh_token = \"";
  return write_private_file(
      file, joined({"app_id = \"", app_id, "\"\naccess_token = \"", access.reveal(), "\"\n", head,
                    refresh.reveal(), refresh.empty() ? "" : "\"\n"}));
}

std::string app_id_hash(const AppKeys& keys) {
  return sha256_hex(joined({keys.app_id, ":", keys.secret.reveal()}));
}

Secret authcode_body(const AppKeys& keys, const Secret& auth_code) {
  return joined({R"({"grant_type":"authorization_code","appIdHash":")", app_id_hash(keys),
                 R"(","code":")", auth_code.reveal(), R"("})"});
}

Secret refresh_body(const AppKeys& keys, const Secret& refresh_token, const Secret& pin) {
  return joined({R"({"grant_type":"refresh_token","appIdHash":")", app_id_hash(keys),
                 R"(","refresh_token":")", refresh_token.reveal(), R"(","pin":")", pin.reveal(),
                 R"("})"});
}

std::expected<Secret, std::string> auth_code_of(std::string_view pasted, std::string_view state) {
  while (!pasted.empty() && static_cast<unsigned char>(pasted.back()) <= ' ')
    pasted.remove_suffix(1);
  while (!pasted.empty() && static_cast<unsigned char>(pasted.front()) <= ' ') {
    pasted.remove_prefix(1);
  }
  std::string_view code = pasted;
  if (pasted.find('?') != std::string_view::npos || pasted.starts_with("http")) {
    code = parameter(pasted, "auth_code");
    if (code.empty()) {
      return std::unexpected("the address has no auth_code: the login was not completed");
    }
    if (parameter(pasted, "state") != state) {
      return std::unexpected("the address belongs to another login (its state is another one)");
    }
  }
  if (!is_plain(code)) return std::unexpected("that is no code");
  return Secret(code);
}

}  // namespace tranchet::fyers
