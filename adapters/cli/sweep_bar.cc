#include "adapters/cli/sweep_bar.h"

#include <algorithm>
#include <ostream>

#include "backtest/report/figures.h"

namespace tranchet {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr std::uint64_t kWidth = 30;

std::string minutes_text(std::uint64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3'600) {
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  }
  return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::uint64_t share(std::uint64_t part, std::uint64_t whole, std::uint64_t of) {
  return static_cast<std::uint64_t>(static_cast<UInt128>(of) * part / whole);
}

}  // namespace

SweepBar::SweepBar(std::ostream& screen) : screen_(screen) {}

void SweepBar::begin(std::string_view what, std::uint64_t total) {
  what_ = what;
  total_ = total;
  start_ = std::chrono::steady_clock::now();
}

void SweepBar::draw(std::uint64_t done, std::string_view note) {
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < kRedraw) return;
  drawn_ = now;
  const auto spent = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - start_).count());
  screen_ << "\r\x1b[K  " << what_ << " ";
  if (total_ > 0) {
    const std::uint64_t bars = share(std::min(done, total_), total_, kWidth);
    screen_ << "[" << std::string(bars, '#') << std::string(kWidth - bars, '.') << "] ";
  }
  screen_ << note;
  if (spent > 0) screen_ << ", " << rate_text(share(done, spent, 1'000)) << " a second";
  if (total_ > 0 && done > 0) {
    screen_ << ", " << minutes_text(share(total_ - std::min(done, total_), done, spent) / 1'000)
            << " left";
  }
  screen_ << std::flush;
}

void SweepBar::clear() {
  screen_ << "\r\x1b[K" << std::flush;
}

}  // namespace tranchet
