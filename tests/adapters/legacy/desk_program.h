// The live program's engine, loop and core against the venue's front desk, in one process and on a
// clock of the test: what goes over sockets otherwise, goes by hand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/aster/account_survey.h"
#include "adapters/aster/core.h"
#include "adapters/aster/server/front_desk.h"
#include "engine/engine.h"
#include "replay/loop.h"

namespace tranchet::legacy {

inline constexpr std::string_view kApiKey = "api-key";
inline constexpr std::string_view kApiSecret = "secret";

// A venue, its clock, and whoever may ask it by hand: the bot, a person, the doctor.
class DeskVenue {
 public:
  explicit DeskVenue(const aster_venue::DeskOptions& options);

  aster_venue::AsterFrontDesk& desk() { return desk_; }
  Timestamp now() const { return now_; }
  void wait(Duration duration);
  // A trade and the mark.
  void show(InstrumentId instrument, Price price);

  aster_venue::DeskAnswer answer(const HttpRequest& request);
  // Signed; the order's number. The program is wrong where the venue refuses it.
  std::int64_t order(const std::string& parameters);
  aster::VenueDesk asker();
  aster::Signer& signer() { return *signer_; }

 private:
  Timestamp now_ = Timestamp::from_nanoseconds(1'767'571'200'000'000'000);
  std::uint64_t nonce_ = 0;
  std::unique_ptr<aster::Signer> signer_;
  aster_venue::AsterFrontDesk desk_;
};

class DeskProgram {
 public:
  // `engine` and `names` as the log has left them; all outlive it.
  DeskProgram(DeskVenue& venue, Engine& engine, Names& names, const aster::CoreOptions& options);
  ~DeskProgram();

  void take(const std::vector<EventBody>& bodies);
  // Until it holds; false: it did not within so much of the venue's time.
  bool run_until(const std::function<bool()>& holds, Duration most);

 private:
  struct Silent final : Observer {
    void on_event(const Event&, const Output&) override {}
  };
  struct Line {
    std::uint64_t attempt = 0;
    aster_venue::StreamId id = 0;
  };
  void round();
  void exchange();
  void keep(Stream stream);
  void hear();

  DeskVenue& venue_;
  Engine& engine_;
  aster::AsterCore core_;
  Silent silent_;
  Loop loop_;
  std::map<Stream, Line> lines_;
};

}  // namespace tranchet::legacy
