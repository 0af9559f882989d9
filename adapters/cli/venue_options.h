// What every `tranchet venue NAME` is told in the same words, and how it serves.
#pragma once

#include <cstdint>
#include <expected>
#include <iosfwd>
#include <string>
#include <vector>

#include "adapters/net/server.h"
#include "adapters/venue_server/tape_server.h"
#include "events/decimal.h"

namespace tranchet {

template <class T>
using Read = std::expected<T, std::string>;

// "127.0.0.1:8443", "[::1]:8443"
Read<void> read_listen(const std::string& text, ServerOptions& server);

// --tape [SYM=]PATH..., --speed and --loop; instruments are numbered from 1.
Read<std::vector<venue_server::TapeOptions>> read_tapes_of(const std::vector<std::string>& texts,
                                                           const std::string& speed, bool loop);

// --partial-fills: "30%" is 300'000.
Read<Ppm> read_share(const std::string& text);

// A certificate of its own, kept among the temporary files of the user; says on `out` where it is.
Read<ServerIdentity> make_identity(std::ostream& out);

// A coin of this many decimals: its tick is the last of them.
std::int64_t unit_of(int decimals);

// Until SIGINT or SIGTERM, or the end of the tapes if that is asked for. The first line on `out` is
// "listening on https://ADDRESS:PORT". An exit status; the venue's failure() says why.
int serve_until_stopped(venue_server::TapeServer& venue, const ServerOptions& server,
                        std::ostream& out);

}  // namespace tranchet
