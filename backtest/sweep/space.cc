#include "backtest/sweep/space.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "backtest/sweep/statistics/spacing.h"
#include "events/ensure.h"
#include "events/time.h"

namespace tranchet {
namespace {

constexpr std::uint64_t kRangeLimit = 100'000;  // Values of one parameter.

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string count_text(ValueKind kind, std::int64_t count) {
  return kind == ValueKind::Time ? to_text(Duration::nanoseconds(count)) : decimal_text(count);
}

// In counts of 1e-8 of the value's own count.
Int128 amount_of(const Operand& operand, std::span<const Parameter> parameters,
                 const Point& point) {
  const std::int64_t count =
      operand.parameter ? parameters[*operand.parameter].values[point[*operand.parameter]].count
                        : operand.value.count;
  return static_cast<Int128>(count) * operand.factor;
}

std::optional<std::size_t> find_parameter(std::string_view key,
                                          std::span<const Parameter> parameters) {
  const auto found = std::ranges::find(parameters, key, &Parameter::key);
  if (found == parameters.end()) return std::nullopt;
  return static_cast<std::size_t>(found - parameters.begin());
}

std::expected<Operand, std::string> parse_operand(std::string_view text,
                                                  std::span<const Parameter> parameters) {
  Operand operand;
  const std::size_t star = text.find('*');
  if (star != std::string_view::npos) {
    const std::string_view factor = trimmed(text.substr(0, star));
    const ParsedDecimal parsed = parse_decimal(factor);
    if (parsed.error) {
      return std::unexpected("the factor " + in_quotes(factor) + " " +
                             std::string(describe(*parsed.error)));
    }
    operand.factor = parsed.count;
    text = trimmed(text.substr(star + 1));
  }
  operand.parameter = find_parameter(text, parameters);
  if (operand.parameter) return operand;
  operand.value = parameter_value(text);
  if (operand.value.kind != ValueKind::Word) return operand;
  return std::unexpected(in_quotes(text) + " is neither a parameter of this grid nor a number");
}

// The kind of all values of an operand; nullopt where they are not all of one kind.
std::optional<ValueKind> kind_of(const Operand& operand, std::span<const Parameter> parameters) {
  if (!operand.parameter) return operand.value.kind;
  const std::vector<ParameterValue>& values = parameters[*operand.parameter].values;
  const bool same = std::ranges::all_of(
      values, [&](const ParameterValue& value) { return value.kind == values.front().kind; });
  if (!same) return std::nullopt;
  return values.front().kind;
}

struct RangeEnds {
  ParameterValue from, to, step;
};
std::expected<RangeEnds, std::string> range_ends(std::string_view from, std::string_view to,
                                                 std::string_view step) {
  RangeEnds ends{parameter_value(from), parameter_value(to), parameter_value(step)};
  for (const ParameterValue* value : {&ends.from, &ends.to, &ends.step}) {
    if (value->kind == ValueKind::Word) {
      return std::unexpected("has " + in_quotes(value->text) + ", which is no number and no time");
    }
    if (value->kind != ends.from.kind) {
      return std::unexpected("mixes numbers and times: " + in_quotes(ends.from.text) + " and " +
                             in_quotes(value->text));
    }
  }
  if (ends.step.count <= 0) return std::unexpected("has a step that is not above 0");
  if (ends.to.count < ends.from.count) {
    return std::unexpected("ends at " + ends.to.text + ", below its beginning " + ends.from.text);
  }
  return ends;
}

}  // namespace

ParameterValue parameter_value(std::string_view text) {
  const ParsedDecimal parsed = parse_decimal(text);
  if (!parsed.error) return {std::string(text), ValueKind::Number, parsed.count};
  if (const auto duration = parse_duration(text)) {
    return {std::string(text), ValueKind::Time, duration->count()};
  }
  return {std::string(text), ValueKind::Word, 0};
}

std::expected<Constraint, std::string> parse_constraint(std::string_view text,
                                                        std::span<const Parameter> parameters) {
  // Two letters before one, so that "<=" is not read as "<".
  constexpr auto kSigns =
      std::to_array<std::pair<std::string_view, Comparison>>({{"<=", Comparison::LessOrEqual},
                                                              {">=", Comparison::GreaterOrEqual},
                                                              {"==", Comparison::Equal},
                                                              {"!=", Comparison::Not},
                                                              {"<", Comparison::Less},
                                                              {">", Comparison::Greater}});
  for (const auto& [sign, comparison] : kSigns) {
    const std::size_t place = text.find(sign);
    if (place == std::string_view::npos) continue;
    const auto left = parse_operand(trimmed(text.substr(0, place)), parameters);
    if (!left) return std::unexpected(left.error());
    const auto right = parse_operand(trimmed(text.substr(place + sign.size())), parameters);
    if (!right) return std::unexpected(right.error());
    const auto kind = kind_of(*left, parameters);
    if (!kind || *kind == ValueKind::Word || kind != kind_of(*right, parameters)) {
      return std::unexpected("its two sides are not both numbers or both times");
    }
    return Constraint{std::string(text), *left, comparison, *right};
  }
  return std::unexpected("it has none of <, <=, >, >=, ==, !=");
}

bool SearchSpace::allows(const Point& point) const {
  return std::ranges::all_of(constraints, [&](const Constraint& constraint) {
    const Int128 left = amount_of(constraint.left, parameters, point);
    const Int128 right = amount_of(constraint.right, parameters, point);
    switch (constraint.comparison) {
      case Comparison::Less:
        return left < right;
      case Comparison::LessOrEqual:
        return left <= right;
      case Comparison::Greater:
        return left > right;
      case Comparison::GreaterOrEqual:
        return left >= right;
      case Comparison::Equal:
        return left == right;
      case Comparison::Not:
        return left != right;
    }
    return false;
  });
}

std::uint64_t SearchSpace::size() const {
  std::uint64_t size = 1;
  for (const Parameter& parameter : parameters) {
    if (__builtin_mul_overflow(size, std::uint64_t{parameter.values.size()}, &size)) {
      return std::numeric_limits<std::uint64_t>::max();
    }
  }
  return size;
}

Point SearchSpace::point(std::uint64_t place) const {
  Point point(parameters.size());
  for (std::size_t index = parameters.size(); index-- > 0;) {
    const std::uint64_t count = parameters[index].values.size();
    point[index] = static_cast<std::uint32_t>(place % count);
    place /= count;
  }
  ENSURE(place == 0);
  return point;
}

std::expected<std::vector<ParameterValue>, std::string> linear_range(std::string_view from,
                                                                     std::string_view to,
                                                                     std::string_view step) {
  const auto ends = range_ends(from, to, step);
  if (!ends) return std::unexpected(ends.error());
  const Int128 steps = (static_cast<Int128>(ends->to.count) - ends->from.count) / ends->step.count;
  if (steps >= static_cast<Int128>(kRangeLimit)) {
    return std::unexpected("has more than " + std::to_string(kRangeLimit) + " values");
  }
  std::vector<ParameterValue> values;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(steps); ++i) {
    const std::int64_t count = ends->from.count + i * ends->step.count;
    values.push_back({count_text(ends->from.kind, count), ends->from.kind, count});
  }
  return values;
}

std::expected<std::vector<ParameterValue>, std::string> log_range(std::string_view from,
                                                                  std::string_view to,
                                                                  std::uint64_t count,
                                                                  std::string_view step) {
  const auto ends = range_ends(from, to, step);
  if (!ends) return std::unexpected(ends.error());
  if (ends->from.count <= 0) return std::unexpected("is logarithmic and does not begin above 0");
  if (count < 2 || count > kRangeLimit) {
    return std::unexpected("is logarithmic, so that count must be from 2 to " +
                           std::to_string(kRangeLimit));
  }
  std::vector<ParameterValue> values;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::int64_t exact = log_spaced(ends->from.count, ends->to.count, i, count);
    const auto rounded =
        static_cast<std::int64_t>(divide_half_away(exact, ends->step.count) * ends->step.count);
    if (!values.empty() && rounded <= values.back().count) {
      return std::unexpected("has two values that are the same multiple of " + ends->step.text +
                             ": " + count_text(ends->from.kind, rounded));
    }
    values.push_back({count_text(ends->from.kind, rounded), ends->from.kind, rounded});
  }
  return values;
}

}  // namespace tranchet
