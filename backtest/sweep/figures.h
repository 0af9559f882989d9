// The figures of one trial: what each is called, and how it is taken from a summary.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/report/summary.h"

namespace tranchet {

struct FigureInfo {
  std::string_view name;  // As in summary.json, and the name of its column.
  std::string_view unit;  // "quote", "%", "" for a count.
  std::string_view meaning;
  std::optional<Value> (*of)(const Summary& summary);  // Counts of 1e-16.
};
std::span<const FigureInfo> all_figures();

// By the places of all_figures(); empty: this kind of data has no such figure.
using Figures = std::vector<std::optional<Value>>;
Figures figures_of(const Summary& summary);

// What a sweep looks for: a figure, or one divided by another.
struct Objective {
  std::string text;  // "net_pnl / max_drawdown"
  std::size_t figure = 0;
  std::optional<std::size_t> divisor;
  bool maximize = true;

  // Counts of 1e-16, a quotient rounded to 1e-8. Empty where there is no such figure, or where the
  // divisor is 0: such a trial ranks behind all others.
  std::optional<Value> of(const Figures& figures) const;
  // Whether `a` is better than `b`.
  bool better(const std::optional<Value>& a, const std::optional<Value>& b) const;
};
// The error is a sentence that names the known figures.
std::expected<Objective, std::string> parse_objective(std::string_view text, bool maximize);

// "-12.5" in counts of 1e-16, as value_text wrote it.
std::optional<Value> parse_value(std::string_view text);

}  // namespace tranchet
