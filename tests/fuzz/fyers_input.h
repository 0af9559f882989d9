// Arbitrary bytes as messages of Fyers: read or refused, never more than that.
#pragma once

#include <string_view>

namespace tranchet::fuzz {

void read_as_fyers_data(std::string_view bytes);
void read_as_fyers_orders(std::string_view bytes);
void read_as_fyers_rest(std::string_view bytes);

}  // namespace tranchet::fuzz
