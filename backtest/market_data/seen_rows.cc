#include "backtest/market_data/seen_rows.h"

#include <algorithm>
#include <iterator>

namespace tranchet {
namespace {

// Each number times an odd constant of its own, summed: five multiplications that do not wait for
// each other. Two different bars of one time are taken for equal with a chance of about 2^-64.
std::uint64_t digest_of(const Bar& bar) {
  const auto word = [](std::int64_t count) { return static_cast<std::uint64_t>(count); };
  return word(bar.open.raw()) * 0x9E37'79B9'7F4A'7C15 +
         word(bar.high.raw()) * 0xD1B5'4A32'D192'ED03 +
         word(bar.low.raw()) * 0xAEF1'7502'108E'F2D9 +
         word(bar.close.raw()) * 0xF135'7AEA'2E62'A9C5 +
         word(bar.volume.value_or(Quantity::from_raw(-1)).raw()) * 0x8CB9'2BA7'2F3D'8DD7;
}

}  // namespace

bool SeenTrades::contains_earlier(std::uint64_t id) const {
  const auto after = std::ranges::upper_bound(runs_, id, {}, &Run::first);
  if (after != runs_.begin()) return id <= std::prev(after)->last;
  return forgotten_last_ != 0 && id >= forgotten_first_ && id <= forgotten_last_;
}

void SeenTrades::insert_apart(std::uint64_t id) {
  auto after = std::ranges::upper_bound(runs_, id, {}, &Run::first);
  if (after != runs_.begin() && std::prev(after)->last + 1 == id) {
    const auto before = std::prev(after);
    before->last = id;
    if (after != runs_.end() && after->first == id + 1) {
      before->last = after->last;
      runs_.erase(after);
    }
  } else if (after != runs_.end() && after->first == id + 1) {
    after->first = id;
  } else {
    runs_.insert(after, Run{id, id});
  }
  if (runs_.size() > kMostRuns) {
    if (forgotten_last_ == 0) forgotten_first_ = runs_.front().first;
    forgotten_last_ = runs_[1].first - 1;
    runs_.pop_front();
  }
}

SeenBars::Answer SeenBars::find(const Bar& bar) const {
  const std::int64_t time = bar.open_time.nanoseconds();
  std::size_t first = 0, last = rows_.size();
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    if (row(middle).open_time < time) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  if (first == rows_.size() || row(first).open_time != time) return Answer::Unknown;
  return row(first).digest == digest_of(bar) ? Answer::Same : Answer::Different;
}

void SeenBars::append(const Bar& bar) {
  const Row added{bar.open_time.nanoseconds(), digest_of(bar)};
  if (rows_.size() < kMostBars) {
    rows_.push_back(added);
  } else {
    rows_[oldest_] = added;
    oldest_ = (oldest_ + 1) % kMostBars;
  }
}

}  // namespace tranchet
