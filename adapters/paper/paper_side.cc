#include "adapters/paper/paper_side.h"

namespace tranchet {
namespace {

InstrumentId instrument_of(const EventBody& body) {
  return std::visit(
      [](const auto& event) {
        if constexpr (requires { event.instrument; }) return InstrumentId(event.instrument);
        return InstrumentId::None;
      },
      body);
}

bool is_price(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body) || std::holds_alternative<FundingRate>(body);
}

}  // namespace

PaperSide::PaperSide(const SimulationParameters& parameters) : venue_(parameters) {}

void PaperSide::list(const InstrumentListed& rules) {
  const auto at = static_cast<std::size_t>(rules.instrument);
  if (listed_.size() <= at) listed_.resize(at + 1);
  listed_[at] = true;
  venue_.list(rules);
}

bool PaperSide::is_listed(const EventBody& market) const {
  const auto at = static_cast<std::size_t>(instrument_of(market));
  return at < listed_.size() && listed_[at];
}

void PaperSide::see(const Occurrence& market) {
  if (is_price(market.body) && is_listed(market.body)) venue_.observe(market.body, market.time);
}

void PaperSide::recall(const Event& event, const Output& output) {
  venue_.advance(event.time, said_);
  if (const auto* rules = std::get_if<InstrumentListed>(&event.body)) {
    list(*rules);
  } else {
    see({event.time, event.body});
  }
  venue_.advance(event.time, said_);
  said_.clear();
  venue_.submit(output.commands, event.time);
}

void PaperSide::submit(std::span<const Command> commands, Timestamp now) {
  venue_.submit(commands, now);
}

Notes::Fields PaperSide::figures() const {
  return {{"balance", to_text(venue_.balance())},
          {"equity", to_text(venue_.equity())},
          {"orders_open", std::to_string(venue_.open_orders().size())}};
}

}  // namespace tranchet
