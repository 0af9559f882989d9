// `tranchet venue fyers`: history as an Indian venue that anybody's client can trade at, on a
// laptop.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace tranchet {

struct FyersVenueArguments {
  std::string listen = "127.0.0.1:8080";  // ADDRESS:PORT; port 0: any free one.
  std::vector<std::string> tapes;         // SYM=PATH
  std::string instruments;                // Symbol master as downloaded; empty: from the data.
  std::string speed = "1";                // 0.01 .. 100000
  std::string from;                       // Where the tapes begin: RFC 3339; empty: at the start.
  bool loop = false;
  bool end = false;
  std::string certificate;  // PEM, both or neither; neither: plain HTTP.
  std::string key;
  bool tls = false;                 // With a certificate that is made, and named on `out`.
  std::vector<std::string> faults;  // KIND[:every=N][:count=N][:ms=N][:code=-N]
  std::string partial_fills;        // "30%" of each print; empty: all.
  bool control = false;
  std::string hours = "09:15-15:30";  // In India; "always".
  std::string square_off = "15:20";
  bool wall_clock = false;
  std::string balance = "1000000";
  std::string app_id = "TWIN-100";
  std::string secret = "TWINSECRET";
};

// Serves until SIGINT or SIGTERM, or the end of the tapes with --end. Its last line on `out` before
// it serves is "listening on http://ADDRESS:PORT".
int run_fyers_venue_command(const FyersVenueArguments& arguments, std::ostream& out,
                            std::ostream& err);

}  // namespace tranchet
