// The venue's end of a binary market data stream: what it answers, and prices as frames.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.h"

namespace tranchet::fyers {

class TwinFrames {
 public:
  // To a frame of the client, on a new connection `connected()` first.
  void connected();
  std::vector<std::string> answers_to(std::string_view frame);

  // Empty: the topic is not subscribed. The first of a connection is a snapshot, the others are
  // updates; the name of a topic ends with the number of its instrument.
  std::string price_frame(const TradePrinted& trade);

 private:
  static constexpr std::size_t kFields = 21;
  struct Topic {
    std::string name;
    std::array<std::int32_t, kFields> values{};
    bool is_announced = false;
  };
  std::map<InstrumentId, Topic> topics_;
  std::uint32_t number_ = 0;
};

}  // namespace tranchet::fyers
