// What `tranchet doctor` and `tranchet protect` look at: the configuration, the log where there is
// one, the account at the venue, and what a migration has noted of it.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/cli/configuration.h"
#include "adapters/cli/venue_access.h"
#include "adapters/doctor/examination.h"
#include "adapters/legacy/adoption_log.h"
#include "engine/engine.h"

namespace tranchet {

struct PictureOptions {
  std::string config;
  std::vector<std::string> sets;  // KEY=VALUE
  std::string log;                // "": live.log of the configuration.
  bool without_log = false;
};

struct AccountPicture {
  Configuration configuration;
  std::unique_ptr<VenueAccess> access;
  aster::AccountSurvey survey;
  ExchangeInfo rules;
  Names names;
  std::optional<Engine> engine;                // Of the log; none: there is none.
  std::vector<legacy::LeftOrder> bots_orders;  // As noted; some may be gone.

  Examination examination() const;
};

// "BTCUSDT Long: order 17 (Sell 0.15 StopMarket at 22425)"
std::string order_words(const aster::SurveyOrder& order);

// Before any thread is started: the log is read by a child process first.
std::expected<AccountPicture, WriterFailure> take_picture(const PictureOptions& options);

}  // namespace tranchet
