#include <algorithm>
#include <map>

#include "adapters/beside/deals.h"
#include "replay/log_follower.h"

namespace tranchet::beside {
namespace {

class LogDeals {
 public:
  explicit LogDeals(const Names& names) : names_(names) {}

  void take(const Event& event, const Output& output) {
    if (number(event.sequence) == 1) result_.first = event.time;
    result_.last = event.time;
    for (const Booking& booking : output.bookings) {
      const auto* fill = std::get_if<FillBooked>(&booking);
      if (fill != nullptr) take(*fill, event.time);
    }
    for (const Command& command : output.commands) {
      const auto* refused = std::get_if<EntryRefused>(&command);
      if (refused == nullptr) continue;
      result_.refusals.push_back({event.time, std::string(names_.symbol(refused->instrument)),
                                  refused->position_side, std::string(to_text(refused->reason))});
    }
  }

  Deals finish(const State& state) {
    for (const Sums& sums : sums_) {
      Deal deal = sums.deal;
      deal.price = Price::from_wide(divide_half_away(sums.value, deal.quantity.raw()));
      result_.deals.push_back(std::move(deal));
    }
    for (const InstrumentState& instrument : state.instruments) {
      for (const Position& position : instrument.positions) hold(position);
    }
    std::ranges::sort(result_.holdings, {}, [](const Holding& holding) {
      return std::pair(holding.symbol, holding.side);
    });
    return std::move(result_);
  }

 private:
  struct Sums {
    Deal deal;
    Value value = 0;
  };

  void take(const FillBooked& fill, Timestamp time) {
    const bool is_entry = fill.purpose == Purpose::Entry;
    // What no order of ours made stands for itself.
    const auto known = fill.order == OrderId::None ? by_order_.end() : by_order_.find(fill.order);
    if (known == by_order_.end()) {
      Sums sums{
          .deal = {.time = time,
                   .symbol = std::string(names_.symbol(fill.key.instrument)),
                   .side = fill.key.side,
                   .is_entry = is_entry,
                   .what = fill.order == OrderId::None ? "no order of ours" : to_text(fill.order)}};
      if (fill.order != OrderId::None) by_order_[fill.order] = sums_.size();
      sums_.push_back(std::move(sums));
    }
    Sums& sums = known == by_order_.end() ? sums_.back() : sums_[known->second];
    sums.deal.quantity += fill.quantity;
    sums.value += value_of(fill.price, fill.quantity);
  }

  void hold(const Position& position) {
    Holding holding{.symbol = std::string(names_.symbol(position.key.instrument)),
                    .side = position.key.side};
    for (const Tranche& tranche : position.tranches) {
      if (!tranche.quantity.is_positive()) continue;
      ++holding.tranches;
      holding.quantity += tranche.quantity;
      holding.cost += tranche.cost;
    }
    if (holding.tranches > 0) result_.holdings.push_back(std::move(holding));
  }

  const Names& names_;
  Deals result_;
  std::vector<Sums> sums_;
  std::map<OrderId, std::size_t> by_order_;
};

}  // namespace

std::expected<Deals, LogError> deals_of_log(const std::filesystem::path& log) {
  auto reader = LogReader::open(log);
  if (!reader) return std::unexpected(reader.error());
  LogFollower follower(**reader);
  LogDeals deals((*reader)->names());
  bool any = false;
  while (true) {
    const auto event = follower.read();
    if (!event) return std::unexpected(event.error());
    if (*event == nullptr) break;
    any = true;
    follower.apply();
    deals.take(follower.event(), follower.output());
  }
  if (!any) return Deals();
  return deals.finish(follower.engine().state());
}

}  // namespace tranchet::beside
