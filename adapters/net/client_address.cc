#include "adapters/net/client_address.h"

#include <algorithm>
#include <charconv>

namespace tranchet {
namespace {

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-';
}

bool is_digits_and_dots(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::expected<std::uint16_t, std::string> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return std::unexpected("has the port \"" + std::string(text) + "\", which is none");
  }
  return port;
}

}  // namespace

bool is_loopback(std::string_view address) {
  return address == "::1" || (address.starts_with("127.") && is_digits_and_dots(address));
}

bool NetAddress::is_ip() const {
  return host.find(':') != std::string::npos || is_digits_and_dots(host);
}

std::string NetAddress::host_header() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::expected<NetAddress, std::string> parse_address(std::string_view text,
                                                     std::string_view scheme) {
  const std::string start = std::string(scheme) + "://";
  if (!text.starts_with(start)) return std::unexpected("does not start with " + start);
  text.remove_prefix(start.size());
  const bool tls = scheme != "http";
  NetAddress address{.port = static_cast<std::uint16_t>(tls ? 443 : 80), .tls = tls};
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    address.path = text.substr(slash);
    while (address.path.ends_with('/')) address.path.pop_back();
    text = text.substr(0, slash);
  }
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::unexpected("has a '[' without its ']'");
    address.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (!std::ranges::all_of(address.host, is_host_letter)) {
      return std::unexpected("has the host \"" + address.host + "\", which is no name");
    }
  }
  if (address.host.empty()) return std::unexpected("names no host");
  if (!tls && address.host != "localhost" && !is_loopback(address.host)) {
    return std::unexpected("would leave this machine in the clear: https:// is for other hosts");
  }
  if (rest.empty()) return address;
  if (rest.front() != ':') return std::unexpected("has something odd behind its host");
  const auto port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  address.port = *port;
  return address;
}

}  // namespace tranchet
