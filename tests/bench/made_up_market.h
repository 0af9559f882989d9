// Files for the benches in the shape of a venue's own, made of integers: the same in every run.
#pragma once

#include <cstdint>
#include <filesystem>

namespace tranchet {

inline constexpr std::int64_t kMarketStart = 1'262'304'000'000;  // 2010-01-01, milliseconds.

// A folder of its own for one run, removed at the end.
class BenchFolder {
 public:
  BenchFolder();
  ~BenchFolder();
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  std::filesystem::path file(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// The prices move about 500 on a tick of 0.1 and return to it, so that falls and rises of some
// percent alternate for as long as the file is.
//
// aggTrades CSV, one trade every 20 ms, steps of a tick.
void write_trades(const std::filesystem::path& file, std::int64_t rows);
// 1-minute klines CSV; a bar reaches some 0.1 % to both sides of its ends.
void write_bars(const std::filesystem::path& file, std::int64_t rows);
// gzip JSON lines: trades and book tops, one to three, local time in ns.
void write_capture(const std::filesystem::path& file, std::int64_t lines);

}  // namespace tranchet
