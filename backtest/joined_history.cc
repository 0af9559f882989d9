#include "backtest/joined_history.h"

#include <utility>

#include "backtest/tape/tape_data.h"

namespace tranchet {

Timestamp moment_of_bar(const Bar& bar, std::size_t point) {
  if (point == 3) return bar.close_time;
  const Duration third = Duration::nanoseconds((bar.close_time - bar.open_time).count() / 3);
  return bar.open_time + third * static_cast<std::int64_t>(point);
}

std::expected<std::unique_ptr<JoinedHistory>, InputError> JoinedHistory::open(
    const std::vector<DataOptions>& sources) {
  auto history = std::make_unique<JoinedHistory>();
  for (const DataOptions& options : sources) {
    auto data = open_data(options);
    if (!data) return std::unexpected(data.error());
    history->sources_.push_back({.data = std::move(*data), .instrument = options.instrument});
  }
  for (Source& source : history->sources_) {
    if (auto filled = history->fill(source); !filled) return std::unexpected(filled.error());
  }
  return history;
}

std::expected<void, InputError> JoinedHistory::fill(Source& source) {
  while (!source.ended && source.is_at_end()) {
    source.at = 0;
    const auto more = source.data->next(source.block);
    if (!more) return std::unexpected(more.error());
    source.ended = !*more;
    if (source.block.trades.empty()) continue;
    std::vector<Occurrence> events;
    append_events(source.block, source.instrument, events);
    source.block.trades.clear();
    source.block.events = std::move(events);
  }
  return {};
}

std::expected<bool, InputError> JoinedHistory::next(Moment& moment) {
  if (last_ != nullptr) {
    const bool bar_goes_on = !last_->block.bars.empty() && last_->point < 3;
    last_->point = bar_goes_on ? last_->point + 1 : 0;
    if (!bar_goes_on) ++last_->at;
    if (auto filled = fill(*last_); !filled) return std::unexpected(filled.error());
  }
  last_ = nullptr;
  for (Source& source : sources_) {
    if (source.ended) continue;
    if (last_ == nullptr || source.time() < last_->time()) last_ = &source;
  }
  if (last_ == nullptr) return false;
  moment = {.source = static_cast<std::size_t>(last_ - sources_.data()), .time = last_->time()};
  if (last_->block.bars.empty()) {
    moment.event = &last_->block.events[last_->at];
  } else {
    moment.bar = &last_->block.bars[last_->at];
    moment.point = last_->point;
  }
  return true;
}

}  // namespace tranchet
