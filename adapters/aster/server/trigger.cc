#include "adapters/aster/server/trigger.h"

#include <algorithm>

#include "events/ensure.h"

namespace tranchet::aster_venue {
namespace {

bool trails(Trigger& trigger, Side side, Price price) {
  const bool sells = side == Side::Sell;
  if (!trigger.best) {
    const bool follows = !trigger.activation ||
                         (sells ? price >= *trigger.activation : price <= *trigger.activation);
    if (!follows) return false;
    trigger.best = price;
  }
  const Price best = sells ? std::max(*trigger.best, price) : std::min(*trigger.best, price);
  trigger.best = best;
  const Int128 share = sells ? kPpmOne - trigger.callback : kPpmOne + trigger.callback;
  const Int128 limit = static_cast<Int128>(best.raw()) * share;
  const Int128 here = static_cast<Int128>(price.raw()) * kPpmOne;
  return sells ? here <= limit : here >= limit;
}

}  // namespace

bool triggers(Trigger& trigger, Side side, Price price) {
  const bool buys = side == Side::Buy;
  switch (trigger.kind) {
    case TriggerKind::None:
      return false;
    case TriggerKind::Stop:
      return buys ? price >= trigger.stop : price <= trigger.stop;
    case TriggerKind::TakeProfit:
      return buys ? price <= trigger.stop : price >= trigger.stop;
    case TriggerKind::Trailing:
      return trails(trigger, side, price);
  }
  ENSURE(false);
}

}  // namespace tranchet::aster_venue
