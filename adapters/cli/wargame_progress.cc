#include "adapters/cli/wargame_progress.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <ostream>
#include <sstream>
#include <system_error>

#include "adapters/cli/wargame_report.h"
#include "backtest/report/figures.h"
#include "replay/opening.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "tranchet-wargame-progress 1\n";
constexpr auto kBarRedraw = std::chrono::milliseconds(200);
constexpr std::uint64_t kBarWidth = 30;

// Of the running program itself: two builds of one version may decide differently.
std::string program_digest() {
  std::ifstream program("/proc/self/exe", std::ios::binary);
  std::array<char, 65'536> block{};
  Digest digest;
  while (program.read(block.data(), block.size()) || program.gcount() > 0) {
    digest.add_text({block.data(), static_cast<std::size_t>(program.gcount())});
  }
  return digest_text(digest.value());
}

// The first `count` lines of a text, and what follows.
std::pair<std::string_view, std::string_view> split_after(std::string_view text, int count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  }
  return {text.substr(0, end), text.substr(end)};
}

std::string left_text(std::int64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

}  // namespace

WargameProgressFile::WargameProgressFile(fs::path path, const RunOptions& options)
    : path_(std::move(path)) {
  head_ = std::string(kFirstLine) + "build " + std::string(build_name()) + ", " + program_digest() +
          "\nrun " + reproduction_of(options, options.first) + "\n";
}

std::expected<WargameProgress, std::string> WargameProgressFile::read() const {
  const auto refuse = [this](const std::string& why) {
    return std::unexpected(path_.string() + ": " + why);
  };
  if (!fs::exists(path_)) return WargameProgress{};
  std::ifstream file(path_, std::ios::binary);
  std::ostringstream content;
  if (!fs::is_regular_file(path_) || !(content << file.rdbuf())) return refuse("cannot be read");
  const std::string text = content.str();
  if (!text.starts_with(kFirstLine)) return refuse("is not the progress of a wargame");
  const auto [build, after_build] = split_after(text, 2);
  if (!head_.starts_with(build)) {
    return refuse("was begun by another build of this program; remove it to begin anew");
  }
  const auto [head, rest] = split_after(text, 3);
  if (head != head_) {
    const std::string_view was = split_after(after_build, 1).first;
    return refuse("was begun with other options (" + std::string(was.substr(0, was.find('\n'))) +
                  "); give the same ones, or remove it to begin anew");
  }
  const auto [work, sums] = split_after(rest, 1);
  WargameProgress progress;
  const char* const end = work.data() + work.size();
  if (!work.starts_with("nanoseconds ") ||
      std::from_chars(work.data() + 12, end, progress.nanoseconds).ec != std::errc()) {
    return refuse("is damaged; remove it to begin anew");
  }
  auto tally = parse_tally(sums);
  if (!tally) return refuse("the line " + tally.error() + " is damaged; remove it to begin anew");
  progress.tally = std::move(*tally);
  return progress;
}

std::expected<void, std::string> WargameProgressFile::write(const WargameProgress& progress) const {
  fs::path beside = path_;
  beside += ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << head_ << "nanoseconds " << progress.nanoseconds << "\n" << to_text(progress.tally);
  file.close();
  std::error_code error;
  if (file) fs::rename(beside, path_, error);
  if (!file || error) return std::unexpected(path_.string() + ": cannot be written");
  return {};
}

void WargameProgressFile::remove() const {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

WargameBar::WargameBar(std::ostream& screen, std::uint64_t seeds, std::uint64_t begun)
    : screen_(screen), seeds_(seeds), begun_(begun), start_(std::chrono::steady_clock::now()) {}

void WargameBar::draw(const Tally& tally) {
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < kBarRedraw) return;
  drawn_ = now;
  const std::uint64_t done = std::min(tally.worlds, seeds_);
  const std::uint64_t bars =
      static_cast<std::uint64_t>(static_cast<UInt128>(done) * kBarWidth / seeds_);
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_).count();
  screen_ << "\r\x1b[K  [" << std::string(bars, '#') << std::string(kBarWidth - bars, '.') << "] "
          << grouped(done) << " of " << grouped(seeds_) << ", " << grouped(tally.failed.size())
          << " violations";
  if (done > begun_) {
    const Int128 left = static_cast<Int128>(seeds_ - done) * spent / (done - begun_) / 1'000;
    screen_ << ", " << left_text(static_cast<std::int64_t>(left)) << " left";
  }
  screen_ << std::flush;
}

void WargameBar::clear() {
  screen_ << "\r\x1b[K" << std::flush;
}

}  // namespace tranchet
