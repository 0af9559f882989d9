// What passes between the core and the shell that has the sockets: requests, answers, streams.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/time.h"

namespace tranchet {

// The two clocks of a process. Steady: for time-outs and nonces, never set; where it begins does
// not matter. Wall: what events are stamped with; it may be wrong, and may be set.
struct Moment {
  Timestamp steady;
  Timestamp wall;
};

enum class HttpMethod : std::uint8_t { Get = 1, Post, Put, Delete, Patch };
std::string_view to_text(HttpMethod method);

struct HttpHeader {
  std::string name;
  std::string value;
};

// All but letters, digits and -._~ as %XX.
std::string percent_encoded(std::string_view text);

// To the REST host. What a body is, a form or JSON, the headers say.
struct HttpRequest {
  std::uint64_t id = 0;  // Of the core's own, to answer it by.
  HttpMethod method{};
  std::string target;  // "/fapi/v3/order", with the query where there is one.
  std::vector<HttpHeader> headers;
  std::string body;
  // For counters and people: "POST order". Not the target, which may hold a listen key.
  std::string_view label;
};

struct HttpAnswer {
  int status = 0;
  std::span<const HttpHeader> headers;  // Names in any case.
  std::string_view body;
};

// A stream that should be connected now: wss://<stream host><target>. A new attempt number means a
// new connection, in place of the one before, if that is still there.
struct StreamWish {
  std::uint64_t attempt = 0;
  std::string target;  // "/ws/<listen key>", "/stream?streams=...". A listen key is a secret.
};

}  // namespace tranchet
