// How far a sweep is, as one line on a terminal that is drawn over and over.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace tranchet {

class SweepBar {
 public:
  explicit SweepBar(std::ostream& screen);
  // A new stretch of work, from nothing to `total` (0: nobody knows).
  void begin(std::string_view what, std::uint64_t total);
  // `done` of it, as `note` tells people. Draws now and then: most calls do nothing.
  void draw(std::uint64_t done, std::string_view note);
  void clear();

 private:
  std::ostream& screen_;
  std::string what_;
  std::uint64_t total_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace tranchet
