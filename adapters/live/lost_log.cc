#include "adapters/live/lost_log.h"

namespace tranchet {

std::string take_out_lost_orders(std::vector<Occurrence>& told, std::size_t first,
                                 const State& state) {
  for (std::size_t at = first; at < told.size(); ++at) {
    const auto* order = std::get_if<OrderReported>(&told[at].body);
    if (order == nullptr || order->order == OrderId::None) continue;
    if (state.orders.contains(order->order)) continue;
    std::string refusal =
        "the venue holds order " + to_text(order->order) +
        ", which carries this account's number, and this log is new: its log was lost, or another "
        "program trades here. Ids would collide. Go on with that log, or give this one another "
        "account.number, and the orders at the venue are left alone";
    told.resize(first);
    return refusal;
  }
  return {};
}

}  // namespace tranchet
