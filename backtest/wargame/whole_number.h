// Numbers as files of the wargame have them.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace tranchet {

// False: the text is not a number from its beginning to its end.
template <class Number>
bool read_number(std::string_view text, Number& into, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace tranchet
