// `tranchet venue aster`: history as a venue that anybody's client can trade at, on a laptop.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct VenueArguments {
  std::string listen = "127.0.0.1:8443";  // ADDRESS:PORT; port 0: any free one.
  std::vector<std::string> tapes;         // [SYM=]PATH
  std::string accounts;                   // TOML; empty: one demo account.
  std::string instruments;                // exchangeInfo as downloaded; empty: from the data.
  std::string speed = "1";                // 0.01 .. 100000
  bool loop = false;
  bool end = false;
  std::string certificate;  // PEM, both or neither.
  std::string key;
  std::vector<std::string> faults;  // KIND[:every=N][:count=N][:ms=N][:code=-N]
  std::string partial_fills;        // "30%" of each print; empty: all.
  bool control = false;
  std::string chain = "1666";
};

// Serves until SIGINT or SIGTERM, or the end of the tapes with --end. Its first line on `out` is
// "listening on https://ADDRESS:PORT".
int run_venue_command(const VenueArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tranchet
