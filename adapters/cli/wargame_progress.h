// How far a run of worlds is: as a bar on a terminal, and in a file from which it can go on.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "backtest/wargame/run.h"

namespace tranchet {

// A run as far as it has come.
struct WargameProgress {
  Tally tally;
  std::int64_t nanoseconds = 0;  // Of work.
};

class WargameProgressFile {
 public:
  WargameProgressFile(std::filesystem::path path, const RunOptions& options);

  // Nothing done yet where there is no file. Refused: a file of other options, of another build of
  // the program, or no such file at all. How many seeds are wanted may differ.
  std::expected<WargameProgress, std::string> read() const;
  // All of it or nothing is on the disk. The error names the file.
  std::expected<void, std::string> write(const WargameProgress& progress) const;
  // The run is over: the next one begins anew.
  void remove() const;

 private:
  std::filesystem::path path_;
  std::string head_;  // The lines that must be the same.
};

// One line on a terminal, drawn over and over.
class WargameBar {
 public:
  WargameBar(std::ostream& screen, std::uint64_t seeds, std::uint64_t begun);
  void draw(const Tally& tally);  // Now and then: most calls do nothing.
  void clear();

 private:
  std::ostream& screen_;
  std::uint64_t seeds_;
  std::uint64_t begun_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace tranchet
