// What the venue says about our orders: each answer into the order's state, and from there to the
// room that owns the consequence (books, protection, exits, entries).
#pragma once

#include "engine/turn.h"

namespace tranchet {

void take_answer(Turn& turn, const OrderAccepted& answer);
void take_answer(Turn& turn, const OrderRejected& answer);
void take_answer(Turn& turn, const OrderTriggered& answer);
void take_answer(Turn& turn, const OrderFilled& answer);
void take_answer(Turn& turn, const OrderAmended& answer);
void take_answer(Turn& turn, const AmendRejected& answer);
void take_answer(Turn& turn, const OrderCanceled& answer);
void take_answer(Turn& turn, const CancelRejected& answer);
void take_answer(Turn& turn, const OrderExpired& answer);
void take_answer(Turn& turn, const OutcomeUnknown& answer);
void take_answer(Turn& turn, const QueryAnswered& answer);

}  // namespace tranchet
