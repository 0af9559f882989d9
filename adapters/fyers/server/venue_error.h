// What a request was refused with: {"s":"error","code":-50,"message":"Invalid input"}.
#pragma once

#include <expected>
#include <string>

#include "adapters/venue_server/json_text.h"

namespace tranchet::fyers_venue {

using venue_server::json_array;
using venue_server::json_string;
using venue_server::JsonObject;

struct VenueError {
  int code = 0;
  std::string message;
  unsigned status = 400;
  std::string id;  // Of the order that was rejected; empty: none.
};
template <class T>
using Answer = std::expected<T, VenueError>;

inline std::string error_json(const VenueError& error) {
  JsonObject object;
  object.text("s", "error").number("code", error.code).text("message", error.message);
  if (!error.id.empty()) object.text("id", error.id);
  return object.str();
}
inline std::unexpected<VenueError> refuse(int code, std::string message) {
  return std::unexpected(VenueError{code, std::move(message), 400, ""});
}

inline constexpr int kInvalidInput = -50;
inline constexpr int kInvalidOrder = -51;
inline constexpr int kInvalidPosition = -53;
inline constexpr int kRejected = -99;
inline constexpr int kInvalidSymbol = -300;
inline constexpr int kNoPosition = -352;
inline constexpr int kNoAcknowledgement = 201;  // "s":"ok": it may have happened, or not.

// {"s":"ok","code":200,"message":"", ...}
inline JsonObject ok_json(int code = 200, std::string_view message = "") {
  JsonObject object;
  object.text("s", "ok").number("code", code).text("message", message);
  return object;
}

}  // namespace tranchet::fyers_venue
