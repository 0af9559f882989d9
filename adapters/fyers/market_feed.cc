#include "adapters/fyers/market_feed.h"

#include "adapters/fyers/data_requests.h"

namespace tranchet::fyers {
namespace {

constexpr Duration kMarkAgain = Duration::seconds(1);
constexpr std::uint64_t kChannels = std::uint64_t{1} << kChannel;

constexpr std::string_view kSource = "tranchet";

Maybe<Price> last_price(const Topic& topic) {
  return topic.kind() == TopicKind::Index ? topic.price(IndexField::LastPrice)
                                          : topic.price(ScripField::LastPrice);
}

constexpr std::uint32_t bit(ScripField field) {
  return std::uint32_t{1} << static_cast<unsigned>(field);
}
// Of an index it stands in the same place.
static_assert(static_cast<unsigned>(ScripField::LastPrice) ==
              static_cast<unsigned>(IndexField::LastPrice));

}  // namespace

MarketFeed::MarketFeed(std::span<const MarketTopic> topics, bool book) : book_(book) {
  for (const MarketTopic& topic : topics) {
    if (!frames_.want(topic.name, topic.instrument)) continue;
    names_.push_back(topic.name);
    const auto at = static_cast<std::size_t>(topic.instrument);
    if (told_.size() <= at) told_.resize(at + 1);
  }
}

Secret MarketFeed::begin(std::string_view hsm_key) {
  frames_.connected();
  return connect_frame(hsm_key, kSource);
}

MarketHeard MarketFeed::read(std::string_view frame, Timestamp steady,
                             std::vector<EventBody>& out) {
  MarketHeard heard;
  const FrameRead read = frames_.read(frame, updates_);
  if (read.acknowledge) heard.answers.push_back(acknowledge_frame(*read.acknowledge));
  if (read.kind == FrameKind::Connect) {
    heard.stands = read.ok;
    heard.refused = !read.ok;
    if (read.ok) {
      heard.answers.push_back(mode_frame(kChannels, false));
      heard.answers.push_back(resume_frame(kChannels));
      for (std::string& part : subscribe_frames(names_)) heard.answers.push_back(std::move(part));
    }
  } else if (read.kind == FrameKind::Subscribe && !read.ok) {
    heard.flaw = "the venue refuses a subscription";
  }
  for (const DataUpdate& update : updates_) take(update, steady, out, heard);
  if (heard.flaw.empty()) heard.flaw = new_flaw();
  return heard;
}

void MarketFeed::take(const DataUpdate& update, Timestamp steady, std::vector<EventBody>& out,
                      MarketHeard& heard) {
  const Topic& topic = *update.topic;
  const auto price = last_price(topic);
  if (topic.kind() == TopicKind::Depth || !price) return;
  const InstrumentId instrument = topic.instrument();
  Told& told = told_[static_cast<std::size_t>(instrument)];
  const bool moved = (update.changed & bit(ScripField::LastPrice)) != 0;
  const bool is_scrip = topic.kind() == TopicKind::Scrip;
  const bool traded = moved || (is_scrip && (update.changed & bit(ScripField::VolumeToday)) != 0);
  if (traded) {
    TradePrinted trade{.instrument = instrument, .quantity = {}, .price = *price};
    if (is_scrip) {
      const auto quantity = topic.quantity(ScripField::LastQuantity);
      if (quantity && (*quantity).is_positive()) trade.quantity = quantity;
    }
    out.push_back(trade);
  }
  if (moved || !told.marked || *told.marked + kMarkAgain <= steady) {
    told.marked = steady;
    out.push_back(MarkPrice{instrument, *price});
  }
  if (!is_scrip) return;
  if (book_) tell_book(topic, update, out);
  const CircuitLimits limits{.instrument = instrument,
                             .lower = topic.price(ScripField::LowerCircuit),
                             .upper = topic.price(ScripField::UpperCircuit)};
  if (limits == told.limits) return;
  told.limits = limits;
  heard.limits.push_back(limits);
}

void MarketFeed::tell_book(const Topic& topic, const DataUpdate& update,
                           std::vector<EventBody>& out) const {
  constexpr std::uint32_t kBook = bit(ScripField::BidPrice) | bit(ScripField::AskPrice) |
                                  bit(ScripField::BidSize) | bit(ScripField::AskSize);
  if ((update.changed & kBook) == 0) return;
  const auto bid = topic.price(ScripField::BidPrice);
  const auto ask = topic.price(ScripField::AskPrice);
  const auto bid_size = topic.quantity(ScripField::BidSize);
  const auto ask_size = topic.quantity(ScripField::AskSize);
  if (!bid || !ask || !bid_size || !ask_size) return;
  out.push_back(BookTop{.instrument = topic.instrument(),
                        .bid_price = *bid,
                        .bid_quantity = *bid_size,
                        .ask_price = *ask,
                        .ask_quantity = *ask_size});
}

// Each kind once when it is first met, then at every thousandth: a venue that changed its frames
// must not fill a log.
std::string MarketFeed::new_flaw() {
  constexpr std::uint64_t kTellAgain = 1'000;
  std::string text;
  for (std::size_t index = 0; index < kFrameFlaws; ++index) {
    const auto flaw = static_cast<FrameFlaw>(index);
    const std::uint64_t count = frames_.flaws(flaw);
    const bool is_new = (flaws_[index] == 0 && count > 0) || count >= flaws_[index] + kTellAgain;
    if (!is_new) continue;
    flaws_[index] = count;
    text += (text.empty() ? "" : ", ") + std::string(to_text(flaw)) + " (" + std::to_string(count) +
            " so far)";
  }
  return text;
}

}  // namespace tranchet::fyers
