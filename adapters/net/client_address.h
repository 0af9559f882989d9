// An address of a peer, as a configuration has it: "https://fapi.asterdex.com", "wss://host:8443".
// Nothing leaves this machine in the clear: "http://" is taken for loopback hosts alone.
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
  bool tls = true;   // False: http, on loopback.

  bool is_ip() const;
  std::string host_header() const;  // "host", "host:8443", "[::1]:8443".
};

// "127.0.0.1" to "127.255.255.255", "::1": addresses, for a name leads where others say.
bool is_loopback(std::string_view address);

// `scheme` is "https", "wss" or "http". The error is the end of a sentence that starts with the
// value.
std::expected<NetAddress, std::string> parse_address(std::string_view text,
                                                     std::string_view scheme);

}  // namespace tranchet
