// An address of a venue, as a configuration has it: "https://fapi.asterdex.com", "wss://host:8443".
// Nothing is sent in the clear: other schemes are refused.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace tranchet {

struct NetAddress {
  std::string host;  // A name or an IP address; of IPv6 without the brackets.
  std::uint16_t port = 443;
  std::string path;  // In front of every target; "" or "/prefix", never ending in '/'.

  bool is_ip() const;
  std::string host_header() const;  // "host", "host:8443", "[::1]:8443".
};

// `scheme` is "https" or "wss". The error is the end of a sentence that starts with the value.
std::expected<NetAddress, std::string> parse_address(std::string_view text,
                                                     std::string_view scheme);

}  // namespace tranchet
