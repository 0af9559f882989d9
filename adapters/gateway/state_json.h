// A moment of a run as one JSON document: what the page shows, what `replay --until` prints.
// Decimals are texts, times RFC 3339 UTC, directions Long and Short.
#pragma once

#include <string>

#include "adapters/gateway/screen.h"
#include "events/names.h"

namespace tranchet {

// With digests: of the commands so far and of the state, which costs a pass over all of it.
std::string state_json(const Screen& screen, const Names& names, bool with_digests);

// What changes with every price, for those who hold the document above already:
// {"sequence":7,"time":"...","equity":"...","unrealized_pnl":"...","exposure":"...",
//  "marks":[["BTCUSDT","45000"]],"positions":[["BTCUSDT","Long","12.5",["12.5"]]]}
// The inner list: of each tranche, in the document's order.
std::string prices_json(const Screen& screen, const Names& names);

// The price of one instrument so far: {"instrument":"BTCUSDT","interval_seconds":60,
// "candles":[[<seconds since 1970>,"open","high","low","close"]],"fills":[...]}.
std::string chart_json(const Screen& screen, const Names& names, InstrumentId instrument);

// One alert or refusal, as in the document's list.
std::string notice_json(const Notice& notice, const Names& names);

// An alert for who is not looking: the same, with a sentence in front that chats show as it is:
// {"text":"BTCUSDT Long tranche 0: CloseFailed","sequence":7,...}.
std::string alert_json(const Notice& notice, const Names& names);

}  // namespace tranchet
