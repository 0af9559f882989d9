// Whole lines of a text, many at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/market_data.h"

namespace tranchet {

// Every line ends with '\n', the text's last one too. kLinePadding bytes after the end may be read
// (not used), so that a parser can load words.
struct Lines {
  std::string_view text;
  std::uint64_t first_line = 1;  // Number of the first of them.
};
inline constexpr std::size_t kLinePadding = 64;

// Takes the next line off the front, without its '\n' and a '\r' before that.
std::string_view take_line(Lines& lines);

class LineReader {
 public:
  // About `stretch` bytes at a time: small enough that rows made of them stay in the cache.
  explicit LineReader(std::unique_ptr<InputPart> part,
                      std::size_t stretch = std::size_t{128} * 1'024);

  // Valid until the next call; empty text at the end. A line of more than 8 MiB is an error.
  std::expected<Lines, InputError> next();
  const InputPart& part() const { return *part_; }

 private:
  std::expected<bool, InputError> fill();

  std::unique_ptr<InputPart> part_;
  std::size_t stretch_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // Of what was not handed out yet.
  std::size_t end_ = 0;
  std::uint64_t next_line_ = 1;
  bool at_start_ = true;
  bool at_end_ = false;
};

}  // namespace tranchet
