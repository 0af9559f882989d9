// A paper program has everything but a permit, so it cannot make the side that sends orders.
#include "adapters/live/aster_side.h"
#include "adapters/paper/paper_side.h"

namespace tranchet {

std::unique_ptr<VenueSide> paper_program(const AsterSideOptions& options, Names& names,
                                         const State& state, Inbox& inbox, Network& network,
                                         Notes& notes) {
#ifdef FORBIDDEN
  return std::make_unique<AsterSide>(options, names, state, inbox, network, notes);
#else
  static_cast<void>(options), static_cast<void>(names), static_cast<void>(state);
  static_cast<void>(inbox), static_cast<void>(network), static_cast<void>(notes);
  return std::make_unique<PaperSide>(SimulationParameters());
#endif
}

}  // namespace tranchet
