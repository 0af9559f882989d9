// The text of a TOML file beside what the parser made of it: numbers as somebody wrote them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet {

// The lines of a text, to find again what the parser only says the place of.
class SourceText {
 public:
  explicit SourceText(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }
  // From `column` of `line`, both from 1, up to what cannot be part of a number. Before a number
  // a valid file has nothing but ASCII on its line, so that columns are bytes.
  std::string number_at(std::size_t line, std::size_t column) const {
    if (line == 0 || line > lines_.size() || column > lines_[line - 1].size()) return {};
    const std::string_view rest = lines_[line - 1].substr(column - 1);
    std::string number;
    for (const char c : rest) {
      const bool part = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+' || c == '-' ||
                        c == '.' || c == 'E' || c == '_';
      if (!part) break;
      if (c != '_') number += c;
    }
    return number;
  }

 private:
  std::vector<std::string_view> lines_;
};

}  // namespace tranchet
