// What a command has come to: its exit status, and what it wrote to its two streams.
#pragma once

#include <sstream>
#include <string>

namespace tranchet {

struct Ran {
  int status = 0;
  std::string out, err;
};

// `command` takes the streams, and returns the status.
template <class Command>
Ran run(const Command& command) {
  std::ostringstream out, err;
  const int status = command(out, err);
  return {status, out.str(), err.str()};
}

}  // namespace tranchet
