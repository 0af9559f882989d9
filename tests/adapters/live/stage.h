// A venue and a program that trades there: two processes, TLS between them, and this one that moves
// prices, makes faults, sends wishes and reads the log that grows.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/net/client_http.h"
#include "engine/engine.h"
#include "events/log/event_log.h"
#include "tests/adapters/live/child.h"
#include "tests/adapters/live/staged_aster.h"
#include "tests/adapters/net/forged_identity.h"

namespace tranchet {

// Of the one who looks at screens.
inline constexpr std::string_view kToken = "canary0token0canary0token0canary0token";

// Of the instrument that tests trade.
inline Quantity held(const Engine& engine, PositionSide side) {
  return open_quantity(engine.state().instrument(InstrumentId{1}).position(side));
}

class Stage {
 public:
  struct Options {
    bool live = true;           // False: paper.
    std::string account = {};   // More lines of the configuration's [account].
    std::string settings = {};  // More lines of it, from [defaults] on.
    bool tape = false;          // The session records itself onto a tape.
    bool gateway = false;       // Screens, on any port: gateway_port().
    StagedAster::Options aster = {};
    std::shared_ptr<StagedVenue> venue = {};  // None: Aster, as said before.
  };
  Stage(const std::filesystem::path& folder, const Options& options);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // ---- The venue.
  void start_venue();
  void stop_venue();
  void price(const std::string& price);  // Trade and mark.
  void trade(const std::string& price);  // A trade alone: stops go by it, instant close does not.
  void post_mark(const std::string& price);
  void liquidate(const std::string& side, const std::string& quantity, const std::string& price);
  void fault(const std::string& fault);
  void set_clock_ahead(Duration ahead);  // The venue's, of the wall; once.
  // What exchangeInfo says of BTCUSDT from now on: "tick_size=5", "status=SETTLING".
  void rules(const std::string& change);
  // What the venue holds of BTCUSDT on this side, by a signed question of the test's own.
  Quantity venue_quantity(PositionSide side);
  void log_in_again();  // Where a venue has tokens: a new one, into the program's file.

  // ---- The program.
  void start(std::uint64_t file_bytes = 0);  // Files may grow so far; 0: any size.
  void kill();                               // -9
  int stop();                                // SIGTERM; its exit status.
  // From the next start on for real, with a log of its own; what was on paper stays where it is.
  void go_live();
  Child& program() { return *program_; }
  void write_configuration(const std::string& more, const std::string& account = {});
  void write_keys(const std::string& text) const;
  std::string right_keys() const;
  std::uint16_t gateway_port() const;  // As the notes say; 0: not yet.
  std::vector<std::string> arguments() const;

  // One event through the control socket, without time; the answer's line.
  std::string wish(const std::string& event);
  void enter(const std::string& side, const std::string& quantity);

  // ---- The log, from outside. False, with a failure noted: the limit has passed, or it died.
  bool until(const std::string& what, const std::function<bool(const Engine&)>& holds);
  // The program that was started last has compared its books with the venue's.
  bool has_compared();
  // Counts events of a type so far.
  template <class Kind>
  std::uint64_t count() {
    return counts_[EventBody(Kind{}).index()];
  }
  const Engine* engine();  // As far as the log is read; null: nothing yet.
  const std::vector<TradeClosed>& closed() const { return closed_; }

  std::string symbol() const { return options_.venue->symbol(); }
  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path log() const { return folder_ / log_name_; }
  std::string notes() const;

 private:
  void read_on();
  void post(const std::string& target);
  ClientAnswer ask(ClientRequest request);

  std::filesystem::path folder_;
  Options options_;
  std::string log_name_ = "log";
  std::string written_settings_, written_account_;
  TestAuthority authority_;
  IdentityFiles identity_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Child> venue_;
  std::unique_ptr<Child> program_;
  std::unique_ptr<HttpClient> control_;
  std::uint16_t port_ = 0;
  std::uint64_t snapshots_before_ = 0;  // In the log, when the program was started.
  std::unique_ptr<LogReader> reader_;
  std::unique_ptr<Engine> engine_;
  Names names_;
  std::vector<std::uint64_t> counts_;
  std::vector<TradeClosed> closed_;
};

}  // namespace tranchet
