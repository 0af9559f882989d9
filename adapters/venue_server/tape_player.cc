#include "adapters/venue_server/tape_player.h"

#include <algorithm>
#include <utility>

namespace tranchet::venue_server {
namespace {

// The one place that opens data.
std::expected<std::unique_ptr<MarketData>, std::string> open_data(const TapeOptions& options) {
  auto data = MarketData::open({.paths = {options.path},
                                .symbol = options.symbol,
                                .instrument = options.instrument,
                                .format = "",
                                .bad_rows = {}});
  if (!data) return std::unexpected(to_text(data.error()));
  return std::move(*data);
}

void append_bar(const Bar& bar, InstrumentId instrument, std::vector<Occurrence>& out) {
  // Along the shorter way: an open near the low goes there first.
  const bool low_first = bar.open - bar.low <= bar.high - bar.open;
  const Price path[] = {bar.open, low_first ? bar.low : bar.high, low_first ? bar.high : bar.low,
                        bar.close};
  Maybe<Quantity> quarter;
  if (bar.volume) quarter = Quantity::from_raw((*bar.volume).raw() / 4);
  const Duration length = bar.close_time - bar.open_time;
  for (int part = 0; part < 4; ++part) {
    const Timestamp time = bar.open_time + Duration::nanoseconds(length.count() / 3 * part);
    const bool rises = part > 0 && path[part] >= path[part - 1];
    out.push_back({time, TradePrinted{.instrument = instrument,
                                      .quantity = quarter,
                                      .price = path[part],
                                      .aggressor = static_cast<std::uint8_t>(rises ? 1 : 2)}});
  }
}

}  // namespace

std::expected<std::unique_ptr<TapePlayer>, std::string> TapePlayer::open(const TapeOptions& options,
                                                                         Timestamp start) {
  std::unique_ptr<TapePlayer> player(new TapePlayer(options));
  if (auto begun = player->begin(start); !begun) return std::unexpected(begun.error());
  if (!player->next()) {
    const std::string none = options.from ? ": has no prices from " + to_text(*options.from) + " on"
                                          : std::string(": has no prices");
    return std::unexpected(player->failure_.empty() ? options.path.string() + none
                                                    : player->failure_);
  }
  return player;
}

std::expected<void, std::string> TapePlayer::begin(Timestamp start) {
  auto data = open_data(options_);
  if (!data) return std::unexpected(data.error());
  data_ = std::move(*data);
  start_ = start;
  tape_start_.reset();
  prices_.clear();
  past_.clear();
  at_ = 0;
  fill();
  return {};
}

// Reads until there is a price, the tape ends for good, or fails.
void TapePlayer::fill() {
  while (at_ >= prices_.size() && failure_.empty()) {
    prices_.clear();
    at_ = 0;
    const auto more = data_->next(block_);
    if (!more) {
      failure_ = to_text(more.error());
      return;
    }
    if (!*more) {
      // Once around without a price would go on for ever.
      if (!options_.loops || !tape_start_) return;
      if (auto again = begin(newest_); !again) failure_ = again.error();
      return;
    }
    for (const Bar& bar : block_.bars) append_bar(bar, options_.instrument, prices_);
    append_events(block_, options_.instrument, prices_);
    if (!tape_start_) set_past_apart();
    if (!tape_start_ && !prices_.empty()) tape_start_ = prices_.front().time;
  }
}

void TapePlayer::set_past_apart() {
  if (!options_.from) return;
  const auto first = std::ranges::lower_bound(prices_, *options_.from, {}, &Occurrence::time);
  past_.insert(past_.end(), prices_.begin(), first);
  prices_.erase(prices_.begin(), first);
}

std::optional<Timestamp> TapePlayer::next() const {
  if (at_ >= prices_.size()) return std::nullopt;
  const Int128 then = (prices_[at_].time - *tape_start_).count();
  const Timestamp due =
      start_ +
      Duration::nanoseconds(static_cast<std::int64_t>(then * 100 / options_.speed_percent));
  return std::max(due, newest_);
}

Occurrence TapePlayer::take() {
  newest_ = *next();
  const Occurrence price{newest_, prices_[at_++].body};
  fill();
  return price;
}

std::expected<TapeDecimals, std::string> look_at_decimals(const TapeOptions& options) {
  const auto data = open_data(options);
  if (!data) return std::unexpected(data.error());
  Block block;
  constexpr std::uint64_t kEnough = 20'000;
  while ((*data)->report().used < kEnough) {
    const auto more = (*data)->next(block);
    if (!more) return std::unexpected(to_text(more.error()));
    if (!*more) break;
  }
  return TapeDecimals{(*data)->report().price_decimals, (*data)->report().quantity_decimals};
}

}  // namespace tranchet::venue_server
