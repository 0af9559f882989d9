// Texts as addresses and forms have them.
#pragma once

#include <string>
#include <string_view>

namespace tranchet::venue_server {

// "/orders" of "/orders?id=1".
inline std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string url_decoded(std::string_view text);  // '+' is a space; a bad escape stays as it is.

}  // namespace tranchet::venue_server
