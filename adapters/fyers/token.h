// Who we are to the venue: an app's id and secret, for good, and the token of a day.
//
//   # fyers.toml: the app, written by a person       # token.toml: written by `tranchet
//   fyers-login` app_id = "ABCD1234-100"                          app_id = "ABCD1234-100" secret =
//   "..."                                   access_token = "..." redirect_uri =
//   "https://127.0.0.1/"              refresh_token = "..."
//
// Both are private files (adapters/port/private_file.h). A program that trades reads the token
// alone. The token is a JWT; its signature is the venue's business, its claims are read here: it
// ends at `exp`, some time before the next morning's session, and `hsm_key` opens the market data
// stream.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/port/secret.h"
#include "adapters/port/traffic.h"
#include "events/time.h"

namespace tranchet::fyers {

class AccessToken {
 public:
  // Fails where it is no access token of this venue, has ended at `now`, or is not yet valid. No
  // error quotes it.
  static std::expected<AccessToken, std::string> from(std::string_view app_id, Secret token,
                                                      Timestamp now);

  const std::string& app_id() const { return app_id_; }
  // The client's id at the venue, "XV20986": what tells one account from another.
  const std::string& account() const { return account_; }
  Timestamp expires() const { return expires_; }
  std::string_view hsm_key() const { return hsm_key_.reveal(); }
  // "ABCD1234-100:<token>", for the Authorization header of requests and of the order stream.
  Secret authorization() const;

 private:
  AccessToken() = default;
  std::string app_id_;
  std::string account_;
  Secret token_;
  Secret hsm_key_;
  Timestamp expires_;
};

// The error names the file, and the line or the key.
std::expected<AccessToken, std::string> read_access_token(const std::filesystem::path& file,
                                                          Timestamp now);

struct AppKeys {
  std::string app_id;
  Secret secret;
  std::string redirect_uri;
};
std::expected<AppKeys, std::string> read_app_keys(const std::filesystem::path& file);
// The refresh token of a token file, which may have ended by now; it is good for 15 days.
std::expected<Secret, std::string> read_refresh_token(const std::filesystem::path& file);
// Nullopt: done.
std::optional<std::string> write_token_file(const std::filesystem::path& file,
                                            std::string_view app_id, const Secret& access,
                                            const Secret& refresh);

// Bodies of POST /validate-authcode and /validate-refresh-token: the secret goes in as
// sha256("app id:secret").
std::string app_id_hash(const AppKeys& keys);
Secret authcode_body(const AppKeys& keys, const Secret& auth_code);
Secret refresh_body(const AppKeys& keys, const Secret& refresh_token, const Secret& pin);

// What a person pasted after logging in: the code, or the whole address that the browser was sent
// to. Fails where the address says an error or is of another login (`state`).
std::expected<Secret, std::string> auth_code_of(std::string_view pasted, std::string_view state);

}  // namespace tranchet::fyers
