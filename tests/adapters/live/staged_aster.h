// Aster's twin on a stage.
#pragma once

#include "adapters/live/clock.h"
#include "tests/adapters/live/staged_venue.h"

namespace tranchet {

// The example key of Aster's documentation. Everybody knows it; here it is the canary.
inline constexpr std::string_view kCanaryKey =
    "4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";
// The same of V1: key and secret.
inline constexpr std::string_view kHmacKey = "canary0key0of0v1";
inline constexpr std::string_view kHmacSecret = "canary0secret0of0v1";

class StagedAster final : public StagedVenue {
 public:
  struct Options {
    std::string price = "45000.0";
    bool hmac = false;              // Keys of V1, instead of a wallet.
    int crowd = 0;                  // So many more instruments, each with a tape that loops.
    std::string tick_size = "0.1";  // What the venue says; "0": its price precision is 2.
  };
  explicit StagedAster(const Options& options) : options_(options) {}

  std::string name() const override { return "aster"; }
  std::string symbol() const override { return "BTCUSDT"; }
  void prepare(const std::filesystem::path& folder) override;
  std::vector<std::string> words() const override;
  void stands(const Ask&) override {}
  std::string right_keys() const override;
  std::string account_lines() const override { return "position_mode = \"hedge\"\n"; }
  std::string venue_lines() const override { return ""; }
  std::string instrument_lines() const override;
  Quantity held(const Ask& ask, PositionSide side) override;

  void set_clock_ahead(Duration ahead) { ahead_ = ahead; }

 private:
  std::string instrument_json(const std::string& symbol) const;
  void write_tapes() const;

  Options options_;
  std::filesystem::path folder_;
  std::uint64_t nonce_ = 0;
  Duration ahead_;
};

}  // namespace tranchet
