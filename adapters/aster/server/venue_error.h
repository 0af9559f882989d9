// What a request was refused with: {"code":-1121,"msg":"Invalid symbol."}.
#pragma once

#include <string>

#include "adapters/venue_server/json_text.h"

namespace tranchet::aster_venue {

using venue_server::from_milliseconds;
using venue_server::json_array;
using venue_server::json_string;
using venue_server::JsonObject;
using venue_server::milliseconds;

struct VenueError {
  int code = 0;
  std::string message;
  unsigned status = 400;
};
inline std::string error_json(const VenueError& error) {
  return JsonObject().number("code", error.code).text("msg", error.message).str();
}

}  // namespace tranchet::aster_venue
