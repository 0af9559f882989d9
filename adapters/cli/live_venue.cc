#include "adapters/cli/live_venue.h"

namespace tranchet {

std::expected<std::unique_ptr<LiveVenue>, std::string> make_live_venue(
    const Configuration& configuration) {
  const std::string& name = configuration.venue.name;
  if (name == "aster") return make_live_aster(configuration);
  if (name == "fyers") return make_live_fyers(configuration);
  return std::unexpected("venue.name \"" + name + "\" is none of: aster, fyers");
}

}  // namespace tranchet
