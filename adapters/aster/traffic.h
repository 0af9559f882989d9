// What passes between the core and the shell that has the sockets: requests, answers, streams.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/enums.h"
#include "events/time.h"

namespace tranchet::aster {

// Of a symbol at the venue; AsItIs: not said, or not to be touched.
enum class MarginType : std::uint8_t { AsItIs, Crossed, Isolated };

// The two clocks of a process. Steady: for time-outs and nonces, never set; where it begins does
// not matter. Wall: what events are stamped with; it may be wrong, and may be set.
struct Moment {
  Timestamp steady;
  Timestamp wall;
};

enum class Method : std::uint8_t { Get = 1, Post, Put, Delete };
std::string_view to_text(Method method);

struct HttpHeader {
  std::string name;
  std::string value;
};

// To the REST host. A body is a form (application/x-www-form-urlencoded), as the headers say.
struct HttpRequest {
  std::uint64_t id = 0;  // Of the core's own, to answer it by.
  Method method{};
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

}  // namespace tranchet::aster
