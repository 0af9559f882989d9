// A run that no engine made: a random price path and bookings that obey the engine's rules, fed to
// an account and written to files as a backtest does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "backtest/report/account.h"
#include "backtest/report/row_sample.h"
#include "backtest/report/summary.h"
#include "events/names.h"
#include "tests/backtest/report/auditor.h"

namespace tranchet {

class MadeUpRun {
 public:
  // `steps` events, one a minute; the same seed makes the same run. Files go to `folder`.
  MadeUpRun(std::uint64_t seed, int steps, const std::filesystem::path& folder);

  const Summary& summary() const { return summary_; }
  const std::vector<AuditPrice>& prices() const { return prices_; }
  const RowSample& sample() const { return sample_; }
  const Names& names() const { return names_; }

 private:
  struct Holding {
    PositionKey key;
    std::uint32_t ordinal = 0;
    Quantity quantity;
    Value cost = 0;
  };

  std::uint64_t random(std::uint64_t below);
  void step(Account& account);
  void move_price(Account& account, InstrumentId instrument);
  std::vector<Booking> book_something();
  void enter(std::vector<Booking>& out);
  void leave(TrancheId id, Quantity quantity, ExitReason reason, std::vector<Booking>& out);
  void merge(std::vector<Booking>& out);
  void buy_back(std::vector<Booking>& out);
  TrancheId any_tranche();

  std::uint64_t state_;
  Names names_;
  RowSample sample_;
  std::vector<AuditPrice> prices_;
  std::map<TrancheId, Holding> held_;
  std::map<InstrumentId, Price> last_;
  std::uint64_t sequence_ = 0;
  std::uint64_t last_tranche_ = 0;
  Timestamp time_;
  Summary summary_;
};

}  // namespace tranchet
