#include "backtest/assumptions.h"

namespace tranchet {
namespace {

// Counts of 1e-8 of the notional: 10'000 are a basis point.
std::string basis_points(std::int64_t fee) {
  return decimal_text(fee * (kDecimalOne / 10'000)) + " bp";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> assumptions_of(const SimulationParameters& venue,
                                                                bool from_bars) {
  std::vector<std::pair<std::string, std::string>> result;
  const auto say = [&](std::string what, std::string how) {
    result.emplace_back(std::move(what), std::move(how));
  };
  say("Fees",
      "maker " + basis_points(venue.maker_fee) + ", taker " + basis_points(venue.taker_fee));
  say("Latency", to_text(venue.latency) + " there and back");
  say("Resting orders", venue.queue == QueueAssumption::Touch
                            ? "fill when the price trades at them: first in the queue"
                            : "fill when the price trades through them: last in the queue");
  say("Market orders", venue.market_slippage == 0
                           ? "fill at the newest price of the other side"
                           : "fill " + percent_text(venue.market_slippage) + " % worse");
  say("Sizes", venue.take_share == 0
                   ? "our orders do not move the market, and get all they want"
                   : "at most " + percent_text(venue.take_share) + " % of what is printed");
  say("Positions", venue.position_mode == PositionMode::Hedge ? "long and short side by side"
                                                              : "long or short, never both");
  say("Liquidation", venue.liquidation ? "as the venue does it" : "off");
  if (from_bars) {
    say("Bars", "run twice, with the extreme that hurts first and with the one that helps first");
  }
  return result;
}

}  // namespace tranchet
