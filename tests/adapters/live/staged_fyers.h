// Fyers' twin on a stage. The program's token comes from the twin, as a person would fetch it.
#pragma once

#include "adapters/fyers/token.h"
#include "tests/adapters/live/staged_venue.h"

namespace tranchet {

class StagedFyers final : public StagedVenue {
 public:
  struct Options {
    std::string price = "600.00";
    // Seconds until the broker squares off, by the market's clock; 0: open day and night.
    int square_off_in = 0;
    // Minutes of history before now, of which each went from 598 to 602 and ended at 600, with the
    // one that runs. The market's clock is the wall's then.
    int history = 0;
    std::string product = {};  // Of the share; "": INTRADAY.
  };
  explicit StagedFyers(const Options& options) : options_(options) {}

  std::string name() const override { return "fyers"; }
  std::string symbol() const override { return "NSE:SBIN-EQ"; }
  void prepare(const std::filesystem::path& folder) override;
  std::vector<std::string> words() const override;
  void stands(const Ask& ask) override {
    ask_ = ask;
    log_in(ask);
  }
  std::string right_keys() const override { return "# written at the log-in\n"; }
  std::string account_lines() const override { return "position_mode = \"one_way\"\n"; }
  std::string venue_lines() const override { return "reduce_only = false\n"; }
  std::string instrument_lines() const override {
    return "[instrument.\"NSE:SBIN-EQ\"]\ntick_size = 0.05\nstep_size = 1\nmin_quantity = 1\n"
           "stop_loss_pct = 10\n" +
           (options_.product.empty() ? "" : "product = \"" + options_.product + "\"\n");
  }
  Quantity held(const Ask& ask, PositionSide side) override;

  // Good-till-triggered orders that wait at the venue.
  std::size_t waiting_orders();
  // One of somebody else: sells so many at either price.
  void wait_for_trigger(const std::string& symbol, const std::string& quantity,
                        const std::string& above, const std::string& below);

  // A token of today, into the program's file and for the test's own questions.
  void log_in(const Ask& ask);

 private:
  Secret new_token(const Ask& ask) const;

  Options options_;
  Timestamp start_;  // Of the tape.
  std::filesystem::path folder_;
  std::string authorization_;
  Ask ask_;
};

}  // namespace tranchet
