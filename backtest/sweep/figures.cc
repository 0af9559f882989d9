#include "backtest/sweep/figures.h"

#include <algorithm>
#include <array>
#include <limits>

namespace tranchet {
namespace {

constexpr Value kOne = static_cast<Value>(kDecimalOne) * kDecimalOne;  // 1 in counts of 1e-16.
constexpr int kValuePlaces = 16;

using Taken = std::optional<Value>;

template <Money AccountResult::*field>
Taken money(const Summary& summary) {
  return static_cast<Value>((summary.account.*field).raw()) * kDecimalOne;
}
template <std::uint64_t AccountResult::*field>
Taken count(const Summary& summary) {
  return static_cast<Value>(summary.account.*field) * kOne;
}
template <ExitReason reason>
Taken exits(const Summary& summary) {
  return static_cast<Value>(summary.account.exits_by(reason)) * kOne;
}
template <Money BarInterval::*field>
Taken interval(const Summary& summary) {
  if (!summary.interval) return std::nullopt;
  return static_cast<Value>((*summary.interval.*field).raw()) * kDecimalOne;
}
Taken drawdown_share(const Summary& summary) {
  // 1 ppm is 0.0001 %.
  return static_cast<Value>(summary.account.max_drawdown_share) * (kOne / 10'000);
}
Taken win_share(const Summary& summary) {
  if (summary.account.trades == 0) return std::nullopt;
  const Value percent = static_cast<Value>(summary.account.wins) * 100 * kDecimalOne;
  return divide_half_away(percent, static_cast<Int128>(summary.account.trades)) * kDecimalOne;
}
Taken naked(const Summary& summary) {
  return summary.account.naked_quantity_seconds;
}
Taken ambiguous(const Summary& summary) {
  if (!summary.interval) return std::nullopt;
  return static_cast<Value>(summary.ambiguous_bars) * kOne;
}
Taken events(const Summary& summary) {
  return static_cast<Value>(summary.events) * kOne;
}

constexpr auto kFigures = std::to_array<FigureInfo>({
    {"net_pnl", "quote", "realized + unrealized - fees + funding", money<&AccountResult::net_pnl>},
    {"net_pnl_pessimistic", "quote", "the lower of the two orders of a bar's extremes",
     interval<&BarInterval::pessimistic>},
    {"net_pnl_optimistic", "quote", "the higher of the two orders of a bar's extremes",
     interval<&BarInterval::optimistic>},
    {"final_equity", "quote", "at the last price", money<&AccountResult::final_equity>},
    {"realized_pnl", "quote", "before fees and funding", money<&AccountResult::realized_pnl>},
    {"unrealized_pnl", "quote", "at the last price", money<&AccountResult::unrealized_pnl>},
    {"fees", "quote", "paid", money<&AccountResult::fees>},
    {"funding", "quote", "received positive", money<&AccountResult::funding>},
    {"max_drawdown", "quote", "deepest fall of equity from its highest point before",
     money<&AccountResult::max_drawdown>},
    {"max_drawdown_pct", "%", "the same, of that highest point", drawdown_share},
    {"trades", "", "tranches that exited", count<&AccountResult::trades>},
    {"wins", "", "of these, with a profit after costs", count<&AccountResult::wins>},
    {"losses", "", "the others", count<&AccountResult::losses>},
    {"win_pct", "%", "wins of trades", win_share},
    {"tranches_opened", "", "in all", count<&AccountResult::tranches_opened>},
    {"tranches_live_max", "", "open at once", count<&AccountResult::tranches_live_max>},
    {"take_profit", "", "exits by it", exits<ExitReason::TakeProfit>},
    {"instant_take_profit", "", "exits by it", exits<ExitReason::InstantTakeProfit>},
    {"stop_loss", "", "exits by it", exits<ExitReason::StopLoss>},
    {"emergency", "", "exits by it", exits<ExitReason::Emergency>},
    {"liquidation", "", "exits by it", exits<ExitReason::Liquidation>},
    {"merged", "", "tranches merged into others", count<&AccountResult::merged>},
    {"naked_quantity_seconds", "quantity x s", "open without a stop", naked},
    {"ambiguous_bars", "", "bars in which the order of the extremes could matter", ambiguous},
    {"events", "", "that the engine was told", events},
});

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::expected<std::size_t, std::string> find_figure(std::string_view name) {
  const auto found = std::ranges::find(kFigures, name, &FigureInfo::name);
  if (found != kFigures.end()) return static_cast<std::size_t>(found - kFigures.begin());
  std::string known;
  for (const FigureInfo& figure : kFigures) {
    known += (known.empty() ? "" : ", ") + std::string(figure.name);
  }
  return std::unexpected("\"" + std::string(name) + "\" is no figure; the known ones are " + known);
}

}  // namespace

std::span<const FigureInfo> all_figures() {
  return kFigures;
}

Figures figures_of(const Summary& summary) {
  Figures figures;
  for (const FigureInfo& figure : kFigures) figures.push_back(figure.of(summary));
  return figures;
}

std::optional<Value> Objective::of(const Figures& figures) const {
  const std::optional<Value>& value = figures[figure];
  if (!value || !divisor) return value;
  const std::optional<Value>& below = figures[*divisor];
  if (!below) return std::nullopt;
  // Both in counts of 1e-8, below 2^64 each, so that the numerator stays below 2^91.
  const Value numerator = divide_half_away(*value, kDecimalOne) * kDecimalOne;
  const Value denominator = divide_half_away(*below, kDecimalOne);
  if (denominator == 0) return std::nullopt;
  return divide_half_away(numerator, denominator) * kDecimalOne;
}

bool Objective::better(const std::optional<Value>& a, const std::optional<Value>& b) const {
  if (!a || !b) return a.has_value() && !b.has_value();
  return maximize ? *a > *b : *a < *b;
}

std::expected<Objective, std::string> parse_objective(std::string_view text, bool maximize) {
  Objective objective{.text = std::string(trimmed(text)), .maximize = maximize};
  const std::size_t slash = text.find('/');
  const auto figure = find_figure(trimmed(text.substr(0, slash)));
  if (!figure) return std::unexpected(figure.error());
  objective.figure = *figure;
  if (slash == std::string_view::npos) return objective;
  const auto divisor = find_figure(trimmed(text.substr(slash + 1)));
  if (!divisor) return std::unexpected(divisor.error());
  objective.divisor = *divisor;
  return objective;
}

std::optional<Value> parse_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Value value = 0;
  int places = -1;
  bool any = false;
  for (const char c : text) {
    if (c == '.' && places < 0) {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9' || places == kValuePlaces) return std::nullopt;
    if (__builtin_mul_overflow(value, Value{10}, &value) ||
        __builtin_add_overflow(value, Value{c - '0'}, &value)) {
      return std::nullopt;
    }
    any = true;
    if (places >= 0) ++places;
  }
  if (!any) return std::nullopt;
  for (int place = places < 0 ? 0 : places; place < kValuePlaces; ++place) {
    if (__builtin_mul_overflow(value, Value{10}, &value)) return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace tranchet
