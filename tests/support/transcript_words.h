// One line of a transcript, word by word. The first thing that cannot be understood is kept as the
// error; what is read after it is empty.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"
#include "events/enums.h"
#include "events/time.h"

namespace tranchet {

class Words {
 public:
  // Words end at spaces; commas and colons at their end do not count. What stands in parentheses is
  // kept apart, for aside().
  explicit Words(std::string_view line);

  bool at_end() const { return at_ == words_.size(); }
  // Whether the next word is this one; if so it is taken.
  bool take(std::string_view word);
  std::string_view peek() const { return at_end() ? std::string_view() : words_[at_]; }
  std::string next(std::string_view what);
  void expect(std::string_view word);

  template <class T>
  T decimal(std::string_view what) {
    const std::string word = next(what);
    const auto value = parse<T>(word);
    if (!value) fail(std::string(what) + " \"" + word + "\" is not a number");
    return value.value_or(T());
  }
  // Nothing is taken unless the next word is a number.
  template <class T>
  Maybe<T> optional_decimal() {
    const auto value = parse<T>(peek());
    if (!value) return {};
    ++at_;
    return *value;
  }
  template <class Enum>
  Enum choice(std::string_view what) {
    const std::string word = next(what);
    const auto value = parse_enum<Enum>(word);
    if (!value) fail(std::string(what) + " \"" + word + "\" is unknown");
    return value.value_or(Enum{});
  }
  template <class Enum>
  std::optional<Enum> optional_choice() {
    const auto value = parse_enum<Enum>(peek());
    if (value) ++at_;
    return value;
  }
  std::optional<std::uint32_t> optional_number();

  const std::string& aside() const { return aside_; }
  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }
  const std::string& error() const { return error_; }

 private:
  std::vector<std::string> words_;
  std::string aside_;
  std::string error_;
  std::size_t at_ = 0;
};

// Pages count from the midnight that starts 2026: "00:00:01", "168:00:00.25".
std::optional<Timestamp> parse_page_time(std::string_view text);
std::string page_time(Timestamp time);

}  // namespace tranchet
