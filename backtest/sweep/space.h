// What a sweep may choose from: parameters, each with a list of values, and what must hold between
// them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/decimal.h"

namespace tranchet {

// A value as the configuration reads it, and what it counts where it can be compared: "0.5" is
// 50'000'000 counts of 1e-8, "10s" is 10'000'000'000 nanoseconds. A word has no count.
enum class ValueKind : std::uint8_t { Number = 1, Time, Word };
struct ParameterValue {
  std::string text;
  ValueKind kind = ValueKind::Word;
  std::int64_t count = 0;
};
ParameterValue parameter_value(std::string_view text);

struct Parameter {
  std::string key;  // Of the configuration: "defaults.take_profit_pct".
  std::vector<ParameterValue> values;
};

// One value of each parameter, by its place in `values`.
using Point = std::vector<std::uint32_t>;

// FACTOR x PARAMETER, or a value by itself.
struct Operand {
  std::int64_t factor = kDecimalOne;  // Counts of 1e-8.
  std::optional<std::size_t> parameter;
  ParameterValue value;  // Without a parameter.
};
enum class Comparison : std::uint8_t { Less = 1, LessOrEqual, Greater, GreaterOrEqual, Equal, Not };
struct Constraint {
  std::string text;
  Operand left;
  Comparison comparison{};
  Operand right;
};
// "defaults.take_profit_pct < defaults.stop_loss_pct", "2 * strategy.dip_drop_pct >= 0.5". The
// error is a sentence about what is wrong.
std::expected<Constraint, std::string> parse_constraint(std::string_view text,
                                                        std::span<const Parameter> parameters);

struct SearchSpace {
  std::vector<Parameter> parameters;
  std::vector<Constraint> constraints;

  bool allows(const Point& point) const;
  // How many points there are, whatever the constraints say; 2^64 - 1 for that many or more.
  std::uint64_t size() const;
  // The point at `place` of 0 .. size() - 1; the last parameter changes fastest.
  Point point(std::uint64_t place) const;
};

// From `from` in steps up to `to`, both numbers or times: "0.5" "2" "0.5" are 0.5, 1, 1.5 and 2;
// `to` is left out where no step meets it. The error is the end of a sentence: "never ends".
std::expected<std::vector<ParameterValue>, std::string> linear_range(std::string_view from,
                                                                     std::string_view to,
                                                                     std::string_view step);
// `count` values from `from` to `to`, each the same factor above the one before, to the nearest
// multiple of `step`.
std::expected<std::vector<ParameterValue>, std::string> log_range(std::string_view from,
                                                                  std::string_view to,
                                                                  std::uint64_t count,
                                                                  std::string_view step);

}  // namespace tranchet
