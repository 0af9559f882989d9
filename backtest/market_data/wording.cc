#include "backtest/market_data/wording.h"

#include <utility>

namespace tranchet {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  if (text.size() > kLongest) out += "...";
  out.push_back('"');
  return out;
}

std::unexpected<InputError> input_error(std::string file, std::uint64_t line, std::string message) {
  return std::unexpected(InputError{std::move(file), line, std::move(message)});
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string to_text(const InputError& error) {
  if (error.file.empty()) return error.message;
  if (error.line == 0) return error.file + ": " + error.message;
  return error.file + ":" + std::to_string(error.line) + ": " + error.message;
}

}  // namespace tranchet
