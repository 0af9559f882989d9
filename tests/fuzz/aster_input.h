// Arbitrary bytes as messages of Aster: read or refused, and what is read can be in a log.
#pragma once

#include <string_view>

namespace tranchet::fuzz {

void read_as_aster_market(std::string_view bytes);
void read_as_aster_user(std::string_view bytes);
void read_as_aster_rest(std::string_view bytes);

}  // namespace tranchet::fuzz
