#include "backtest/market_data/admission.h"

#include <algorithm>
#include <utility>

#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

constexpr std::size_t kMostListed = 100;
constexpr std::uint64_t kShareJudgedFrom = 100;

// Whether `bad` of `rows` is more than that share of them.
bool above_share(std::uint64_t bad, std::uint64_t rows, Ppm share) {
  return static_cast<UInt128>(bad) * static_cast<UInt128>(kPpmOne) >
         static_cast<UInt128>(rows) * static_cast<UInt128>(share);
}

std::string out_of_order(Timestamp time, Timestamp last) {
  return "time " + to_text(time) + " is before that of the row before it, " + to_text(last);
}

}  // namespace

void Admission::widen(std::int64_t count, int& decimals) {
  while (!fits(count, decimals)) ++decimals;
}

void Admission::note_gap(Timestamp from, Timestamp to) {
  ++report_.gap_count;
  if (report_.gaps.size() < kMostListed) report_.gaps.push_back({from, to});
}

// A bar that does not open after the one before it has closed.
RowOutcome Admission::refuse_bar(const Bar& bar, std::string& fault) {
  switch (seen_bars_.find(bar)) {
    case SeenBars::Answer::Same:
      return RowOutcome::Duplicate;
    case SeenBars::Answer::Different:
      fault = "a different bar for the time " + to_text(bar.open_time) + " was read before";
      return RowOutcome::Bad;
    case SeenBars::Answer::Unknown:
      break;
  }
  ++report_.disordered;
  fault = bar.open_time < last_bar_->open_time
              ? out_of_order(bar.open_time, last_bar_->open_time)
              : "the bar opens at " + to_text(bar.open_time) +
                    ", when the one before it lasts until " + to_text(last_bar_->close_time);
  return RowOutcome::Bad;
}

bool Admission::admit_plain(std::span<const AggTrade> trades) {
  if (trades.empty() || !seen_trades_.last() || !report_.first_time) return false;
  const std::uint64_t first_id = *seen_trades_.last() + 1;
  constexpr auto kLongest = static_cast<std::uint64_t>(Duration::hours(1).count());
  std::uint64_t other_id = 0, longest = 0;
  std::uint32_t price_decimals = 0, quantity_decimals = 0;
  std::int64_t before = last_event_.nanoseconds();
  for (std::size_t at = 0; at < trades.size(); ++at) {
    const AggTrade& trade = trades[at];
    other_id |= trade.id ^ (first_id + at);
    const std::int64_t time = trade.row.time.nanoseconds();
    // Back in time is very far ahead.
    longest = std::max(longest, static_cast<std::uint64_t>(time - before));
    before = time;
    price_decimals = std::max(price_decimals, trade.price_decimals);
    quantity_decimals = std::max(quantity_decimals, trade.quantity_decimals);
  }
  if (other_id != 0 || longest > kLongest ||
      std::cmp_greater(price_decimals, report_.price_decimals) ||
      std::cmp_greater(quantity_decimals, report_.quantity_decimals)) {
    return false;
  }
  seen_trades_.extend(trades.size());
  last_event_ = trades.back().row.time;
  report_.last_time = last_event_;
  report_.rows += trades.size();
  report_.used += trades.size();
  return true;
}

RowOutcome Admission::refuse_event(Timestamp time, std::string& fault) {
  ++report_.disordered;
  fault = out_of_order(time, last_event_);
  return RowOutcome::Bad;
}

void Admission::note_symbol(std::string_view symbol) {
  constexpr std::size_t kMostNamed = 8;
  if (other_symbols_.size() < kMostNamed && !other_symbols_.contains(symbol)) {
    other_symbols_.emplace(symbol);
  }
}

std::expected<void, InputError> Admission::count_unused(RowOutcome outcome, std::uint64_t line,
                                                        const std::string& fault) {
  if (outcome == RowOutcome::Ignored) ++report_.ignored;
  if (outcome == RowOutcome::Duplicate) ++report_.duplicates;
  if (outcome != RowOutcome::Bad) return {};

  ++report_.bad;
  if (report_.bad_rows.size() < kMostListed) report_.bad_rows.push_back({file_, line, fault});
  if (allowance_.share) {
    if (report_.bad <= kShareJudgedFrom ||
        !above_share(report_.bad, report_.rows, *allowance_.share)) {
      return {};
    }
  } else if (report_.bad <= allowance_.count) {
    return {};
  }
  const std::string which =
      report_.bad == 1 ? "" : " (bad row " + std::to_string(report_.bad) + ", more than allowed)";
  return input_error(file_, line, fault + which);
}

std::expected<void, InputError> Admission::finish(const std::string& symbol) const {
  if (allowance_.share && above_share(report_.bad, report_.rows, *allowance_.share)) {
    const BadRow& first = report_.bad_rows.front();
    return input_error(first.file, first.line,
                       first.message + " (the first of " + std::to_string(report_.bad) +
                           " bad rows of " + std::to_string(report_.rows) +
                           ", more than the allowed " + percent_text(*allowance_.share) + " %)");
  }
  if (report_.used > 0) return {};
  if (other_symbols_.empty()) return input_error(file_, 0, "there is no row to use");
  std::string others;
  for (const std::string& other : other_symbols_) others += (others.empty() ? "" : ", ") + other;
  return input_error(file_, 0, "there is no row of " + symbol + "; the data has " + others);
}

std::optional<BadRowAllowance> parse_bad_rows(std::string_view text) {
  if (text.ends_with('%')) {
    constexpr int kPercentPlaces = 4;  // 0.0001 % is one part per million.
    const ParsedDecimal share = parse_decimal(text.substr(0, text.size() - 1), kPercentPlaces);
    if (share.error || share.count < 0 || share.count > kPpmOne) return std::nullopt;
    return BadRowAllowance{0, share.count};
  }
  constexpr std::size_t kMostDigits = 18;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  std::uint64_t count = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return BadRowAllowance{count, std::nullopt};
}

}  // namespace tranchet
