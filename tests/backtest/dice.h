// Chance for made-up histories: the same numbers for the same seed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

namespace tranchet {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  // From `low` to `high`, both included. The remainder: the same on every library.
  std::int64_t from(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool once_in(std::int64_t times) { return from(1, times) == 1; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[from(0, static_cast<std::int64_t>(values.size()) - 1)];
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace tranchet
