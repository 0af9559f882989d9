#include "backtest/signal_index.h"

#include <algorithm>

namespace tranchet {
namespace {

using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

void note(Runs& runs, std::uint32_t at) {
  if (!runs.empty() && runs.back().second == at) {
    ++runs.back().second;
  } else {
    runs.emplace_back(at, at + 1);
  }
}

}  // namespace

SignalIndex::SignalIndex(const Settings& settings)
    : drop_(settings.percent(Setting::DipDrop)),
      length_(settings.duration(Setting::DipWindow)),
      trades_are_marks_(settings.choice<MarkSourceChoice>(Setting::MarkSource) ==
                        MarkSourceChoice::Trade) {}

void SignalIndex::take(const HistoryPiece& piece) {
  before_ = window_;
  falls_.clear();
  rises_.clear();
  size_ = piece.block ? piece.block->size() : 0;
  seen_ = piece.block && sees(piece.block->kind());
  if (!piece.block) return take_rows(piece.rows);
  if (!seen_) return;
  for (std::uint32_t stretch = 0; piece.guard != nullptr && stretch * kStretchTicks < size_;
       ++stretch) {
    if (!piece.guard->is_sound(stretch)) return;
  }
  take_block(*piece.block);
}

void SignalIndex::take_block(const TickBlock& block) {
  prices_.resize(size_);
  times_.resize(size_);
  block.prices().widen(0, prices_);
  block.widen_times(0, times_);
  for (std::uint32_t at = 0; at < size_; ++at) {
    const Price price = Price::from_raw(prices_[at]);
    add(price, times_[at]);
    if (window_.has_fallen(price, drop_)) note(falls_, at);
    if (window_.has_risen(price, drop_)) note(rises_, at);
  }
}

void SignalIndex::take_rows(std::span<const Occurrence> rows) {
  for (const Occurrence& row : rows) {
    const std::int64_t time = row.time.nanoseconds();
    if (const auto* mark = std::get_if<MarkPrice>(&row.body)) {
      add(mark->price, time);
    } else if (const auto* trade = std::get_if<TradePrinted>(&row.body);
               trade != nullptr && trades_are_marks_) {
      add(trade->price, time);
    }
  }
}

std::uint32_t SignalIndex::next(Side side, std::uint32_t at) const {
  const Runs& runs = side == Side::Buy ? falls_ : rises_;
  const auto run = std::ranges::upper_bound(runs, at, {}, &Runs::value_type::second);
  return run == runs.end() ? size_ : std::max(at, run->first);
}

DipWindow SignalIndex::window_before(std::uint32_t at) const {
  DipWindow window = before_;
  if (!seen_) return window;
  for (std::uint32_t tick = 0; tick < at; ++tick) {
    window.add(Price::from_raw(prices_[tick]), Timestamp::from_nanoseconds(times_[tick]), length_);
  }
  return window;
}

}  // namespace tranchet
