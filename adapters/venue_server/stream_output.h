// What a venue has to say on its streams.
#pragma once

#include <cstdint>
#include <string>

namespace tranchet::venue_server {

using StreamId = std::uint64_t;

struct StreamOutput {
  StreamId stream = 0;
  std::string text;  // Empty: none.
  bool hang_up = false;
  bool is_binary = false;
};

}  // namespace tranchet::venue_server
