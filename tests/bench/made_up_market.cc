#include "tests/bench/made_up_market.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::int64_t kCenter = 5'000;  // Ticks of 0.1.

// A walk with a pull toward the center that wins some percent away from it.
class PriceWalk {
 public:
  std::uint64_t random(std::uint64_t below) {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return (state_ >> 33) % below;
  }
  // One step of up to `size` ticks either way, or none.
  std::int64_t step(std::int64_t size) {
    const auto width = static_cast<std::uint64_t>(2 * size + 1);
    price_ += static_cast<std::int64_t>(random(width)) - size;
    const std::int64_t away = price_ - kCenter;
    if (random(40'000) < static_cast<std::uint64_t>(std::abs(away))) price_ -= away > 0 ? 1 : -1;
    return price_;
  }

 private:
  std::uint64_t state_ = 1;
  std::int64_t price_ = kCenter;
};

std::string in_tenths(std::int64_t ticks) {
  return std::to_string(ticks / 10) + "." + std::to_string(ticks % 10);
}

void require_written(std::ofstream& out) {
  out.flush();
  ENSURE(out.good());
}

std::string capture_line(PriceWalk& walk, std::int64_t row) {
  const std::int64_t price = walk.step(1);
  const std::string time = std::to_string(kMarketStart + row);
  const std::string head = time + "123456 {\"stream\":\"btcusdt@";
  if (row % 4 == 0) {
    return head + "trade\",\"data\":{\"e\":\"trade\",\"E\":" + time + ",\"T\":" + time +
           ",\"s\":\"BTCUSDT\",\"t\":" + std::to_string(3'000'000'000 + row) + ",\"p\":\"" +
           in_tenths(price) + "\",\"q\":\"0.0" + std::to_string(10 + row % 90) +
           "\",\"X\":\"MARKET\",\"m\":true}}\n";
  }
  return head + "bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":" +
         std::to_string(2'710'246'762'461 + row) + ",\"s\":\"BTCUSDT\",\"b\":\"" +
         in_tenths(price - 1) + "\",\"B\":\"3." + std::to_string(row % 1'000) + "\",\"a\":\"" +
         in_tenths(price) + "\",\"A\":\"6.887\",\"T\":" + time + ",\"E\":" + time + "}}\n";
}

}  // namespace

BenchFolder::BenchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tranchet-bench-XXXXXX").string();
  ENSURE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_trades(const std::filesystem::path& file, std::int64_t rows) {
  std::ofstream out(file, std::ios::binary);
  out << "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  PriceWalk walk;
  for (std::int64_t row = 0; row < rows; ++row) {
    out << 2'000'000'000 + row << ',' << in_tenths(walk.step(1)) << ",0.0" << 10 + row % 90 << ','
        << 5'000'000'000 + 2 * row << ',' << 5'000'000'001 + 2 * row << ','
        << kMarketStart + row * 20 << (row % 3 == 0 ? ",true\n" : ",false\n");
  }
  require_written(out);
}

void write_bars(const std::filesystem::path& file, std::int64_t rows) {
  std::ofstream out(file, std::ios::binary);
  out << "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
         "taker_buy_quote_volume,ignore\n";
  PriceWalk walk;
  std::int64_t close = kCenter;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t open = close;
    close = walk.step(8);
    const auto above = static_cast<std::int64_t>(walk.random(12));
    const auto below = static_cast<std::int64_t>(walk.random(12));
    const std::int64_t time = kMarketStart + row * 60'000;
    out << time << ',' << in_tenths(open) << ',' << in_tenths(std::max(open, close) + above) << ','
        << in_tenths(std::min(open, close) - below) << ',' << in_tenths(close) << ",36627.4,"
        << time + 59'999 << ",365473.7168,1245,26505.1,264471.0462,0\n";
  }
  require_written(out);
}

void write_capture(const std::filesystem::path& file, std::int64_t lines) {
  const gzFile gzip = gzopen(file.c_str(), "wb6");
  ENSURE(gzip != nullptr);
  PriceWalk walk;
  for (std::int64_t row = 0; row < lines; ++row) {
    const std::string line = capture_line(walk, row);
    ENSURE(gzwrite(gzip, line.data(), static_cast<unsigned>(line.size())) > 0);
  }
  ENSURE(gzclose(gzip) == Z_OK);
}

}  // namespace tranchet
