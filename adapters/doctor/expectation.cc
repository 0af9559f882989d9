#include "adapters/doctor/expectation.h"

#include <algorithm>

#include "engine/targets.h"

namespace tranchet {
namespace {

ExpectedTranche expected(const Tranche& tranche) {
  ExpectedTranche out{.ordinal = tranche.ordinal,
                      .quantity = tranche.quantity,
                      .average = rounded_average(tranche.cost, tranche.quantity),
                      .target = tranche.target.price,
                      .stop = tranche.stop.price,
                      .is_dust = tranche.dust,
                      .orders = {}};
  for (const auto* list : {&tranche.stops, &tranche.targets, &tranche.closes}) {
    out.orders.insert(list->begin(), list->end());
  }
  return out;
}

// As the engine will want it once the venue has said that it holds it.
ExpectedTranche expected(const AdoptionRequested& request, const Settings& settings, Price tick) {
  ExpectedTranche out{.ordinal = request.tranche,
                      .quantity = request.quantity,
                      .average = request.average_price,
                      .target = {},
                      .stop = {},
                      .orders = {}};
  const bool is_long = request.position_side == PositionSide::Long;
  const auto price = [&](Setting enabled, Setting percent, bool above) -> Maybe<Price> {
    if (!settings.flag(enabled, request.instrument)) return {};
    const auto found =
        target_price(value_of(request.average_price, request.quantity), request.quantity, above,
                     settings.percent(percent, request.instrument), tick);
    return found ? Maybe<Price>(*found) : Maybe<Price>();
  };
  out.target = price(Setting::TakeProfitEnabled, Setting::TakeProfit, is_long);
  out.stop = price(Setting::StopLossEnabled, Setting::StopLoss, !is_long);
  return out;
}

Price tick_of(const State& state, InstrumentId instrument, const std::string& symbol,
              const ExchangeInfo& rules) {
  if (state.instrument(instrument).listed) return state.instrument(instrument).rules.tick_size;
  const auto found = std::ranges::find(rules.symbols, symbol, &InstrumentRules::symbol);
  return found == rules.symbols.end() ? Price() : found->rules.tick_size;
}

}  // namespace

Expectation expectation_of(const State& state, const Names& names, const ExchangeInfo& rules) {
  Expectation out;
  for (const InstrumentState& instrument : state.instruments) {
    for (const Position& position : instrument.positions) {
      ExpectedBook book{.tranches = {}, .ignored = position.ignored};
      for (const Tranche& tranche : position.tranches) {
        if (!tranche.ended && tranche.quantity.is_positive()) {
          book.tranches.push_back(expected(tranche));
        }
      }
      if (book.tranches.empty() && !book.ignored.is_positive()) continue;
      const std::string symbol(names.symbol(position.key.instrument));
      out.books.emplace(BookKey{symbol, position.key.side}, std::move(book));
    }
  }
  for (const AdoptionRequested& request : state.adoptions) {
    const std::string symbol(names.symbol(request.instrument));
    const Price tick = tick_of(state, request.instrument, symbol, rules);
    if (!tick.is_positive()) continue;
    out.books[{symbol, request.position_side}].tranches.push_back(
        expected(request, state.settings, tick));
  }
  for (auto& [key, book] : out.books) {
    std::ranges::stable_sort(book.tranches, {}, &ExpectedTranche::ordinal);
  }
  for (const auto& [id, order] : state.orders) {
    if (!order.is_finished()) out.orders.insert(id);
  }
  return out;
}

}  // namespace tranchet
