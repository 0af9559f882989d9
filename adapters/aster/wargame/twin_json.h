// What the venue of a world has to say, in the words of Aster.
#pragma once

#include <optional>
#include <string>

#include "adapters/aster/wargame/twin_requests.h"
#include "backtest/wargame/twins/wire.h"
#include "events/names.h"
#include "events/settings.h"

namespace tranchet::aster {

struct TwinWords {
  const Names& names;
  PositionMode mode{};
};

struct TwinAnswer {
  int status = 200;
  std::string body;
};

// A message of the user stream; nullopt: the venue has no message for it.
std::optional<std::string> stream_text(const Update& update, const TwinWords& words);
// A message of the market stream; nullopt: not a price.
std::optional<std::string> market_text(const EventBody& body, const TwinWords& words);
TwinAnswer answer_text(const ReadRequest& asked, const Response& response, const TwinWords& words);

}  // namespace tranchet::aster
