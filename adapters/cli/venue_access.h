// A look at an account from a program that does not trade: keys, a connection, and what can be
// asked through it. Questions wait for their answers.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "adapters/aster/account_survey.h"
#include "adapters/cli/configuration.h"
#include "adapters/live/live_permit.h"
#include "adapters/live/writer.h"
#include "adapters/net/client_http.h"

namespace tranchet {

class VenueAccess {
 public:
  // Reads the keys and the authorities to trust; nothing is asked yet.
  static std::expected<std::unique_ptr<VenueAccess>, WriterFailure> open(
      const VenueSettings& settings);

  aster::VenueDesk& desk() { return desk_; }
  const std::string& host() const { return host_; }

 private:
  VenueAccess(LivePermit permit, std::unique_ptr<Network> network, const NetAddress& rest);
  std::expected<aster::AskAnswer, std::string> ask(const HttpRequest& request);

  LivePermit permit_;
  std::unique_ptr<Network> network_;
  std::string host_;
  HttpClient client_;
  aster::VenueDesk desk_;
};

}  // namespace tranchet
