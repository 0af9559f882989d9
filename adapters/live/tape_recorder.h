// Market data as it comes, onto tapes that backtests read: one tape an instrument.
//
// What is recorded becomes part of the tape every five minutes, or when a block is full, and at the
// end; a kill loses what came since, never more.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "adapters/live/clock.h"
#include "events/names.h"
#include "replay/venue.h"

namespace tranchet {

class TapeRecorder {
 public:
  // Of one instrument the tape is `into`; of several they are SYMBOL.tape in the folder `into`,
  // which is created. A tape that is there is gone on with.
  TapeRecorder(const std::filesystem::path& into, const std::vector<std::string>& symbols,
               Names& names);

  // Other events than market data, and those of other instruments, are passed over.
  std::expected<void, std::string> take(const Occurrence& occurrence);
  // Writes what is due by the steady clock; everything, if `all`.
  std::expected<void, std::string> write(Timestamp steady, bool all);
  // When something is due next.
  std::optional<Timestamp> next_write() const { return due_; }

  std::uint64_t recorded() const { return recorded_; }

 private:
  struct Line {
    std::string symbol;
    std::filesystem::path path;
    std::vector<Occurrence> waiting;
    Timestamp newest;
    bool looked = false;  // At what the tape has already.
  };
  std::expected<void, std::string> write(Line& line);

  std::map<InstrumentId, Line> lines_;
  std::optional<Timestamp> due_;  // Steady.
  std::uint64_t recorded_ = 0;
};

}  // namespace tranchet
