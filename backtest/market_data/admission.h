// The gate every row passes, whatever its format: order of time, duplicates, gaps, bad rows, and
// the report about all of it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "backtest/market_data/agg_trade_scan.h"
#include "backtest/market_data/market_data.h"
#include "backtest/market_data/seen_rows.h"

namespace tranchet {

enum class RowOutcome : std::uint8_t { Used = 1, Ignored, Duplicate, Bad };

class Admission {
 public:
  explicit Admission(BadRowAllowance allowance) : allowance_(allowance) {}

  void start_file(std::string file) { file_ = std::move(file); }
  const std::string& file() const { return file_; }
  DataReport& report() { return report_; }
  const DataReport& report() const { return report_; }

  // Used: the caller keeps it. Bad: `fault` says why.
  RowOutcome admit_bar(const Bar& bar, std::string& fault);
  // A row without an id of its own, or a trade with the venue's id.
  RowOutcome admit_event(Timestamp time, std::string& fault);
  RowOutcome admit_trade(Timestamp time, std::uint64_t id, std::string& fault);
  // Whether all of them are used without a word: ids follow each other and the last one read, times
  // are in order without a gap, and no more decimals than before. Then they are counted; else
  // nothing is, and each has to be admitted by itself.
  bool admit_plain(std::span<const AggTrade> trades);
  // A time of arrival, settled. Clocks are set back a little now and then, so up to a second
  // is forgiven: the row then gets the time of the row before.
  Timestamp settle_arrival(Timestamp time) const {
    const bool slightly_back = time < last_event_ && last_event_ - time <= Duration::seconds(1);
    return slightly_back ? last_event_ : time;
  }

  // Counts a data row by what became of it. The error: a bad row more than is allowed.
  std::expected<void, InputError> count_row(RowOutcome outcome, std::uint64_t line,
                                            const std::string& fault) {
    ++report_.rows;
    if (outcome == RowOutcome::Used) [[likely]] {
      ++report_.used;
      return {};
    }
    return count_unused(outcome, line, fault);
  }

  // A row of another symbol was left out.
  void note_symbol(std::string_view symbol);
  // Best prices with the bid above the ask: the row is bad.
  void note_crossed_book() { ++report_.crossed; }
  // What the data set's decimals are.
  void note_price(Price price) {
    if (!fits(price.raw(), report_.price_decimals)) widen(price.raw(), report_.price_decimals);
  }
  void note_quantity(Quantity quantity) {
    if (!fits(quantity.raw(), report_.quantity_decimals)) {
      widen(quantity.raw(), report_.quantity_decimals);
    }
  }

  // At the end of the data: the share of bad rows, and whether there was anything to use.
  std::expected<void, InputError> finish(const std::string& symbol) const;

 private:
  static bool fits(std::int64_t count, int decimals);
  static void widen(std::int64_t count, int& decimals);
  std::expected<void, InputError> count_unused(RowOutcome outcome, std::uint64_t line,
                                               const std::string& fault);
  RowOutcome refuse_bar(const Bar& bar, std::string& fault);
  RowOutcome refuse_event(Timestamp time, std::string& fault);
  RowOutcome take_event(Timestamp time);
  void note_gap(Timestamp from, Timestamp to);

  BadRowAllowance allowance_;
  std::string file_;
  DataReport report_;
  SeenTrades seen_trades_;
  SeenBars seen_bars_;
  std::optional<Bar> last_bar_;
  Timestamp last_event_;
  std::set<std::string, std::less<>> other_symbols_;  // The first eight.
};

// Whether a count of 1e-8 has no more than that many decimals. A switch, because dividing by a
// constant is five times cheaper than dividing by a variable.
inline bool Admission::fits(std::int64_t count, int decimals) {
  switch (decimals) {
    case 0:
      return count % 100'000'000 == 0;
    case 1:
      return count % 10'000'000 == 0;
    case 2:
      return count % 1'000'000 == 0;
    case 3:
      return count % 100'000 == 0;
    case 4:
      return count % 10'000 == 0;
    case 5:
      return count % 1'000 == 0;
    case 6:
      return count % 100 == 0;
    case 7:
      return count % 10 == 0;
    default:
      return true;
  }
}

inline RowOutcome Admission::take_event(Timestamp time) {
  if (!report_.first_time) {
    report_.first_time = time;
  } else if (time - last_event_ > Duration::hours(1)) {
    note_gap(last_event_, time);
  }
  last_event_ = time;
  report_.last_time = time;
  return RowOutcome::Used;
}

inline RowOutcome Admission::admit_event(Timestamp time, std::string& fault) {
  if (time < last_event_) return refuse_event(time, fault);
  return take_event(time);
}

inline RowOutcome Admission::admit_trade(Timestamp time, std::uint64_t id, std::string& fault) {
  if (seen_trades_.contains(id)) return RowOutcome::Duplicate;
  const RowOutcome outcome = admit_event(time, fault);
  if (outcome == RowOutcome::Used) seen_trades_.insert(id);
  return outcome;
}

inline RowOutcome Admission::admit_bar(const Bar& bar, std::string& fault) {
  if (last_bar_ && bar.open_time <= last_bar_->close_time) return refuse_bar(bar, fault);
  if (!last_bar_) {
    report_.first_time = bar.open_time;
  } else if (bar.open_time - last_bar_->close_time > Duration::milliseconds(1)) {
    note_gap(last_bar_->close_time + Duration::milliseconds(1), bar.open_time);
  }
  last_bar_ = bar;
  report_.last_time = bar.close_time;
  seen_bars_.append(bar);
  for (const Price price : {bar.open, bar.high, bar.low, bar.close}) note_price(price);
  if (bar.volume) note_quantity(*bar.volume);
  return RowOutcome::Used;
}

}  // namespace tranchet
