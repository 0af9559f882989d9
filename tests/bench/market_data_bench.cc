// What reading market data costs, stage by stage, against two limits measured in the same run: a
// bare count of lines, and a bare fixed-point parse of the same text that checks nothing.
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/line_reader.h"
#include "backtest/market_data/market_data.h"
#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr int kRows = 2'000'000;
constexpr int kCaptureLines = 500'000;
constexpr int kRepeats = 3;

// A walk of prices that is the same in every run.
class PriceWalk {
 public:
  // In ticks of 0.1, around 60,000.
  std::int64_t next() {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    price_ += static_cast<std::int64_t>(state_ >> 62) - 1;
    return std::max<std::int64_t>(price_, 10);
  }

 private:
  std::uint64_t state_ = 1;
  std::int64_t price_ = 600'000;
};

std::string in_tenths(std::int64_t ticks) {
  return std::to_string(ticks / 10) + "." + std::to_string(ticks % 10);
}

std::string agg_trades() {
  std::string text =
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n";
  PriceWalk walk;
  for (std::int64_t row = 0; row < kRows; ++row) {
    text += std::to_string(2'000'000'000 + row) + "," + in_tenths(walk.next()) + ",0.0" +
            std::to_string(10 + row % 90) + "," + std::to_string(5'000'000'000 + 2 * row) + "," +
            std::to_string(5'000'000'001 + 2 * row) + "," +
            std::to_string(1'711'929'600'000 + row / 2) + (row % 3 == 0 ? ",true\n" : ",false\n");
  }
  return text;
}

std::string klines() {
  std::string text =
      "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
      "taker_buy_quote_volume,ignore\n";
  PriceWalk walk;
  for (std::int64_t row = 0; row < kRows; ++row) {
    const std::int64_t open = walk.next(), close = walk.next();
    const std::int64_t time = 1'262'304'000'000 + row * 60'000;
    text += std::to_string(time) + "," + in_tenths(open) + "," +
            in_tenths(std::max(open, close) + 7) + "," + in_tenths(std::min(open, close) - 4) +
            "," + in_tenths(close) + ",36627.4," + std::to_string(time + 59'999) +
            ",365473.7168,1245,26505.1,264471.0462,0\n";
  }
  return text;
}

std::string capture() {
  std::string text;
  PriceWalk walk;
  for (std::int64_t row = 0; row < kCaptureLines; ++row) {
    const std::int64_t price = walk.next();
    const std::string time = std::to_string(1'711'929'600'000 + row);
    text += time + "123456 {\"stream\":\"btcusdt@";
    if (row % 4 == 0) {
      text += "trade\",\"data\":{\"e\":\"trade\",\"E\":" + time + ",\"T\":" + time +
              ",\"s\":\"BTCUSDT\",\"t\":" + std::to_string(3'000'000'000 + row) + ",\"p\":\"" +
              in_tenths(price) + "\",\"q\":\"0.0" + std::to_string(10 + row % 90) +
              "\",\"X\":\"MARKET\",\"m\":true}}\n";
    } else {
      text += "bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":" +
              std::to_string(2'710'246'762'461 + row) + ",\"s\":\"BTCUSDT\",\"b\":\"" +
              in_tenths(price) + "\",\"B\":\"3." + std::to_string(row % 1'000) + "\",\"a\":\"" +
              in_tenths(price + 1) + "\",\"A\":\"6.887\",\"T\":" + time + ",\"E\":" + time + "}}\n";
    }
  }
  return text;
}

std::int64_t count_lines(LineReader& reader) {
  for (;;) {
    const auto stretch = reader.next();
    ENSURE(stretch.has_value());
    if (stretch->text.empty()) return static_cast<std::int64_t>(stretch->first_line) - 1;
  }
}

std::unique_ptr<LineReader> reader_of(const std::filesystem::path& path) {
  auto file = open_input(path);
  ENSURE(file.has_value());
  auto part = (*file)->next_part();
  ENSURE(part.has_value() && *part != nullptr);
  return std::make_unique<LineReader>(std::move(*part));
}

// Every run of digits and points as a number; checks nothing, keeps nothing but a sum.
std::int64_t bare_parse(LineReader& reader, std::int64_t& lines) {
  std::int64_t sum = 0;
  for (;;) {
    const auto stretch = reader.next();
    ENSURE(stretch.has_value());
    if (stretch->text.empty()) return sum;
    std::int64_t value = 0;
    for (const char c : stretch->text) {
      if (c >= '0' && c <= '9') {
        value = value * 10 + (c - '0');
      } else if (c == ',' || c == '\n') {
        sum += value;
        value = 0;
        lines += c == '\n' ? 1 : 0;
      }
    }
  }
}

std::int64_t import(const std::filesystem::path& path) {
  DataOptions options;
  options.paths = {path};
  options.symbol = "BTCUSDT";
  options.instrument = InstrumentId{1};
  const auto data = MarketData::open(options);
  ENSURE(data.has_value());
  Block block;
  for (;;) {
    const auto more = (*data)->next(block);
    ENSURE(more.has_value());
    if (!*more) break;
  }
  return static_cast<std::int64_t>((*data)->report().used);
}

// Processor time, because a core shared with other work says nothing about the program. Reading is
// one thread and the files are in the page cache, so on an idle machine it is the time that passes.
double processor_seconds() {
  timespec time{};
  ENSURE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The best of a few runs: what disturbs a run only makes it slower.
void print_row(const char* stage, const std::function<std::int64_t()>& run) {
  double best = 0;
  std::int64_t rows = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const double start = processor_seconds();
    rows = run();
    best = std::max(best, static_cast<double>(rows) / (processor_seconds() - start));
  }
  std::printf("  %-34s %10lld rows %9.2f M rows/s %8.1f ns/row\n", stage,
              static_cast<long long>(rows), best / 1e6, 1e9 / best);
}

void print_stages(const char* title, const std::filesystem::path& path) {
  std::printf("%s, %.0f MB\n", title, static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  print_row("count lines", [&] { return count_lines(*reader_of(path)); });
  print_row("bare fixed-point parse", [&] {
    std::int64_t lines = 0;
    const std::int64_t sum = bare_parse(*reader_of(path), lines);
    return sum == 0 ? 0 : lines;  // Uses the sum, so that it is computed.
  });
  print_row("import, every check on", [&] { return import(path); });
}

void run() {
  std::string name = (std::filesystem::temp_directory_path() / "tranchet-bench-XXXXXX").string();
  ENSURE(mkdtemp(name.data()) != nullptr);
  const std::filesystem::path folder = name;
  const auto write = [&](const char* file, const std::string& text) {
    std::ofstream(folder / file, std::ios::binary) << text;
    return folder / file;
  };
  print_stages("aggTrades CSV", write("agg.csv", agg_trades()));
  print_stages("klines CSV", write("klines.csv", klines()));
  const std::string lines = capture();
  print_stages("stream capture, plain", write("capture.txt", lines));
  const std::filesystem::path packed = folder / "capture.gz";
  const gzFile gzip = gzopen(packed.c_str(), "wb6");
  ENSURE(gzip != nullptr && gzwrite(gzip, lines.data(), static_cast<unsigned>(lines.size())) > 0);
  ENSURE(gzclose(gzip) == Z_OK);
  print_stages("stream capture, gzip", packed);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tranchet

int main() {
  tranchet::run();
  return 0;
}
