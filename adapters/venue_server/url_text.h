// Texts as addresses and forms have them.
#pragma once

#include <string>
#include <string_view>

namespace tranchet::venue_server {

std::string url_decoded(std::string_view text);  // '+' is a space; a bad escape stays as it is.

}  // namespace tranchet::venue_server
