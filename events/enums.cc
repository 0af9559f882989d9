#include "events/enums.h"

namespace tranchet {

std::string_view label(ExitReason reason) {
  switch (reason) {
    case ExitReason::TakeProfit:
      return "TP Hit";
    case ExitReason::InstantTakeProfit:
      return "Instant TP";
    case ExitReason::StopLoss:
      return "SL Hit";
    case ExitReason::ModelClose:
      return "Model Close";
    case ExitReason::Manual:
      return "Manual Close";
    case ExitReason::Emergency:
      return "Emergency Close";
    case ExitReason::Liquidation:
      return "Liquidation";
    case ExitReason::Adl:
      return "Auto-Deleveraging";
    case ExitReason::Venue:
      return "Closed at Venue";
    case ExitReason::SquareOff:
      return "Square Off";
  }
  return "?";
}

}  // namespace tranchet
