// What the venue of a world has to say, in the words of Fyers.
#pragma once

#include <string>
#include <vector>

#include "adapters/fyers/wargame/twin_requests.h"
#include "backtest/wargame/twins/wire.h"
#include "events/names.h"

namespace tranchet::fyers {

struct TwinAnswer {
  int status = 200;
  std::string body;
};

// Messages of the order stream, in order; none: the venue has no message for it. A trade comes
// behind its order or before it.
std::vector<std::string> stream_texts(const Update& update, const Names& names);
// Of an order that the exchange refuses after the broker has taken it.
std::string refusal_text(const SubmitOrder& order, RejectReason reason, const Names& names);
// `refused_later`: an order that is refused is said to be taken; refusal_text() follows.
TwinAnswer answer_text(const ReadRequest& asked, const Response& response, bool refused_later,
                       const Names& names);

}  // namespace tranchet::fyers
