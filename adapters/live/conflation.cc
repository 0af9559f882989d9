#include "adapters/live/conflation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace tranchet {
namespace {

// What can be merged with its like: an instrument and a kind. Nullopt: it stays.
struct Channel {
  InstrumentId instrument{};
  std::size_t kind = 0;
  Price price;  // By which the lowest and the highest are found.
  friend auto operator<=>(const Channel& a, const Channel& b) {
    return std::pair(a.instrument, a.kind) <=> std::pair(b.instrument, b.kind);
  }
};

std::optional<Channel> channel_of(const EventBody& body) {
  const auto stream = [&](InstrumentId instrument, Price price) {
    return Channel{instrument, body.index(), price};
  };
  if (const auto* mark = std::get_if<MarkPrice>(&body)) {
    return stream(mark->instrument, mark->price);
  }
  if (const auto* trade = std::get_if<TradePrinted>(&body)) {
    return stream(trade->instrument, trade->price);
  }
  if (const auto* book = std::get_if<BookTop>(&body)) {
    return stream(book->instrument, book->bid_price);
  }
  if (const auto* funding = std::get_if<FundingRate>(&body)) {
    return stream(funding->instrument, Price());
  }
  return std::nullopt;
}

struct Survivors {
  std::size_t lowest = 0, highest = 0, newest = 0;
  Price low, high;
};

}  // namespace

std::vector<Occurrence> conflated(const std::vector<Occurrence>& waiting) {
  std::map<Channel, Survivors> streams;
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    const auto stream = channel_of(waiting[at].body);
    if (!stream) continue;
    const auto [found, is_new] =
        streams.try_emplace(*stream, Survivors{at, at, at, stream->price, stream->price});
    Survivors& survivors = found->second;
    survivors.newest = at;
    if (stream->price < survivors.low) {
      survivors.low = stream->price;
      survivors.lowest = at;
    }
    if (stream->price > survivors.high) {
      survivors.high = stream->price;
      survivors.highest = at;
    }
  }
  std::vector<bool> stays(waiting.size(), true);
  std::map<InstrumentId, std::uint32_t> merged;
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    const auto stream = channel_of(waiting[at].body);
    if (!stream) continue;
    const Survivors& survivors = streams.at(*stream);
    stays[at] = at == survivors.lowest || at == survivors.highest || at == survivors.newest;
    if (!stays[at]) ++merged[stream->instrument];
  }
  std::vector<Occurrence> left;
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    if (!stays[at]) continue;
    if (const auto stream = channel_of(waiting[at].body)) {
      if (const auto count = merged.find(stream->instrument); count != merged.end()) {
        left.push_back(
            {waiting[at].time, Conflated{.instrument = count->first, .merged = count->second}});
        merged.erase(count);
      }
    }
    left.push_back(waiting[at]);
  }
  return left;
}

void MarketQueue::push(Timestamp time, const EventBody& body) {
  waiting_.push_back({time, body});
  if (waiting_.size() >= std::max(bound_, next_conflation_)) conflate();
}

void MarketQueue::take(std::vector<Occurrence>& out) {
  out.clear();
  out.swap(waiting_);
  next_conflation_ = 0;
}

void MarketQueue::conflate() {
  std::vector<Occurrence> left = conflated(waiting_);
  std::size_t notes = 0;
  for (const Occurrence& occurrence : left) {
    notes += std::holds_alternative<Conflated>(occurrence.body) ? 1U : 0U;
  }
  for (const Occurrence& occurrence : waiting_) {
    notes -= std::holds_alternative<Conflated>(occurrence.body) ? 1U : 0U;
  }
  merged_ += waiting_.size() + notes - left.size();
  waiting_ = std::move(left);
  // What cannot be merged must not be looked through again at every push.
  next_conflation_ = waiting_.size() * 2;
}

}  // namespace tranchet
