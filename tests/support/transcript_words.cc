#include "tests/support/transcript_words.h"

#include <charconv>

namespace tranchet {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPageStart = 20'454 * 86'400 * kSecond;  // 2026-01-01T00:00:00Z.

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Words::Words(std::string_view line) {
  std::string rest(line);
  const std::size_t open = rest.find('('), close = rest.find(')');
  if (open != std::string::npos && close != std::string::npos && open < close) {
    aside_ = rest.substr(open + 1, close - open - 1);
    rest.erase(open, close - open + 1);
  }
  std::string word;
  for (const char c : rest + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    while (!word.empty() && (word.back() == ',' || word.back() == ':')) word.pop_back();
    if (!word.empty()) words_.push_back(word);
    word.clear();
  }
}

bool Words::take(std::string_view word) {
  if (peek() != word || at_end()) return false;
  ++at_;
  return true;
}

std::string Words::next(std::string_view what) {
  if (at_end()) {
    fail(std::string(what) + " is missing");
    return {};
  }
  return words_[at_++];
}

void Words::expect(std::string_view word) {
  if (!take(word)) {
    fail("\"" + std::string(word) + "\" should stand here, not \"" + std::string(peek()) + "\"");
  }
}

std::optional<std::uint32_t> Words::optional_number() {
  const auto value = whole_number(peek());
  if (!value || *value > 0xFFFF) return std::nullopt;
  ++at_;
  return static_cast<std::uint32_t>(*value);
}

std::optional<Timestamp> parse_page_time(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto hours = whole_number(text.substr(0, first));
  const auto minutes = whole_number(text.substr(first + 1, second - first - 1));
  const ParsedDecimal seconds = parse_decimal(text.substr(second + 1), 9);
  if (!hours || !minutes || seconds.error || *minutes > 59 || seconds.count < 0) {
    return std::nullopt;
  }
  return Timestamp::from_nanoseconds(kPageStart + (*hours * 3'600 + *minutes * 60) * kSecond +
                                     seconds.count);
}

std::string page_time(Timestamp time) {
  const std::int64_t count = time.nanoseconds() - kPageStart;
  const auto two = [](std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  const std::int64_t seconds = count / kSecond;
  std::string text = two(seconds / 3'600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
  if (count % kSecond != 0) {
    std::string fraction = std::to_string(kSecond + count % kSecond).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    text += "." + fraction;
  }
  return text;
}

}  // namespace tranchet
