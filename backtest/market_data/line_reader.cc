#include "backtest/market_data/line_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "backtest/market_data/processor.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::size_t kLongestLine = std::size_t{8} * 1'024 * 1'024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Counts line ends a hundred bytes a nanosecond, so that numbering lines costs nothing next to
// parsing them: 32 counters of one byte, which a compiler keeps in vector registers and which are
// emptied before they can pass 255.
[[gnu::always_inline]] inline std::uint64_t count_of_line_ends(std::string_view text) {
  constexpr std::size_t kLanes = 32, kRounds = 255;
  std::uint64_t count = 0;
  while (text.size() >= kLanes) {
    std::array<std::uint8_t, kLanes> lanes{};
    const std::size_t rounds = std::min(text.size() / kLanes, kRounds);
    const char* const from = text.data();
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] =
            static_cast<std::uint8_t>(lanes[lane] + (from[round * kLanes + lane] == '\n'));
      }
    }
    for (const std::uint8_t lane : lanes) count += lane;
    text.remove_prefix(rounds * kLanes);
  }
  return count + static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

#if defined(TRANCHET_HAS_AVX2_BUILD)
TRANCHET_AVX2 std::uint64_t count_line_ends_by_avx2(std::string_view text) {
  return count_of_line_ends(text);
}
#endif

std::uint64_t count_line_ends(std::string_view text) {
#if defined(TRANCHET_HAS_AVX2_BUILD)
  if (has_avx2()) return count_line_ends_by_avx2(text);
#endif
  return count_of_line_ends(text);
}

}  // namespace

std::string_view take_line(Lines& lines) {
  const std::size_t end = std::min(lines.text.find('\n'), lines.text.size());
  std::string_view line = lines.text.substr(0, end);
  lines.text.remove_prefix(std::min(end + 1, lines.text.size()));
  ++lines.first_line;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

LineReader::LineReader(std::unique_ptr<InputPart> part, std::size_t stretch)
    : part_(std::move(part)), stretch_(stretch), buffer_(2 * stretch + kLinePadding + 1) {}

// Reads more behind what is there. False at the end of the text.
std::expected<bool, InputError> LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > kLongestLine) {
    return input_error(part_->file, next_line_, "the line is longer than 8 MiB");
  }
  const std::size_t needed = end_ + stretch_ + kLinePadding + 1;
  if (buffer_.size() < needed) buffer_.resize(std::max(needed, 2 * buffer_.size()));
  const auto count = part_->bytes->read(std::span(buffer_).subspan(end_, stretch_));
  if (!count) {
    // With the last line that could be read: a damaged archive says no line of its own.
    return input_error(part_->file, next_line_ > 1 ? next_line_ - 1 : 0, count.error());
  }
  end_ += *count;
  if (at_start_ && (end_ >= kByteOrderMark.size() || *count == 0)) {
    at_start_ = false;
    if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) begin_ = 3;
  }
  return *count > 0;
}

std::expected<Lines, InputError> LineReader::next() {
  for (;;) {
    const std::string_view held(buffer_.data() + begin_, end_ - begin_);
    std::size_t size = at_start_ ? std::string_view::npos : held.rfind('\n');
    if (size == std::string_view::npos && at_end_) {
      if (held.empty()) return Lines{{}, next_line_};
      buffer_[end_++] = '\n';
      continue;
    }
    if (size != std::string_view::npos) {
      ++size;
      const Lines lines{held.substr(0, size), next_line_};
      next_line_ += count_line_ends(lines.text);
      begin_ += size;
      return lines;
    }
    const auto more = fill();
    if (!more) return std::unexpected(more.error());
    at_end_ = !*more;
  }
}

}  // namespace tranchet
