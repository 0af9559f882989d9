// Where a limit of requests is passed, counted where they arrive and not where they leave: a venue
// of shares locks out for the day whoever comes too often. Of a limit no more than half may be
// entries, for what protects must never be refused for their sake.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "events/time.h"

namespace tranchet {

class Arrivals {
 public:
  // Which limit was passed, and by how many; empty: none. Times never run back.
  std::string add(Timestamp now, std::uint32_t requests, bool is_entry);

 private:
  struct Arrival {
    Timestamp time;
    std::uint32_t requests = 0;
    bool is_entry = false;
  };
  std::deque<Arrival> minute_;
};

}  // namespace tranchet
