#include "adapters/fyers/wargame/twin_frames.h"

#include <algorithm>
#include <utility>

#include "adapters/fyers/data_frames.h"
#include "adapters/fyers/server/hsm_frames.h"
#include "events/ensure.h"

namespace tranchet::fyers {
namespace {

namespace server = fyers_venue;

constexpr std::uint32_t kAcknowledgeEvery = 20;
constexpr std::int64_t kPaisa = kDecimalOne / 100;
constexpr std::int32_t kVolumeMost = 1'000'000'000;

std::size_t at(ScripField field) {
  return static_cast<std::size_t>(field);
}

}  // namespace

void TwinFrames::connected() {
  topics_.clear();
  number_ = 0;
}

std::vector<std::string> TwinFrames::answers_to(std::string_view bytes) {
  const auto frame = server::read_client_frame(bytes);
  ENSURE(frame.has_value());
  switch (frame->type) {
    case server::FrameType::Connect:
      ENSURE(!frame->key.empty());
      return {server::connected_frame(kAcknowledgeEvery)};
    case server::FrameType::Subscribe:
      for (const std::string& name : frame->topics) {
        const auto number = static_cast<std::uint16_t>(name.back() - '0');
        topics_[InstrumentId{number}] = {.name = name};
      }
      return {server::control_frame(frame->type, true)};
    case server::FrameType::Mode:
    case server::FrameType::Resume:
      return {server::control_frame(frame->type, true)};
    default:
      return {};
  }
}

std::string TwinFrames::price_frame(const TradePrinted& trade) {
  const auto found = topics_.find(trade.instrument);
  if (found == topics_.end()) return {};
  Topic& topic = found->second;
  const std::int64_t paise = trade.price.raw() / kPaisa;
  ENSURE(paise * kPaisa == trade.price.raw() && paise <= INT32_MAX);
  const auto shares =
      static_cast<std::int32_t>(trade.quantity.value_or(Quantity()).raw() / kDecimalOne);
  std::int32_t& volume = topic.values[at(ScripField::VolumeToday)];
  // A trade shows as volume even where nobody said of how many.
  volume = volume > kVolumeMost ? 1 : volume + std::max(shares, 1);
  topic.values[at(ScripField::LastPrice)] = static_cast<std::int32_t>(paise);
  topic.values[at(ScripField::LastQuantity)] = shares;
  const auto id = static_cast<std::uint16_t>(trade.instrument);
  std::string item;
  if (std::exchange(topic.is_announced, true)) {
    std::array<std::int32_t, kFields> changed{};
    changed.fill(server::kUnchanged);
    for (const ScripField field :
         {ScripField::LastPrice, ScripField::VolumeToday, ScripField::LastQuantity}) {
      changed[at(field)] = topic.values[at(field)];
    }
    item = server::update_item(id, changed);
  } else {
    item = server::snapshot_item({.topic_id = id,
                                  .topic = topic.name,
                                  .values = topic.values,
                                  .segment = "nse_cm",
                                  .token = std::string_view(topic.name).substr(10),
                                  .symbol = "SHARE-EQ"});
  }
  return server::data_frame(++number_, {&item, 1});
}

}  // namespace tranchet::fyers
